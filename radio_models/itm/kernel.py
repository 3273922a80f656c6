"""The loops over links: one serial compiled function per mode of ITM, without a heap allocation per link.

Numba is imported here and in the modules that only this one imports; whoever never asks for an ITM loss never
compiles it.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from radio_models.source_digest import folder_digest

from .attenuation import reference_attenuation
from .columns import (
    DELTA_H,
    DISTANCE,
    EFFECTIVE_HEIGHT,
    FREE_SPACE,
    HORIZON_ANGLE,
    HORIZON_DISTANCE,
    IRREGULARITY,
    LOSS,
    MODE,
    N_PAIRS,
    N_RADIO,
    REFERENCE,
    REFRACTIVITY,
    RETURN_CODE,
    RX_HEIGHT,
    RX_SITING,
    STEP,
    TX_HEIGHT,
    TX_SITING,
    WARNINGS,
)
from .compiled import LOOP, compiled, inlined
from .elementary import log10
from .inputs import check, effective_earth_m, radio_of
from .profile import all_are_heights, mean_height_m, terrain_of
from .shapes import Link, Terrain
from .siting import typical_terminal
from .variability import loss_at_quantiles_db

NO_ROW: int = np.int64(-1)  # type: ignore[assignment]  # a typed number, see variability.MEDIAN


@compiled
def _fail(at, flags, code, values, pairs, words):  # type: ignore[no-untyped-def]
    """A link without a loss: +inf in decibels, 0 elsewhere."""
    values[LOSS, at] = math.inf
    values[REFERENCE, at] = math.inf
    values[FREE_SPACE, at] = math.inf
    values[IRREGULARITY, at] = 0.0
    for pair in range(N_PAIRS):
        pairs[pair, at, 0] = 0.0
        pairs[pair, at, 1] = 0.0
    words[MODE, at] = 0
    words[WARNINGS, at] = flags
    words[RETURN_CODE, at] = code


@inlined
def _finish(at, flags, link, terrain, radio, values, pairs, words):  # type: ignore[no-untyped-def]
    """From the terrain of a link to its loss."""
    reference_db, mode, more_flags, code = reference_attenuation(link, terrain, radio)
    flags |= more_flags
    if code != 0:
        _fail(at, flags, code, values, pairs, words)
        return
    free_space_db = radio.free_space_1_m_db + 20.0 * log10(link.distance_m)
    loss_db = free_space_db + loss_at_quantiles_db(reference_db, link, terrain, radio)
    flags |= radio.extreme
    values[LOSS, at] = loss_db if math.isfinite(loss_db) else math.inf
    values[REFERENCE, at] = reference_db
    values[FREE_SPACE, at] = free_space_db
    values[IRREGULARITY, at] = terrain.delta_h_m
    pairs[EFFECTIVE_HEIGHT, at, 0] = terrain.tx_effective_m
    pairs[EFFECTIVE_HEIGHT, at, 1] = terrain.rx_effective_m
    pairs[HORIZON_DISTANCE, at, 0] = terrain.tx_horizon_m
    pairs[HORIZON_DISTANCE, at, 1] = terrain.rx_horizon_m
    pairs[HORIZON_ANGLE, at, 0] = terrain.tx_angle_rad
    pairs[HORIZON_ANGLE, at, 1] = terrain.rx_angle_rad
    words[MODE, at] = mode
    words[WARNINGS, at] = flags
    words[RETURN_CODE, at] = 1 if flags != 0 else 0


@compiled
def _same_radio(table, one, other):  # type: ignore[no-untyped-def]
    """Whether two rows of parameters agree in radio and quantiles; row −1 agrees with none."""
    if other < 0:
        return False
    same = True
    for column in range(N_RADIO):
        same = same and table[one, column] == table[other, column]
    return same


@inlined
def _same_geometry(table, one, other):  # type: ignore[no-untyped-def]
    """Whether two rows of parameters make the same of one profile; row −1 agrees with none."""
    if other < 0:
        return False
    same = True
    for column in range(TX_HEIGHT, STEP + 1):
        same = same and table[one, column] == table[other, column]
    return same


@inlined
def _lay_out(step_m, scratch):  # type: ignore[no-untyped-def]
    """Distances from either end as running sums, whose last digits decide ties between horizons as in NTIA's code."""
    from_tx_m, from_rx_m = scratch.from_tx_m, scratch.from_rx_m
    last = from_tx_m.size - 1
    from_rx_m[0] = last * step_m
    for i in range(1, last + 1):
        from_tx_m[i] = from_tx_m[i - 1] + step_m
        from_rx_m[i] = from_rx_m[i - 1] - step_m


def _compile(digest: int):  # type: ignore[no-untyped-def]
    """Both loops. The digest becomes part of numba's cache key, which otherwise sees changes of this file only."""

    @numba.njit(**LOOP)
    def point_to_point_links(elevation_m, table, first, any_radio, scratch, values, pairs, words):  # type: ignore[no-untyped-def]
        """Rows of `elevation_m` (1 row serves all links) and `table` in; links `first …` of the results out."""
        _ = digest
        n_rows, n_points = elevation_m.shape
        last = n_points - 1
        known_step_m, known_radio, known_terrain = 0.0, NO_ROW, NO_ROW
        radio = radio_of(any_radio)  # compiled code wants the type before the first link is read
        terrain = Terrain(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        refractivity, earth_m = 0.0, 0.0

        for i in range(table.shape[0]):
            row = table[i]
            ground_m = elevation_m[i if n_rows > 1 else 0]
            step_m = row[STEP]
            flags, code = check(row)
            if code == 0 and not (step_m > 0.0 and step_m < math.inf):
                code = 1017
            same_terrain = n_rows == 1 and _same_geometry(table, i, known_terrain)
            if code == 0 and not same_terrain and not all_are_heights(ground_m, last):
                code = 1900
            if code != 0:
                _fail(first + i, flags, code, values, pairs, words)
                continue

            if not _same_radio(table, i, known_radio):
                radio, known_radio = radio_of(row), i
            if not same_terrain:
                if step_m != known_step_m:
                    _lay_out(step_m, scratch)
                    known_step_m = step_m
                refractivity = row[REFRACTIVITY] * math.exp(-mean_height_m(ground_m, last) / 9460.0)
                earth_m = effective_earth_m(refractivity)
                if not earth_m > 0.0:  # a profile so deep that the formula breaks down
                    _fail(first + i, flags, np.int64(1022), values, pairs, words)
                    continue
                terrain = terrain_of(ground_m, last, step_m, row[TX_HEIGHT], row[RX_HEIGHT], earth_m, scratch)
                known_terrain = i
            link = Link(last * step_m, row[TX_HEIGHT], row[RX_HEIGHT], refractivity, earth_m, 10.0)
            _finish(first + i, flags, link, terrain, radio, values, pairs, words)

    @numba.njit(**LOOP)
    def area_links(table, first, any_radio, values, pairs, words):  # type: ignore[no-untyped-def]
        """Rows of `table` in; links `first …` of the results out."""
        _ = digest
        known_radio = NO_ROW
        radio = radio_of(any_radio)
        for i in range(table.shape[0]):
            row = table[i]
            flags, code = check(row)
            if code == 0 and not (row[DISTANCE] > 0.0 and row[DISTANCE] < math.inf):
                code = 1017
            if code == 0 and not (row[DELTA_H] >= 0.0 and row[DELTA_H] < math.inf):
                code = 1018
            if code == 0 and not (row[TX_SITING] == 0.0 or row[TX_SITING] == 1.0 or row[TX_SITING] == 2.0):
                code = 1019
            if code == 0 and not (row[RX_SITING] == 0.0 or row[RX_SITING] == 1.0 or row[RX_SITING] == 2.0):
                code = 1020
            if code != 0:
                _fail(first + i, flags, code, values, pairs, words)
                continue
            if not _same_radio(table, i, known_radio):
                radio, known_radio = radio_of(row), i
            earth_m = effective_earth_m(row[REFRACTIVITY])
            tx_angle, tx_m, tx_effective_m = typical_terminal(row[TX_HEIGHT], row[TX_SITING], row[DELTA_H], earth_m)
            rx_angle, rx_m, rx_effective_m = typical_terminal(row[RX_HEIGHT], row[RX_SITING], row[DELTA_H], earth_m)
            terrain = Terrain(tx_angle, rx_angle, tx_m, rx_m, tx_effective_m, rx_effective_m, row[DELTA_H])
            link = Link(row[DISTANCE] * 1e3, row[TX_HEIGHT], row[RX_HEIGHT], row[REFRACTIVITY], earth_m, 0.0)
            _finish(first + i, flags, link, terrain, radio, values, pairs, words)

    return point_to_point_links, area_links


point_to_point_links, area_links = _compile(folder_digest(__file__))
