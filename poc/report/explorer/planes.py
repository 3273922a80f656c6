"""Values of each hotspot in each frame of time and over the whole run: the arrays behind the epoch slider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from poc.metrics.columns import first_measured_epoch
from poc.table import Array

MAX_VALUES = 400_000
"""Hotspots times frames; more epochs than that allows are shown in frames of several epochs."""
MAX_FRAMES = 64  # bits of a word in which a link says when it was there


@dataclass(frozen=True, slots=True)
class Planes:
    """`n_frames` frames of `epochs_per_frame` epochs each, then one plane for all measured epochs together.

    Tallies and newest values are arrays (n_frames + 1, n_rows), filled piece by piece; a row of −1 counts nowhere.
    """

    n_rows: int
    n_epochs: int
    first_measured: int
    epochs_per_frame: int

    @classmethod
    def of(cls, manifest: Mapping[str, Any], n_rows: int) -> Planes:
        """As many frames as the size of the page allows.

        >>> Planes.of({"n_epochs": 365, "warm_up_epochs": 2}, 10_000).n_frames
        37
        """
        n_epochs = max(int(manifest.get("n_epochs", 1)), 1)
        most = min(max(MAX_VALUES // max(n_rows, 1), 1), MAX_FRAMES)
        return cls(n_rows, n_epochs, first_measured_epoch(manifest), -(-n_epochs // most))

    @property
    def n_frames(self) -> int:
        return -(-self.n_epochs // self.epochs_per_frame)

    @property
    def shape(self) -> tuple[int, int]:
        return self.n_frames + 1, self.n_rows

    @property
    def epochs_in(self) -> Array:
        """Number of epochs in each plane."""
        frames = np.bincount(np.arange(self.n_epochs) // self.epochs_per_frame, minlength=self.n_frames)
        return np.append(frames, max(self.n_epochs - self.first_measured, 1))

    def tally(self) -> Tally:
        return Tally(self)

    def newest(self, kind: Any, missing: Any) -> Newest:
        """The value of the latest epoch of each plane, `missing` without any."""
        return Newest(self, np.full(self.shape, missing, kind).ravel())

    def places(self, epoch: Array, row: Array) -> tuple[Array, Array]:
        """(plane and row as one number, entry) of every entry in its frame and, where measured, in the whole run."""
        known = np.flatnonzero(row >= 0)
        measured = known[epoch[known] >= self.first_measured]
        frame = epoch[known].astype(np.int64) // self.epochs_per_frame
        place = np.append(frame * self.n_rows + row[known], self.n_frames * self.n_rows + row[measured])
        return place, np.append(known, measured)


class Tally:
    """How many entries, and what their values add up to."""

    def __init__(self, planes: Planes) -> None:
        self._planes = planes
        self.n, self.total = np.zeros(planes.shape, np.int64), np.zeros(planes.shape)

    def add(self, epoch: Array, row: Array, values: Array | None = None) -> None:
        place, entry = self._planes.places(epoch, row)
        np.add.at(self.n.reshape(-1), place, 1)
        if values is not None:
            np.add.at(self.total.reshape(-1), place, values[entry].astype(np.float64))

    @property
    def mean(self) -> Array:
        """NaN without any entry."""
        return np.where(self.n > 0, self.total / np.maximum(self.n, 1), np.nan)


@dataclass(slots=True)
class Newest:
    """The newest of what was added, in whatever order it came."""

    _planes: Planes
    _values: Array
    _epoch: Array = field(init=False)

    def __post_init__(self) -> None:
        self._epoch = np.full(len(self._values), -1, np.int32)

    def add(self, epoch: Array, row: Array, values: Array) -> None:
        order = np.argsort(epoch, kind="stable")
        place, entry = self._planes.places(epoch[order], row[order])
        newer = epoch[order][entry] >= self._epoch[place]
        place, entry = place[newer], order[entry[newer]]
        self._values[place], self._epoch[place] = values[entry], epoch[entry]

    @property
    def values(self) -> Array:
        return self._values.reshape(self._planes.shape)
