"""Values of each hotspot in each frame of time and over the whole run: the arrays behind the epoch slider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.metrics.columns import first_measured_epoch
from poc.table import Array

MAX_VALUES = 400_000
"""Hotspots times frames; more epochs than that allows are shown in frames of several epochs."""


@dataclass(frozen=True, slots=True)
class Planes:
    """`n_frames` frames of `epochs_per_frame` epochs each, then one plane for all measured epochs together.

    Every method gives an array (n_frames + 1, n_rows).
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
        most = max(MAX_VALUES // max(n_rows, 1), 1)
        return cls(n_rows, n_epochs, first_measured_epoch(manifest), -(-n_epochs // most))

    @property
    def n_frames(self) -> int:
        return -(-self.n_epochs // self.epochs_per_frame)

    def n(self, epoch: Array, row: Array) -> Array:
        """Number of entries; a row of −1 counts nowhere."""
        key, _ = self._keys(epoch, row)
        return self._shaped(np.bincount(key, minlength=self._size))

    def n_distinct(self, epoch: Array, row: Array, peer: Array) -> Array:
        """Number of different peers (whole numbers below `n_rows`)."""
        key, entry = self._keys(epoch, row)
        both = np.unique(key * max(self.n_rows, 1) + peer[entry])
        return self._shaped(np.bincount(both // max(self.n_rows, 1), minlength=self._size))

    def total(self, epoch: Array, row: Array, values: Array) -> Array:
        """Sum of the values, 0 without any."""
        key, entry = self._keys(epoch, row)
        return self._shaped(np.bincount(key, values[entry].astype(np.float64), minlength=self._size))

    def mean(self, epoch: Array, row: Array, values: Array) -> Array:
        """Mean of the values, NaN without any."""
        n = self.n(epoch, row)
        return np.where(n > 0, self.total(epoch, row, values) / np.maximum(n, 1), np.nan)

    def median(self, epoch: Array, row: Array, values: Array) -> Array:
        """Lower median of the values, NaN without any."""
        key, entry = self._keys(epoch, row)
        order = np.lexsort([values[entry], key])
        n = np.bincount(key, minlength=self._size)
        middle = np.cumsum(n) - n + np.maximum(n - 1, 0) // 2
        found = np.full(self._size, np.nan)
        found[n > 0] = values[entry][order][middle[n > 0]]
        return self._shaped(found)

    def newest(self, epoch: Array, row: Array, values: Array, missing: Any) -> Array:
        """The value of the latest epoch, `missing` without any."""
        order = np.argsort(epoch, kind="stable")
        key, entry = self._keys(epoch[order], row[order])
        found = np.full(self._size, missing, values.dtype)
        found[key] = values[order][entry]
        return self._shaped(found)

    @property
    def _size(self) -> int:
        return (self.n_frames + 1) * self.n_rows

    def _shaped(self, flat: Array) -> Array:
        return flat.reshape(self.n_frames + 1, self.n_rows)

    def _keys(self, epoch: Array, row: Array) -> tuple[Array, Array]:
        """(plane and row as one number, entry) of every entry in its frame and, where measured, in the whole run."""
        known = np.flatnonzero(row >= 0)
        measured = known[epoch[known] >= self.first_measured]
        frame = epoch[known].astype(np.int64) // self.epochs_per_frame
        key = np.append(frame * self.n_rows + row[known], self.n_frames * self.n_rows + row[measured])
        return key, np.append(known, measured)
