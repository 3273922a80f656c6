"""Large networks in pieces: memory and time grow with a piece, not with the network, and districts keep their channel.

Hotspots are cut along the widest axis of their asserted places until a piece holds few enough; each piece is looked
at with its surroundings, as far as radio reaches, and answers for its own hotspots only. The cuts follow from the
asserted places alone, so neither threads nor the order of rows show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import are_valid, coordinates_from_cells
from poc.detectors.evidence import Evidence
from poc.table import Array

#: Hotspots of a piece, its surroundings not counted.
MOST = 12_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Evidence of some hotspots and their surroundings, and the ids of those it answers for."""

    evidence: Evidence
    own: Array


def pieces_of(evidence: Evidence, most: int = MOST) -> Iterator[Piece]:
    """The evidence whole where it is small, else cut; hotspots without a place belong to the first piece."""
    hotspots = evidence.hotspots
    if len(hotspots) <= most or not are_valid(hotspots["cell"]).any():
        yield Piece(evidence, hotspots["hotspot"])
        return
    hotspots = hotspots.sort("hotspot")
    placed = are_valid(hotspots["cell"])
    place_m = np.full((len(hotspots), 3), np.inf)
    place_m[placed] = unit_vectors(*coordinates_from_cells(hotspots["cell"][placed])) * EARTH_RADIUS_M
    a, b = hotspots.rows_of(evidence.links["beaconer"]), hotspots.rows_of(evidence.links["witness"])
    both = (a >= 0) & (b >= 0)
    both[both] = placed[a[both]] & placed[b[both]]
    length_m = np.linalg.norm(place_m[a[both]] - place_m[b[both]], axis=1)
    margin_m = 2.0 * float(np.quantile(length_m, 0.75)) if len(length_m) else 1000.0
    homeless = np.flatnonzero(~placed)
    for number, rows in enumerate(_cut(np.flatnonzero(placed), place_m, -(-int(placed.sum()) // most))):
        low, high = place_m[rows].min(axis=0) - margin_m, place_m[rows].max(axis=0) + margin_m
        near = ((place_m >= low) & (place_m <= high)).all(axis=1)
        own = np.concatenate([rows, homeless]) if number == 0 else rows
        near[own] = True
        some = hotspots.take(near)
        inside = both & np.append(near, False)[a] & np.append(near, False)[b]
        yield Piece(
            replace(
                evidence,
                hotspots=some,
                activity=evidence.activity.take(np.isin(evidence.activity["hotspot"], some["hotspot"])),
                links=evidence.links.take(inside),
            ),
            hotspots["hotspot"][own],
        )


def _cut(rows: Array, place_m: Array, n_pieces: int) -> Iterator[Array]:
    """So many pieces of about equally many rows."""
    if n_pieces <= 1:
        if len(rows):
            yield rows
        return
    axis = int(np.argmax(np.ptp(place_m[rows], axis=0)))
    order = rows[np.lexsort((*place_m[rows].T, place_m[rows, axis]))]
    n_left = n_pieces // 2
    cut = len(order) * n_left // n_pieces
    yield from _cut(order[:cut], place_m, n_left)
    yield from _cut(order[cut:], place_m, n_pieces - n_left)
