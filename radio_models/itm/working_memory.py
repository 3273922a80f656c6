"""Working memory of the compiled loops, made where making it needs no compiling."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import N_RADIO
from .irregularity import MAX_SAMPLES, N_BUCKETS
from .profile import BLOCK
from .shapes import Radial, Scratch

ANY_RADIO = np.ones(N_RADIO)  # a row of parameters from which a loop learns the types before it has read a link


def new_scratch(n_points: int) -> Scratch:
    """For profiles of so many points; the reciprocals of 1, 2, … steps from either end depend on nothing else."""
    inverse = np.zeros(n_points, np.float32)
    inverse[1:] = 1.0 / np.arange(1, n_points)
    return Scratch(
        from_tx_m=np.zeros(n_points),
        from_rx_m=np.zeros(n_points),
        tx_inverse=inverse,
        rx_inverse=inverse[::-1].copy(),
        tops=np.empty((2, n_points // BLOCK + 1), np.float32),
        rises_m=np.empty(n_points, np.float32),
        heights_m=np.empty(MAX_SAMPLES),
        buckets=np.empty(MAX_SAMPLES, np.int32),
        counts=np.empty(N_BUCKETS, np.int32),
        picked=np.empty(MAX_SAMPLES),
    )


def new_radial(n_points: int, span_m: float) -> Radial:
    """For radials of so many points, over ground whose heights span so many metres."""
    # a residual spans less than four times as much as the heights: no overflow
    keys_per_m = 2.0 ** np.ceil(27.0 - np.log2(max(span_m, 1.0)))
    return Radial(
        profile_m=np.empty(n_points),
        sums_m=np.zeros(n_points + 1),
        moments_m=np.zeros(n_points + 1),
        places=np.empty((2, n_points), np.int32),
        keys=np.empty(MAX_SAMPLES, np.int32),
        keys_per_m=max(float(keys_per_m), 1.0),
        bounds=np.zeros((n_points, 2), np.int32),
    )


def new_chains(ends: npt.NDArray[np.float64], half: int, n_per_pixel: int) -> tuple[Any, Any]:
    """For neighbouring radials that end there: the last pixel of each, none yet, and (3, n) for all that they may own.

    >>> newest, pixels = new_chains(np.array([-1.0, 0.0, 1.0]), 2, 1)
    >>> newest.tolist(), pixels.shape
    ([-1, -1, -1], (3, 8))
    """
    steps = np.arange(1, half + 1)
    n_across = (ends[-1] - ends[0] + 1.0) * steps / (half * n_per_pixel)
    return np.full(ends.size, -1), np.empty((3, int(np.sum(n_across.astype(np.int64) + 2))), np.int32)
