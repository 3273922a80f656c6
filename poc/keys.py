"""Keyed randomness: a draw is a hash of (seed, purpose, ids), never the next number of a stream.

Any result is therefore the same for every order, shard, thread count or row number (design §5).
The mixer is the finaliser of splitmix64 (Steele, Lea and Flood 2014), chained over the ids.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = Any  # integers or integer arrays that broadcast

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)


def mix64(word: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread every input bit over all 64 output bits; a bijection.

    >>> int(mix64(np.array([0], np.uint64))[0]) == int(mix64(np.array([1], np.uint64))[0])
    False
    """
    word = word + _GOLDEN
    word = (word ^ (word >> np.uint64(30))) * _MULTIPLY_1
    word = (word ^ (word >> np.uint64(27))) * _MULTIPLY_2
    return word ^ (word >> np.uint64(31))


def _words(ids: Ids) -> npt.NDArray[np.uint64]:
    array = np.asarray(ids)
    if array.dtype == np.uint64:
        return array
    if array.dtype == object:  # Python integers beyond int64
        return np.asarray([int(value) % 2**64 for value in array.ravel()], np.uint64).reshape(array.shape)
    if array.dtype.kind not in "iub":
        raise TypeError(f"keys take integer ids, not {array.dtype}: hash or round the value first.")
    return array.astype(np.int64).view(np.uint64) if array.dtype.kind == "i" else array.astype(np.uint64)


@dataclass(frozen=True, slots=True)
class Keys:
    """A family of independent draws named by a seed and a chain of purposes.

    >>> keys = Keys(seed=1).of("fading")
    >>> bool(keys.uniform(7, np.arange(3))[2] == keys.uniform(7, 2))
    True
    """

    seed: int
    purpose: str = ""

    def of(self, purpose: str) -> Keys:
        """The sub-family for one purpose; different purposes never share a draw."""
        return Keys(self.seed, f"{self.purpose}/{purpose}")

    @property
    def root(self) -> np.uint64:
        """The 64-bit word that seed and purpose stand for; kernels start their own chain from it."""
        digest = hashlib.blake2b(f"{self.seed}{self.purpose}".encode(), digest_size=8).digest()
        return np.uint64(int.from_bytes(digest, "little"))

    def bits(self, *ids: Ids) -> npt.NDArray[np.uint64]:
        """64 random bits for each combination of ids, in the shape that the ids broadcast to."""
        with np.errstate(over="ignore"):
            word = np.asarray(self.root)
            for value in ids:
                word = mix64(word ^ mix64(_words(value)))
            return mix64(word) if not ids else word

    def uniform(self, *ids: Ids) -> npt.NDArray[np.float64]:
        """Uniform draws in the open interval (0, 1) on a grid of 2^-53."""
        draws = (self.bits(*ids) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54
        return np.minimum(draws, 1.0 - 2.0**-53)  # the topmost of the grid would round to 1

    def normal(self, *ids: Ids) -> npt.NDArray[np.float64]:
        """Standard normal draws by the inverse distribution function."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(*ids)), np.float64)

    def exponential(self, *ids: Ids) -> npt.NDArray[np.float64]:
        """Exponential draws of mean 1."""
        return -np.log(self.uniform(*ids))

    def integers(self, n: int, *ids: Ids) -> npt.NDArray[np.int64]:
        """Whole numbers 0 … n − 1."""
        return np.minimum((self.uniform(*ids) * n).astype(np.int64), n - 1)
