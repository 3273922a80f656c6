"""Many lines in three flat arrays: the light geometry that maps are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Coordinates are kept on a grid of a millionth of a degree (11 cm).
STEP_DEG = 1e-6


@dataclass(frozen=True, eq=False)
class Polylines:
    """`coordinates` (n_points, 2) are longitude, latitude [deg]; line i has the rows from offset i to before the next.

    Rings are lines that end where they begin. Each line has a `kind`, whose meaning is the owner's (see `City`).

    >>> lines = Polylines.from_lines([[(9.5, 47.1), (9.6, 47.2)]], kinds=[2])
    >>> len(lines), [line.shape for line in lines]
    (1, [(2, 2)])
    """

    coordinates: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[npt.NDArray[np.float64]]:
        for start, stop in zip(self.offsets[:-1].tolist(), self.offsets[1:].tolist(), strict=True):
            yield self.coordinates[start:stop]

    @classmethod
    def from_lines(cls, lines: Iterable[npt.ArrayLike], kinds: npt.ArrayLike | None = None) -> Polylines:
        """Lines of (longitude, latitude) rows; all of kind 0 if no kinds are given."""
        arrays = [np.asarray(line, np.float64).reshape(-1, 2) for line in lines]
        offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])]).astype(np.int64)
        points = np.concatenate(arrays) if arrays else np.zeros((0, 2))
        kind = np.zeros(len(arrays), np.uint8) if kinds is None else np.asarray(kinds, np.uint8)
        return cls(np.asarray(np.round(points / STEP_DEG) * STEP_DEG, np.float64), offsets, kind)

    def packed(self) -> dict[str, npt.NDArray[np.generic]]:
        """Whole steps as differences from point to point, which deflate well: arrays `steps`, `offsets`, `kind`.

        >>> lines = Polylines.from_lines([[(9.5, 47.1), (9.500001, 47.1)]])
        >>> lines.packed()["steps"].tolist()
        [[9500000, 47100000], [1, 0]]
        """
        steps = np.round(self.coordinates / STEP_DEG).astype(np.int64)
        differences = np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64)).astype(np.int32)
        return {"steps": differences, "offsets": self.offsets.astype(np.int32), "kind": self.kind}

    @classmethod
    def unpacked(cls, steps: npt.ArrayLike, offsets: npt.ArrayLike, kind: npt.ArrayLike) -> Polylines:
        """The inverse of `packed`."""
        points = np.cumsum(np.asarray(steps, np.int64), axis=0) * STEP_DEG
        return cls(np.asarray(points, np.float64), np.asarray(offsets, np.int64), np.asarray(kind, np.uint8))
