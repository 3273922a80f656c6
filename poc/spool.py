"""Arrays that wait between two passes over a large epoch: in memory while they are few, else in files of a folder.

Files are read back whole and never mapped, so that what waits on disk does not count as memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from poc.table import Array

IN_MEMORY_BYTES = 16_000_000


class Spool:
    """Named arrays by number; `folder` is None where all must stay in memory.

    >>> spool = Spool(None)
    >>> spool.put(0, {"row": np.array([1, 2])})
    >>> spool.take(0)["row"].tolist()
    [1, 2]
    """

    def __init__(self, folder: Path | None, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        self.folder = folder
        self._left_bytes = in_memory_bytes
        self._kept: dict[int, Mapping[str, Array]] = {}
        self._layout: dict[int, list[tuple[str, np.dtype[Any], int]]] = {}

    def put(self, number: int, arrays: Mapping[str, Array]) -> None:
        """Let arrays of one dimension wait under a number."""
        n_bytes = sum(array.nbytes for array in arrays.values())
        if self.folder is None or n_bytes <= self._left_bytes:
            self._left_bytes -= n_bytes
            self._kept[number] = arrays
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path(number).open("wb") as file:
            for array in arrays.values():
                file.write(np.ascontiguousarray(array).view(np.uint8).data)
        self._layout[number] = [(name, array.dtype, len(array)) for name, array in arrays.items()]

    def get(self, number: int) -> Mapping[str, Array]:
        """The arrays of a number; they go on waiting."""
        if number in self._kept:
            return self._kept[number]
        with self._path(number).open("rb") as file:
            return {name: np.fromfile(file, dtype, n) for name, dtype, n in self._layout[number]}

    def take(self, number: int) -> Mapping[str, Array]:
        """The arrays of a number, which is free again."""
        arrays = self.get(number)
        if self._kept.pop(number, None) is None:
            del self._layout[number]
            self._path(number).unlink()
        return arrays

    def _path(self, number: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{number:06d}.waiting"
