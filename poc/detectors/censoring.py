"""Hearing as a censored measurement: what a miss says, and what a link heard only now and then says.

A packet is heard when its loss (path loss plus fading) stays under a threshold, and a small share of packets is lost
for other reasons. Tobit's likelihood (J. Tobin, "Estimation of relationships for limited dependent variables",
Econometrica 26, 1958) with an outlier share. Everything here is a column function of standardised numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from poc.table import COMPILED_FROM, Array
from radio_models.special_functions import log_ndtr, ndtr, ndtri

#: Share of packets that a good link loses for other reasons, before any report: half-duplex, collisions, backhaul.
PACKET_LOSS = 0.05
#: Share of pairs in reach that never hear each other for other reasons: a deaf receiver, a wall at the antenna.
LINK_LOSS = 0.02
_SMALL = 1e-300


@dataclass(frozen=True)
class MissTable:
    """log(floor + (1 − floor) Φ(z)) with its derivative and its negative second derivative, on a grid.

    Kernels use the Taylor polynomial around the nearest grid point; its error stays below 1e-5.
    """

    floor: float

    LOW = -12.0
    STEPS = 32  # grid points for each unit of z
    SIZE = 18 * 32 + 1

    @staticmethod
    def of(floor: float) -> MissTable:
        """The table for a share `floor` of misses that the radio does not explain; worked out when first looked at.

        >>> round(float(MissTable.of(0.0).value[12 * 32]), 6) == round(float(np.log(0.5)), 6)
        True
        """
        return MissTable(floor)

    @cached_property
    def _columns(self) -> tuple[Array, Array, Array]:
        return log_miss(np.arange(MissTable.SIZE) / MissTable.STEPS + MissTable.LOW, self.floor)

    @cached_property
    def in_single_precision(self) -> tuple[Array, Array, Array]:
        """(value, slope, curvature) as float32, for kernels."""
        value, slope, curvature = (column.astype(np.float32) for column in self._columns)
        return value, slope, curvature

    @property
    def value(self) -> Array:
        return self._columns[0]

    @property
    def slope(self) -> Array:
        return self._columns[1]

    @property
    def curvature(self) -> Array:
        return self._columns[2]

    def value_at(self, z: Array) -> Array:
        """The value alone, as `at` gives it."""
        index, rest = self._nearest(z)
        value = self.curvature.take(index)
        value *= rest
        value *= -0.5
        value += self.slope.take(index)
        value *= rest
        value += self.value.take(index)
        return value

    def bends_at(self, z: Array) -> tuple[Array, Array]:
        """(slope, curvature not below 0), as `at` gives them."""
        index, rest = self._nearest(z)
        curvature = self.curvature.take(index)
        rest *= curvature
        return self.slope.take(index) - rest, np.maximum(curvature, 0.0, out=curvature)

    def at(self, z: Array) -> tuple[Array, Array, Array]:
        """(value, slope, curvature not below 0) at z, any shape; beyond the grid the value at its edge."""
        return self.value_at(z), *self.bends_at(z)

    def _nearest(self, z: Array) -> tuple[Array, Array]:
        """Grid points nearest to z, and what is left over."""
        rest = np.clip(z, self.LOW, self.LOW + (self.SIZE - 1) / self.STEPS)
        index = ((rest - self.LOW) * self.STEPS + 0.5).astype(np.int32)
        rest -= index * (1.0 / self.STEPS) + self.LOW
        return index, rest


def log_miss(z: Array, floor: float) -> tuple[Array, Array, Array]:
    """log(floor + (1 − floor) Φ(z)), its derivative, and its negative second derivative.

    The last is below 0 where the floor takes over: there the function is not concave.

    >>> [round(float(part), 4) for part in log_miss(np.array(0.0), 0.0)]
    [-0.6931, 0.7979, 0.6366]
    """
    z = np.asarray(z, np.float64)
    if floor <= 0.0:
        value = log_ndtr(z)
        slope = np.exp(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - value)
    else:
        chance = floor + (1.0 - floor) * ndtr(z)
        value = np.log(chance)
        slope = (1.0 - floor) * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) / chance
    return value, slope, slope * (z + slope)


def link_level(
    n_heard: Array,
    n_sent: Array,
    mean_loss_db: Array,
    threshold_db: Array,
    fading_db: float,
    packet_loss: float = PACKET_LOSS,
) -> tuple[Array, Array]:
    """(level_db, variance_db2): the link's loss without fading, from the packets heard *and* those missed.

    The mean of the packets that came through is too good; the mode of the censored likelihood corrects it (six damped
    Newton steps). n_sent counts the beacons that the witness could have heard.

    >>> level_db, variance_db2 = link_level(np.array([4.0]), np.array([4.0]), np.array([110.0]), np.array([150.0]), 2.0)
    >>> float(level_db[0]), float(variance_db2[0])
    (110.0, 1.0)
    >>> float(link_level(np.array([1.0]), np.array([9.0]), np.array([110.0]), np.array([110.0]), 2.0)[0][0]) > 112.0
    True
    """
    n_missed = np.maximum(n_sent - n_heard, 0.0)
    level_db = np.array(mean_loss_db, np.float64)
    precision = n_heard / fading_db**2
    for _ in range(6):
        _, slope, curvature = log_miss((level_db - threshold_db) / fading_db, packet_loss)
        gradient = n_heard * (mean_loss_db - level_db) / fading_db**2 + n_missed * slope / fading_db
        precision = (n_heard + n_missed * np.maximum(curvature, 0.0)) / fading_db**2
        level_db += np.clip(gradient / precision, -3.0 * fading_db, 3.0 * fading_db)
    return level_db, 1.0 / precision


def never_heard(n_sent: Array, fading_db: float, packet_loss: float = PACKET_LOSS) -> tuple[Array, Array]:
    """(offset_db, spread_db): P(no packet of n_sent heard | level) ≈ Φ((level − threshold − offset) / spread).

    Median and slope at the median are matched.

    >>> offset_db, spread_db = never_heard(np.array([1.0, 28.0]), 3.0)
    >>> bool(offset_db[1] > offset_db[0]), bool(spread_db[1] < spread_db[0])
    (True, True)
    """
    n_sent = np.maximum(np.asarray(n_sent, np.float64), 1.0)
    alone = np.maximum(0.5 ** (1.0 / n_sent), packet_loss + 1e-9)
    z = ndtri((alone - packet_loss) / (1.0 - packet_loss))
    density = (1.0 - packet_loss) * np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    slope = n_sent * 0.5 / alone * density / fading_db
    return z * fading_db, 1.0 / (np.sqrt(2.0 * np.pi) * np.maximum(slope, _SMALL))


def never_heard_smoothly(n_sent: Array, fading_db: float, packet_loss: float = PACKET_LOSS) -> tuple[Array, Array]:
    """never_heard for many pairs: the curve over lg n is smooth, so sixty-four points of it serve all.

    >>> near, exact = (curve(np.array([5.5, 28.0]), 3.0)[0] for curve in (never_heard_smoothly, never_heard))
    >>> bool(np.abs(near - exact).max() < 0.01)
    True
    """
    n_sent = np.maximum(np.asarray(n_sent, np.float64), 1.0)
    grid = np.geomspace(1.0, max(2.0, float(n_sent.max(initial=2.0))), 64)
    offset_db, spread_db = never_heard(grid, fading_db, packet_loss)
    place = np.log(n_sent)
    if len(place) > COMPILED_FROM:
        from poc.detectors.pairs_compiled import on_smooth_curves

        found = np.empty((2, len(place)))
        on_smooth_curves(place, np.log(grid[1]), offset_db, spread_db, *found)
        return found[0], found[1]
    return np.interp(place, np.log(grid), offset_db), np.interp(place, np.log(grid), spread_db)


def threshold_db_from(n_heard: Array, n_sent: Array, mean_loss_db: Array, fading_db: float) -> Array:
    """Loss at which half the packets are heard, from links heard sometimes: share and mean level of what came through.

    With share p = Φ(z) the packets heard have mean threshold − fading·(z + φ(z)/Φ(z)).

    >>> round(float(threshold_db_from(np.array([5.0]), np.array([10.0]), np.array([120.0]), 3.0)[0]), 2)
    122.39
    """
    share = np.clip(n_heard / np.maximum(n_sent, 1.0), 1e-3, 1.0 - 1e-3)
    z = ndtri(share)
    return np.asarray(mean_loss_db + fading_db * (z + np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) / share))
