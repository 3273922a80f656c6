"""Hotspots as the link engine sees them: one structure of arrays, sorted into bins of a few kilometres.

Places are whole numbers on a fixed world lattice (Earth-centred x, y, z in steps of 1/4096 m, kept modulo 2^32, so that
differences up to 524 km are exact): a distance never depends on the bin or tile it is computed in. Bins are cells of
rows of latitude; a row closes on itself, so the antimeridian and the poles are places like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from maps.geodesy import EARTH_RADIUS_M
from poc.keys import mix64
from poc.table import Array, Table

UNITS_PER_M = 4096.0
BIN_M, WIDE_BIN_M = 5_000.0, 7_500.0  # of a large fleet and of a small one
MANY = 50_000
CLASS_CDB = 400  # hotspots of one class hear within 4 dB of each other: the deaf need not be asked as far away
MOST_CLASSES = 6


class Sites(NamedTuple):
    """Hotspots in the order of their bins; `row` is the row of the truth. 35 bytes a hotspot.

    x, y, z: lattice places (int32). sent_cdb: conducted power and gain, heard_cdb: gain [0.01 dB] (int16).
    """

    row: Array
    x: Array
    y: Array
    z: Array
    sent_cdb: Array
    heard_cdb: Array
    id_word: Array
    kind: Array
    latency_s: Array
    bias_cdb: Array


class Bins(NamedTuple):
    """Where the hotspots of each bin stand in `Sites`.

    Bin b holds `first[b] <= i < first[b + 1]`; its column is `column[b]` of the row `band[b]`; bins are sorted by
    class, row and column, and `of_row[c * n_rows + r]` is the first of class c that lies in row r or beyond.
    Of each row: `n_columns`, no more than 2π / `row_rad` times its largest cosine of latitude. Rows are `row_rad` high.
    `loudest_cdb`: best `heard_cdb` of each class. 8 bytes a bin and 6 a row.
    """

    first: Array
    band: Array
    column: Array
    of_row: Array
    n_columns: Array
    row_rad: float
    loudest_cdb: Array


@dataclass(frozen=True, slots=True)
class Ground:
    """What the engine reads of the fleet."""

    sites: Sites
    bins: Bins

    def __len__(self) -> int:
        return len(self.sites.row)

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays [bytes]."""
        return sum(array.nbytes for array in (*self.sites, *self.bins) if isinstance(array, np.ndarray))


def ground_of(truth: Table, kind: Array | None = None, bin_m: float | None = None) -> Ground:
    """Sites and bins of a fleet (TRUTH, in any order of rows); `kind` (n,) where senders follow several loss laws.

    Bins are `bin_m` wide, at least 620 m; a size that suits the fleet where none is given.
    """
    hotspot, latitude_deg, longitude_deg = truth["hotspot"], truth["latitude_deg"], truth["longitude_deg"]
    n = len(hotspot)
    bin_m = bin_m or (BIN_M if n >= MANY else WIDE_BIN_M)
    heard_cdb, sent_cdb = _cdb(truth["gain_dbi"]), _cdb(truth["power_dbm"] + truth["gain_dbi"])
    kind = np.zeros(n, np.uint8) if kind is None else kind.astype(np.uint8)
    loudest = int(heard_cdb.max(initial=0))
    of_class = np.minimum((loudest - heard_cdb.astype(np.int64)) // CLASS_CDB, MOST_CLASSES - 1)
    n_classes = int(of_class.max(initial=0)) + 1

    n_rows = max(1, int(np.pi * EARTH_RADIUS_M / bin_m))
    row_rad = np.pi / n_rows
    edges = -np.pi / 2 + row_rad * np.arange(n_rows + 1)
    cosines = np.maximum(np.cos(edges), 0.0)
    most = np.where((edges[:-1] < 0) & (edges[1:] > 0), 1.0, np.maximum(cosines[:-1], cosines[1:]))
    n_columns = np.maximum(1, (2 * np.pi * most / row_rad).astype(np.int64))
    band = np.clip(((np.radians(latitude_deg) + np.pi / 2) / row_rad).astype(np.int64), 0, n_rows - 1)
    turn = np.asarray(longitude_deg, np.float64) / 360.0 + 0.5
    turn -= np.floor(turn)
    column = np.minimum((turn * n_columns[band]).astype(np.int64), n_columns[band] - 1)

    widest = int(n_columns.max())
    bin_key = (of_class * n_rows + band) * widest + column
    order = _order(hotspot, sent_cdb, kind, bin_key)
    in_order = bin_key[order]
    first = np.flatnonzero(np.diff(in_order, prepend=-1))
    occupied = in_order[first]
    of_row = np.searchsorted(occupied, np.arange(n_classes * n_rows + 1) * widest)
    bins = Bins(
        first=np.append(first, n).astype(np.int32),
        band=((occupied // widest) % n_rows).astype(np.uint16),
        column=(occupied % widest).astype(np.uint16),
        of_row=of_row.astype(np.int32),
        n_columns=n_columns.astype(np.uint16),
        row_rad=float(row_rad),
        loudest_cdb=np.array(
            [heard_cdb[of_class == c].max(initial=-32768) for c in range(n_classes)], np.int16
        ),
    )  # fmt: skip
    x, y, z = lattice(latitude_deg[order], longitude_deg[order], truth["height_m"][order])
    with np.errstate(over="ignore"):
        id_word = mix64(np.asarray(hotspot, np.uint64)[order])
    sites = Sites(
        order, x, y, z, sent_cdb[order], heard_cdb[order], id_word, kind[order],
        truth["latency_s"][order].astype(np.float32), _cdb(truth["rssi_bias_db"][order]),
    )  # fmt: skip
    return Ground(sites, bins)


def _order(hotspot: Array, sent_cdb: Array, kind: Array, bin_key: Array) -> Array:
    """Rows by bin, kind, falling power and id: one sort of packed numbers where they fit."""
    n, weaker = len(hotspot), int(sent_cdb.max(initial=-32768)) - sent_cdb.astype(np.int64)
    most = int(bin_key.max(initial=0)), int(kind.max(initial=0)), int(weaker.max(initial=0)), max(n - 1, 0)
    shifts = np.cumsum([0, *(number.bit_length() for number in most[:0:-1])])[::-1]
    if most[0].bit_length() + int(shifts[0]) > 63:
        return np.lexsort((hotspot, -sent_cdb.astype(np.int32), kind, bin_key)).astype(np.int32)
    by_id = np.argsort(hotspot, kind="stable") if (hotspot[1:] < hotspot[:-1]).any() else np.arange(n)
    packed = (bin_key << shifts[0]) | (kind.astype(np.int64) << shifts[1]) | (weaker << shifts[2])
    packed = np.sort(packed[by_id] | np.arange(n))
    return by_id[packed & ((1 << int(shifts[2])) - 1)].astype(np.int32)


def lattice(latitude_deg: Array, longitude_deg: Array, height_m: Array) -> tuple[Array, Array, Array]:
    """Lattice places of antennas [1/4096 m, modulo 2^32]."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    units, ring = (EARTH_RADIUS_M + height_m) * UNITS_PER_M, np.cos(latitude)
    axes = ring * np.cos(longitude), ring * np.sin(longitude), np.sin(latitude)
    x, y, z = (np.rint(axis * units).astype(np.int64).astype(np.int32) for axis in axes)
    return x, y, z


def _cdb(values_db: Array) -> Array:
    return np.clip(np.rint(np.asarray(values_db, np.float64) * 100.0), -32000, 32000).astype(np.int16)
