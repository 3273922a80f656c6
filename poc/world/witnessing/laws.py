"""Loss and shadowing as plain numbers and arrays, ready for a compiled loop."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from poc.table import Array
from poc.world.witnessing.neighbours import Reach
from poc.world.witnessing.sites import UNITS_PER_M, Sites
from radio_models.float32 import log2
from radio_models.shadowing import CorrelatedField, NoShadowing

NEAREST = np.float32(UNITS_PER_M**2)  # 1 m, squared
FARTHEST_M = 520_000.0  # where differences on the lattice stop to be exact


class Law(NamedTuple):
    """Loss that follows the logarithm of distance, for each kind of sender; and how far a budget reaches.

    Loss [0.01 dB] = `loss_cdb` + `slope_cdb` × log2(squared distance in lattice units), both float32 by kind; links
    longer than `far_units2` (squared lattice units, float32 by kind) are left out. `reach_m2[kind, k]` belongs to
    budgets below `lowest_db + k × step_db`.
    """

    loss_cdb: Array
    slope_cdb: Array
    far_units2: Array
    lowest_db: float
    step_db: float
    reach_m2: Array

    def mean_cdbm(self, sites: Sites, sender: Array, witness: Array) -> Array:
        """Mean received power of links between sites [0.01 dBm, float32]; −inf beyond `far_units2`."""
        kind = sites.kind[sender]
        squared: npt.NDArray[np.float32] = np.zeros(len(sender), np.float32)
        for axis in (sites.x, sites.y, sites.z):
            apart = (axis[witness] - axis[sender]).astype(np.float32)
            squared = squared + apart * apart
        base = sites.sent_cdb[sender].astype(np.float32) - self.loss_cdb[kind]
        loss = self.slope_cdb[kind] * log2(np.maximum(squared, NEAREST))
        mean: Array = (base + sites.heard_cdb[witness].astype(np.float32)) - loss
        return np.where(squared <= self.far_units2[kind], mean, np.float32(-np.inf))


class Shadow(NamedTuple):
    """A shadowing field among sites: random words (tilings, sites), what is peculiar to each, and their weights."""

    words: Array
    site: Array
    pair_cdb: np.float32
    site_cdb: np.float32


def law_of(path_loss: Any, frequency_hz: float, reach: Reach) -> Law | None:
    """The law of a model whose loss is a straight line over the logarithm of distance; None for the others."""
    if not hasattr(path_loss, "line_db"):
        return None
    at_1m_db, per_decade_db = path_loss.line_db(frequency_hz)
    per_octave_db = 0.5 * per_decade_db * np.log10(2.0)  # of the squared distance
    return law_of_lines(
        np.array([at_1m_db]) - per_octave_db * np.log2(float(NEAREST)),
        np.array([per_octave_db]),
        np.array([FARTHEST_M]),
        reach,
    )


def law_of_lines(at_1_unit_db: Array, per_octave_db: Array, far_m: Array, reach: Reach) -> Law:
    """A law from losses at one lattice unit and losses for each doubling of the squared distance, by kind."""
    return Law(
        loss_cdb=(100.0 * at_1_unit_db).astype(np.float32),
        slope_cdb=(100.0 * per_octave_db).astype(np.float32),
        far_units2=((far_m * UNITS_PER_M) ** 2).astype(np.float32),
        lowest_db=reach.lowest_db,
        step_db=reach.step_db,
        reach_m2=np.minimum(reach.squared_m2[None], far_m[:, None] ** 2),
    )


def shadow_of(field: Any, n: int) -> Shadow | None:
    """The field as arrays; None for a field of a kind that the compiled loop does not know."""
    if isinstance(field, NoShadowing):
        return Shadow(np.zeros((1, n), np.uint64), np.zeros(n, np.float32), np.float32(0.0), np.float32(0.0))
    if isinstance(field, CorrelatedField):
        return Shadow(np.ascontiguousarray(field.words), field.site, field.pair_cdb, field.site_cdb)
    return None
