"""Places out of raw values: degrees, H3 cells, gains, heights; rows that name no place are counted with the cause."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from maps.gazetteer import all_towns
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import are_valid, cells_from_coordinates, coordinates_from_cells, resolutions
from poc.errors import DataError
from poc.interop.rejections import Rejections
from poc.looking.column_guess import Guess
from poc.looking.foreign_table import Columns
from poc.table import Array

ASSERTED_RESOLUTION = 12
COARSEST_SCALED = 11  # the density rules count cells of resolution 11
_NOTHING = {"", "na", "n/a", "nan", "null", "none", "-"}
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_E7 = 1e7  # Meshtastic and many GPS receivers write whole numbers of 1e-7 degrees
_HIGHEST_ABOVE_GROUND_M = 60.0
_FAR_KM, _NEAR_KM, _TRIED = 150.0, 30.0, 200


@dataclass(frozen=True, slots=True)
class Places:
    """One row for each kept row of the file, in its order. `row` counts the data rows of the file from 1.

    `cell` is the H3 cell of resolution 12 of the place, or the cell that the file gives; NaN stands for no value.
    """

    row: Array
    hotspot: Array
    latitude_deg: Array
    longitude_deg: Array
    cell: Array
    gain_dbi: Array
    height_m: Array
    rssi_dbm: Array
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Array) -> Places:
        """Some of the rows, in that order."""
        names = [name for name in self.__slots__ if name != "notes"]
        return Places(**{name: getattr(self, name)[rows] for name in names}, notes=self.notes)


def places_from(columns: Columns, guess: Guess, counts: Rejections, what: str) -> Places:
    """The places that the columns name. DataError when no row of the file names one."""
    n_rows = len(next(iter(columns.values())))
    notes: list[str] = []
    values = {part: numbers(columns[name]) for part, name in guess.column_of.items() if part in _NUMERIC}
    cell, bad_cell = (
        _cells(columns[guess.column_of["cell"]]) if "cell" in guess else (np.zeros(n_rows, np.uint64), None)
    )
    latitude, longitude = np.full(n_rows, np.nan), np.full(n_rows, np.nan)
    if "latitude" in guess and "longitude" in guess:
        latitude, longitude = _degrees(values["latitude"], values["longitude"], guess, notes)
    fault = _faults(latitude, longitude, cell, bad_cell)
    from_cell = (fault == "") & np.isnan(latitude)
    if from_cell.any():
        latitude[from_cell], longitude[from_cell] = coordinates_from_cells(cell[from_cell])
    kept = np.flatnonzero(fault == "")
    for cause, n in zip(*np.unique(fault[fault != ""], return_counts=True), strict=True):
        counts.reject(str(cause), int(n))
    if not len(kept):
        raise DataError(_nowhere(what, columns, guess, n_rows, counts))
    drawn = cells_from_coordinates(latitude[kept], longitude[kept], ASSERTED_RESOLUTION)
    names = _names(columns, guess, n_rows)
    places = Places(
        row=kept + 1,
        hotspot=names[kept],
        latitude_deg=latitude[kept],
        longitude_deg=longitude[kept],
        cell=np.where(cell[kept] != 0, cell[kept], drawn).astype(np.uint64),
        gain_dbi=_gains(values, guess, n_rows, notes)[kept],
        height_m=_heights(values, guess, n_rows, notes)[kept],
        rssi_dbm=values.get("rssi", np.full(n_rows, np.nan))[kept],
        notes=notes,
    )
    n_coarse = int((resolutions(places.cell) < COARSEST_SCALED).sum())
    if n_coarse:
        notes.append(
            f"{n_coarse:,} cells are coarser than resolution {COARSEST_SCALED}: they are drawn at their centres and "
            "have no density scale."
        )
    return places


_NUMERIC = {"latitude", "longitude", "gain", "height", "altitude", "rssi", "snr"}


def numbers(values: Sequence[Any]) -> Array:
    """Values as float64, NaN where there is none; a decimal comma is understood.

    >>> numbers(["47,5", "NA", 3, None, "x"]).tolist()
    [47.5, nan, 3.0, nan, nan]
    """
    found = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, str):
            value = value.replace(",", ".") if _DECIMAL_COMMA.fullmatch(value) else value
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            continue
        found[place] = number if math.isfinite(number) else math.nan
    return found


def _degrees(latitude: Array, longitude: Array, guess: Guess, notes: list[str]) -> tuple[Array, Array]:
    names = f"'{guess.column_of['latitude']}' and '{guess.column_of['longitude']}'"
    there = np.isfinite(latitude) & np.isfinite(longitude)
    if there.any() and (np.abs(latitude[there]) > 1e5).mean() > 0.5:
        notes.append(f"{names} hold whole numbers of 1e-7 degrees and are read as such.")
        latitude, longitude = latitude / _E7, longitude / _E7
    off, other = np.abs(latitude[there]) > 90.0, np.abs(longitude[there]) > 90.0
    if there.any() and off.mean() > 0.5 and not other.any():
        if {"latitude", "longitude"} & guess.given:
            notes.append(f"{names} look swapped: {off.sum():,} latitudes lie beyond ±90°.")
        else:
            notes.append(f"{names} are swapped ({off.sum():,} latitudes beyond ±90°) and are read the other way round.")
            latitude, longitude = longitude, latitude
    elif (
        there.any()
        and not {"latitude", "longitude"} & guess.given
        and _better_swapped(latitude[there], longitude[there])
    ):
        notes.append(
            f"{names} may be swapped: as they stand the places are far from any town, the other way round near to one; "
            f"if so: --column latitude={guess.column_of['longitude']} --column longitude={guess.column_of['latitude']}"
        )
    return latitude, np.where(longitude > 180.0, longitude - 360.0, longitude)


def _better_swapped(latitude: Array, longitude: Array) -> bool:
    """Whether most places lie far from every town as they stand, and near to one with the degrees exchanged."""
    step = max(1, len(latitude) // _TRIED)
    near_km = [
        _middle_km_to_town(*pair)
        for pair in ((latitude[::step], longitude[::step]), (longitude[::step], latitude[::step]))
    ]
    return near_km[0] > _FAR_KM and near_km[1] < _NEAR_KM


def _middle_km_to_town(latitude: Array, longitude: Array) -> float:
    towns = all_towns()
    tree = cKDTree(unit_vectors(towns.latitude_deg, towns.longitude_deg))
    on_earth = np.abs(latitude) <= 90.0
    chord = tree.query(unit_vectors(latitude[on_earth], longitude[on_earth]))[0] if on_earth.any() else np.array([2.0])
    return float(np.median(2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0)))) / 1000.0


def _faults(latitude: Array, longitude: Array, cell: Array, bad_cell: Array | None) -> Array:
    """Why each row names no place; empty where it names one."""
    nowhere = np.isnan(latitude) | np.isnan(longitude)
    beyond = ~nowhere & ((np.abs(latitude) > 90.0) | (np.abs(longitude) > 180.0))
    null_island = ~nowhere & (latitude == 0.0) & (longitude == 0.0)
    no_cell = nowhere & (cell == 0)
    wrong = np.zeros(len(cell), bool) if bad_cell is None else bad_cell & nowhere
    conditions = [wrong, no_cell, beyond, null_island]
    causes = ["a cell that does not exist", "no place", "degrees out of range", "latitude and longitude 0"]
    return np.select(conditions, causes, default="")


def _cells(values: Sequence[Any]) -> tuple[Array, Array]:
    """(H3 cells, whether a value was given that is none); whole numbers and hex text are understood."""
    cells, given = np.zeros(len(values), np.uint64), np.zeros(len(values), bool)
    for place, value in enumerate(values):
        text = str(value).strip().lower().removeprefix("0x") if value is not None else ""
        if text in _NOTHING or text == "0":
            continue
        given[place] = True
        try:
            number = int(text, 10) if text.isdecimal() and len(text) > 16 else int(text, 16)
        except ValueError:
            continue
        cells[place] = number if 0 <= number < 2**64 else 0
    valid = are_valid(cells)
    return np.where(valid, cells, np.uint64(0)), given & ~valid


def _names(columns: Columns, guess: Guess, n_rows: int) -> Array:
    if "hotspot" not in guess:
        return np.array([f"row {row}" for row in range(1, n_rows + 1)], np.str_)
    return np.array(["" if value is None else str(value) for value in columns[guess.column_of["hotspot"]]], np.str_)


def _gains(values: dict[str, Array], guess: Guess, n_rows: int, notes: list[str]) -> Array:
    gain = values.get("gain", np.full(n_rows, np.nan))
    there = gain[np.isfinite(gain)]
    if len(there) and (there == np.rint(there)).all() and np.median(there) >= 12.0:
        notes.append(f"'{guess.column_of['gain']}' holds whole numbers around {np.median(there):.0f}: tenths of a dBi.")
        return gain / 10.0
    return gain


def _heights(values: dict[str, Array], guess: Guess, n_rows: int, notes: list[str]) -> Array:
    if "height" in values:
        return values["height"]
    altitude = values.get("altitude", np.full(n_rows, np.nan))
    there, name = altitude[np.isfinite(altitude)], guess.column_of.get("altitude")
    if not len(there):
        return altitude
    middle = float(np.median(there))
    if middle > _HIGHEST_ABOVE_GROUND_M:
        notes.append(
            f"'{name}' is {middle:.0f} m in the middle, so most are metres above the sea, not above ground: no antenna "
            f"height is taken from it; --column height={name} takes it all the same."
        )
        return np.full(n_rows, np.nan)
    notes.append(
        f"'{name}' is {middle:.0f} m in the middle and is read as above ground; if it is above the sea, drop it with "
        "--column altitude="
    )
    return altitude


def _nowhere(what: str, columns: Columns, guess: Guess, n_rows: int, counts: Rejections) -> str:
    if n_rows and ("cell" in guess or ("latitude" in guess and "longitude" in guess)):
        causes = ", ".join(f"{n:,} {cause}" for cause, n in counts.causes.most_common(3))
        return f"none of the {n_rows:,} rows of '{what}' names a place ({causes}); correct them or choose --column."
    if not n_rows:
        return f"'{what}' has no rows that can be read, expected one for each hotspot; fill it."
    return (
        f"'{what}' has the columns {', '.join(list(columns)[:12])}, expected latitude and longitude or an H3 cell; "
        "say which with --column latitude=NAME --column longitude=NAME, or --column cell=NAME."
    )
