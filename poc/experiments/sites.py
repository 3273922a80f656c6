"""Kinds of sites, for who wins and who loses: liars by attack, honest hotspots by their trouble and neighbourhood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maps.grid import cells_from_coordinates, disks
from poc.errors import DataError
from poc.metrics.columns import newest, rows_in
from poc.metrics.labels import family_of, labels_from
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

NEIGHBOURHOOD_RESOLUTION = 8
DENSE_FROM = 4
"""Hotspots in one res-8 cell (0.7 km²) from which on we call the neighbourhood dense."""
RURAL_TO = 2
"""Hotspots in the res-8 cell and the six around it (5 km²) up to which a neighbourhood is rural."""
HIGH_FROM_M = 15.0
"""Real height of an antenna above ground from which on it counts as high."""
SETTINGS = ("dense", "suburban", "rural")
PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Sites:
    """Hotspots in ascending order with the kind of each ("liar: <attack>", "tower", "poor-antenna", … or "plain"), its
    setting among the real places of all hotspots (SETTINGS), and whether its antenna is high."""

    hotspot: Array
    kind: Array
    setting: Array
    is_high: Array


def sites_from(tables: Mapping[str, pa.Table]) -> Sites:
    """The sites of a run by the newest row of each hotspot; DataError where the run came without truth."""
    labels = labels_from(tables)
    truth = newest(tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "height_m", "nuisance")
    if labels is None or truth is None:
        raise DataError("the run holds no table 'truth', so kinds of sites are unknown; use a run of the emulator.")
    kind = [
        f"liar: {family_of(attack)}" if attack else nuisance or PLAIN
        for attack, nuisance in zip(labels.attack.tolist(), truth["nuisance"].tolist(), strict=True)
    ]
    setting = settings_of(truth["latitude_deg"], truth["longitude_deg"])
    return Sites(labels.hotspot, np.asarray(kind, np.str_), setting, truth["height_m"] >= HIGH_FROM_M)


def settings_of(latitude_deg: Array, longitude_deg: Array) -> Array:
    """Of each place "dense", "suburban" or "rural" among the others, by the hotspots in and around its res-8 cell.

    >>> settings_of(np.array([47.0, 47.0, 47.0, 47.0, 46.0]), np.array([9.0] * 5)).tolist()
    ['dense', 'dense', 'dense', 'dense', 'rural']
    """
    if not len(latitude_deg):
        return np.zeros(0, np.str_)
    cell = cells_from_coordinates(latitude_deg, longitude_deg, NEIGHBOURHOOD_RESOLUTION)
    cells, place, n_inside = np.unique(cell, return_inverse=True, return_counts=True)
    row, around = disks(cells, 1)
    n_around = np.bincount(row, np.append(n_inside, 0)[rows_in(cells, around)], minlength=len(cells))
    setting = np.select([n_inside >= DENSE_FROM, n_around <= RURAL_TO], ["dense", "rural"], "suburban")
    return np.asarray(setting[place.reshape(-1)])


def groups_of(sites: Sites) -> dict[str, Array]:
    """Rows by the name of the group, broad groups first; groups overlap, empty ones are left out.

    >>> kinds = np.array(["plain", "liar: attic-farm"])
    >>> sites = Sites(np.arange(2), kinds, np.array(["dense", "dense"]), np.array([False, True]))
    >>> list(groups_of(sites))
    ['everybody', 'liars', 'liar: attic-farm', 'honest', 'honest, dense', 'honest: plain']
    """
    is_liar = np.asarray([kind.startswith("liar: ") for kind in sites.kind.tolist()], bool)
    groups = {"everybody": np.ones(len(is_liar), bool), "liars": is_liar}
    groups |= {str(kind): sites.kind == kind for kind in np.unique(sites.kind[is_liar])}
    groups |= {
        "honest": ~is_liar,
        **{f"honest, {name}": ~is_liar & (sites.setting == name) for name in SETTINGS},
        "honest, high antenna": ~is_liar & sites.is_high,
    }
    groups |= {f"honest: {kind}": sites.kind == kind for kind in np.unique(sites.kind[~is_liar])}
    return {name: rows for name, rows in groups.items() if rows.any()}
