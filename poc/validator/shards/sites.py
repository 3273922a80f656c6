"""What checks need to know of each hotspot and of each pair of them, worked out once and not once a report.

Distances come from chords between cell centres and are rounded as `great_circle_m` would round them: where the chord
leaves a doubt about a whole metre, that function decides. The same holds for grid distances, which are only counted
where two cells stand so close that the answer could matter, or where H3 might have none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numba
import numpy as np

from maps.geodesy import EARTH_RADIUS_M, great_circle_m
from maps.grid import are_valid, coordinates_from_cells, disks, distances, parents, resolutions
from poc.schema import HOTSPOTS
from poc.table import Array, Table
from poc.validator.free_space import whole_gain_db
from poc.validator.joining import CELL_DISTANCE_RESOLUTION

_DOUBT_M = 1e-6  # chords of double precision are a thousand times better
_CELL_M = 100.0  # neighbouring cells of resolution 11 lie 62 m apart at most (H3 cell statistics)
_UNSAFE = 255  # of what is no cell, or coarser than the cells that are counted
_N_BASES, _N_DIGITS = 122, 7


@dataclass(frozen=True, slots=True)
class Sites:
    """HOTSPOTS by row, then strangers: ids that reports name and nobody registered.

    `chord` (n, 3) are unit vectors of the asserted cells' centres (0 where there is none), `zone` says in which base
    cell they lie, or in which of the sectors of one that has a pentagon at its centre.
    """

    hotspots: Table
    known: Array
    chord: Array
    zone: Array
    whole_gain_db: Array

    def __len__(self) -> int:
        return len(self.known)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Directed pairs by row: rounded metres between the asserted cells (−1 unknown) and whether the cells are too near.

    `loss_of_distance_db` is 20 log10 of the metres, −inf for none and inf where nobody knows.
    """

    beaconer: Array
    witness: Array
    distance_m: Array
    too_near: Array
    loss_of_distance_db: Array


def sites_of(hotspots: Table, strangers: Array) -> Sites:
    """HOTSPOTS as asserted (what is no H3 cell counts as never asserted), and `strangers` (ids) behind them."""
    cell = hotspots["cell"]
    invalid = ~are_valid(cell)
    if invalid.any():
        hotspots = hotspots.replace(cell=np.where(invalid, np.uint64(0), cell))
    n = len(hotspots)
    if len(strangers):
        unregistered = HOTSPOTS.table(
            hotspot=strangers,
            owner=np.uint64(0),
            cell=np.uint64(0),
            gain_dbi=0.0,
            elevation_m=0.0,
            region=99,
            full=False,
        )
        hotspots = Table.concat([hotspots, unregistered])
    cell = hotspots["cell"]
    chord, zone = np.zeros((len(cell), 3)), np.full(len(cell), _UNSAFE, np.uint8)
    for begin in range(0, len(cell), 65_536):  # no temporaries of the size of the fleet
        rows = begin + np.flatnonzero(cell[begin : begin + 65_536])
        latitude, longitude = (np.radians(angle) for angle in coordinates_from_cells(cell[rows]))
        chord[rows] = np.stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1
        )
        zone[rows] = _zones(cell[rows])
    known = np.zeros(len(cell), bool)
    known[:n] = True
    return Sites(hotspots, known, chord, zone, whole_gain_db(hotspots["gain_dbi"]).astype(np.float32))


def without_places(sites: Sites) -> Sites:
    """The same sites, of which no more distances will be asked."""
    return replace(sites, chord=np.zeros((0, 3)), zone=np.zeros(0, np.uint8))


def pairs_between(sites: Sites, beaconer: Array, witness: Array, min_distance_cells: int) -> Pairs:
    """Distances of pairs of rows, by the rules of `poc.validator.joining`."""
    n = len(beaconer)
    distance_m, loss_db, doubt = np.empty(n, np.int32), np.empty(n), np.zeros(n, np.uint8)
    near_m = _CELL_M * (min_distance_cells + 1)
    _measure(sites.chord, sites.zone, beaconer, witness, _SAFE_ZONES, near_m, distance_m, loss_db, doubt)
    cell = sites.hotspots["cell"]
    rows = np.flatnonzero(doubt & 1)
    if len(rows):
        a, b = (coordinates_from_cells(cell[end[rows]]) for end in (beaconer, witness))
        distance_m[rows] = np.floor(great_circle_m(*a, *b) + 0.5).astype(np.int32)
        with np.errstate(divide="ignore"):
            loss_db[rows] = 20.0 * np.log10(distance_m[rows])
    too_near = np.zeros(n, bool)
    rows = np.flatnonzero(doubt & 2)
    if len(rows):
        n_cells = cells_between(cell, beaconer[rows], witness[rows])
        too_near[rows] = (n_cells < 0) | (n_cells < min_distance_cells)
    return Pairs(beaconer, witness, distance_m, too_near, loss_db)


def cells_between(cell: Array, beaconer: Array, witness: Array) -> Array:
    """Grid distance of the res-11 parents of the cells of two rows; −1 where there is none."""
    fine = []
    for rows in (beaconer, witness):
        of_row = cell[rows]
        parent = np.zeros(len(rows), np.uint64)
        usable = np.flatnonzero(of_row != 0)
        usable = usable[resolutions(of_row[usable]) >= CELL_DISTANCE_RESOLUTION]
        parent[usable] = parents(of_row[usable], CELL_DISTANCE_RESOLUTION)
        fine.append(parent)
    return np.asarray(distances(*fine))


def _zones(cell: Array) -> Array:
    base = ((cell >> np.uint64(45)) & np.uint64(0x7F)).astype(np.int64)
    sector = _SECTOR_OF_BASE[base]
    digit = np.zeros(len(cell), np.int64)
    for shift in range(0, 45, 3):  # from the finest digit on; the coarsest that is not 0 stays
        finer = ((cell >> np.uint64(shift)) & np.uint64(7)).astype(np.int64)
        digit = np.where((finer > 0) & (finer < _N_DIGITS), finer, digit)
    zone = np.where(sector >= 0, _N_BASES + _N_DIGITS * sector + digit, base)
    return np.where(resolutions(cell) >= CELL_DISTANCE_RESOLUTION, zone, _UNSAFE).astype(np.uint8)


def _safe_zones() -> tuple[Array, Array]:
    """Pairs of zones between which H3 always has a distance, and the number of each base cell among the pentagons (−1).

    Base cells that are the same or neighbours are safe, if neither has a pentagon; of one that has, each sector by
    itself is. Elsewhere the library decides.
    """
    cells = np.array([(1 << 59) | (base << 45) | (2**45 - 1) for base in range(_N_BASES)], np.uint64)
    row, around = disks(cells, 1)
    pentagon = np.bincount(row, minlength=_N_BASES) < 7
    safe = np.zeros((256, 256), bool)
    safe[row, ((around >> np.uint64(45)) & np.uint64(0x7F)).astype(np.int64)] = True
    rows = np.flatnonzero(pentagon)
    safe[rows], safe[:, rows] = False, False
    sector = np.full(128, -1, np.int64)
    sector[rows] = np.arange(len(rows))
    zones = np.arange(_N_BASES, _N_BASES + _N_DIGITS * len(rows))
    safe[zones, zones] = True
    return safe, sector


_SAFE_ZONES, _SECTOR_OF_BASE = _safe_zones()


@numba.njit(cache=True, nogil=True)
def _measure(  # type: ignore[no-untyped-def]
    chord, zone, beaconer, witness, safe, near_m, distance_m, loss_db, doubt
):
    """Metres and 20 log10 of them; `doubt` 1: the rounding is not certain, 2: the cells must be counted."""
    for j in range(len(beaconer)):
        b, w = beaconer[j], witness[j]
        if (chord[b, 0] == 0.0 and chord[b, 1] == 0.0 and chord[b, 2] == 0.0) or (
            chord[w, 0] == 0.0 and chord[w, 1] == 0.0 and chord[w, 2] == 0.0
        ):
            distance_m[j], loss_db[j], doubt[j] = -1, np.inf, 2
            continue
        x, y, z = chord[b, 0] - chord[w, 0], chord[b, 1] - chord[w, 1], chord[b, 2] - chord[w, 2]
        half = 0.5 * np.sqrt(x * x + y * y + z * z)
        if half < 0.02:
            s = half * half
            arc = half * (1.0 + s * (1.0 / 6.0 + s * (3.0 / 40.0 + s * (15.0 / 336.0 + s * (105.0 / 3456.0)))))
        else:
            arc = np.arcsin(min(half, 1.0))
        metres = 2.0 * EARTH_RADIUS_M * arc + 0.5
        whole = np.floor(metres)
        fraction = metres - whole
        doubtful = half > 0.99 or fraction < _DOUBT_M or fraction > 1.0 - _DOUBT_M
        distance_m[j] = np.int32(whole)
        loss_db[j] = 20.0 * np.log10(whole) if whole > 0.0 else -np.inf
        doubt[j] = (1 if doubtful else 0) + (0 if metres > near_m and safe[zone[b], zone[w]] else 2)
