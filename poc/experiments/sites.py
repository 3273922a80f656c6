"""Kinds of sites, for who wins and who loses: liars by attack, honest hotspots by their trouble and neighbourhood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maps.grid import cells_from_coordinates
from poc.errors import DataError
from poc.metrics.columns import columns, newest_rows
from poc.metrics.labels import family_of, labels_from
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

NEIGHBOURHOOD_RESOLUTION = 8
DENSE_FROM = 4
"""Hotspots in one res-8 cell (0.7 km²) from which on we call the neighbourhood dense."""
PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Sites:
    """Hotspots in ascending order, the kind of each ("liar: <attack>", "tower", "poor-antenna", "sloppy-assertion",
    "plain") and whether its real res-8 cell holds at least DENSE_FROM hotspots."""

    hotspot: Array
    kind: Array
    is_dense: Array


def sites_from(tables: Mapping[str, pa.Table]) -> Sites:
    """The sites of a run by the newest row of each hotspot; DataError where the run came without truth."""
    labels = labels_from(tables)
    truth = columns(tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "nuisance")
    if labels is None or truth is None:
        raise DataError("the run holds no table 'truth', so kinds of sites are unknown; use a run of the emulator.")
    rows = newest_rows(truth, "hotspot")
    kind = [
        f"liar: {family_of(attack)}" if attack else nuisance or PLAIN
        for attack, nuisance in zip(labels.attack.tolist(), truth["nuisance"][rows].tolist(), strict=True)
    ]
    cell = cells_from_coordinates(truth["latitude_deg"][rows], truth["longitude_deg"][rows], NEIGHBOURHOOD_RESOLUTION)
    _, place, n_hotspots = np.unique(cell, return_inverse=True, return_counts=True)
    is_dense = n_hotspots[place.reshape(-1)] >= DENSE_FROM if len(cell) else np.zeros(0, bool)
    return Sites(labels.hotspot, np.asarray(kind, np.str_), is_dense)


def groups_of(sites: Sites) -> dict[str, Array]:
    """Rows by the name of the group, broad groups first; groups overlap, empty ones are left out.

    >>> sites = Sites(np.arange(2), np.array(["plain", "liar: attic-farm"]), np.array([True, True]))
    >>> list(groups_of(sites))
    ['everybody', 'liars', 'liar: attic-farm', 'honest', 'honest, dense', 'honest: plain']
    """
    is_liar = np.asarray([kind.startswith("liar: ") for kind in sites.kind.tolist()], bool)
    groups = {"everybody": np.ones(len(is_liar), bool), "liars": is_liar}
    groups |= {str(kind): sites.kind == kind for kind in np.unique(sites.kind[is_liar])}
    groups |= {
        "honest": ~is_liar,
        "honest, dense": ~is_liar & sites.is_dense,
        "honest, sparse": ~is_liar & ~sites.is_dense,
    }
    groups |= {f"honest: {kind}": sites.kind == kind for kind in np.unique(sites.kind[~is_liar])}
    return {name: rows for name, rows in groups.items() if rows.any()}
