"""`look(file)`: the places of a foreign file, what was guessed about them, and what the density rules leave of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from maps.city import City, list_cities, load_city
from maps.errors import MapError
from maps.grid import text_from_cells
from poc.errors import DataError
from poc.interop.rejections import Rejections
from poc.looking.column_guess import Guess, guess_columns
from poc.looking.crowding import Crowding, crowding_of, nearest_m
from poc.looking.foreign_places import Places, numbers, places_from
from poc.looking.foreign_table import Columns, read_table
from poc.rewards.density import DENSITY_TABLES
from poc.table import Array

TABLES = tuple(name for name, levels in DENSITY_TABLES.items() if levels)
_BESIDE = "hotspots"


@dataclass(frozen=True, slots=True)
class Sight:
    """Hotspots of a file, one row each, with their crowding under each density table.

    `n_reports` counts the rows of a report file that name the hotspot, `rssi_dbm` is their median; None where the file
    has no reports by name. `said` is what was guessed and what could not be used, in sentences.
    """

    path: Path
    guess: Guess
    places: Places
    crowding: Mapping[str, Crowding]
    nearest_m: Array
    n_reports: Array | None
    rssi_dbm: Array | None
    counts: Rejections
    city: City | None
    said: tuple[str, ...]

    def table(self) -> pa.Table:
        """One row for each hotspot, the most crowded under the first density table first; empty columns left out."""
        first = self.crowding[TABLES[0]]
        rssi = self.places.rssi_dbm if self.rssi_dbm is None else self.rssi_dbm
        columns: dict[str, Array] = {
            "hotspot": self.places.hotspot,
            "latitude_deg": self.places.latitude_deg.round(6),
            "longitude_deg": self.places.longitude_deg.round(6),
            "cell": text_from_cells(self.places.cell),
            "gain_dbi": self.places.gain_dbi,
            "height_m": self.places.height_m,
            "nearest_m": np.where(np.isinf(self.nearest_m), np.nan, self.nearest_m.round(1)),
        }
        for name in TABLES:
            columns[f"{name.replace('-', '_')}_scale"] = self.crowding[name].scale
        columns |= {
            "cut_at_res": np.where(first.cut_resolution < 0, np.nan, first.cut_resolution.astype(np.float64)),
            "n_counted": first.n_counted,
            "n_present": first.n_present,
        }
        if self.n_reports is not None:
            columns["n_reports"] = self.n_reports
        columns["rssi_dbm"] = rssi
        order = np.lexsort((self.places.row, np.nan_to_num(first.scale, nan=2.0)))
        arrays = {name: pa.array(values[order], from_pandas=True) for name, values in columns.items()}
        return pa.table({name: array for name, array in arrays.items() if array.null_count < len(array)})

    def rows(self) -> list[dict[str, Any]]:
        """The same as plain rows."""
        rows: list[dict[str, Any]] = self.table().to_pylist()
        return rows

    def readable(self, most: int) -> list[dict[str, Any]]:
        """The first rows for a terminal: the essential columns, the deepest cut in words."""
        rows = []
        for row in self.table().slice(0, most).to_pylist():
            cut = (
                f"res {row['cut_at_res']:.0f}: {row['n_counted']:,} of {row['n_present']:,}"
                if row.get("cut_at_res")
                else ""
            )
            scales = {name.upper(): row.get(f"{name.replace('-', '_')}_scale") for name in TABLES}
            place = f"{row['latitude_deg']:.5f}, {row['longitude_deg']:.5f}"
            rows.append(
                {
                    "hotspot": row["hotspot"],
                    "place": place,
                    **scales,
                    "deepest cut": cut,
                    "nearest [m]": row.get("nearest_m"),
                }
                | {name: row[name] for name in ("n_reports", "rssi_dbm") if name in row}
            )
        return rows

    def headline(self) -> list[str]:
        """What there is to see, in a few sentences."""
        first, n = self.crowding[TABLES[0]], len(self.places)
        several = "1 hotspot" if n == 1 else f"{n:,} hotspots"
        lines = [f"{several} from '{self.path}'{self._rejected()}."]
        scaled = first.scale[np.isfinite(first.scale)]
        if len(scaled):
            worst = first.worst()
            at = (
                f" (hotspot {self.places.hotspot[worst]}: at resolution {first.cut_resolution[worst]} "
                f"{first.n_counted[worst]:,} of {first.n_present[worst]:,} count)"
                if first.cut_resolution[worst] >= 0
                else ""
            )
            lines.append(
                f"Under {TABLES[0].upper()} {int((scaled == 1.0).sum()):,} earn in full; the scale is "
                f"{np.median(scaled):.2g} in the middle and {scaled.min():.2g} at worst{at}."
            )
        near = int((self.nearest_m < 300.0).sum())
        if near:
            lines.append(f"{near:,} stand within 300 m of another.")
        if self.n_reports is not None:
            lines.append(
                f"{int(self.n_reports.sum()):,} reports name them; {int((self.n_reports == 0).sum()):,} have none."
            )
        return lines

    def _rejected(self) -> str:
        if not self.counts.n_rejected:
            return f", all {self.counts.n_received:,} rows used" if self.n_reports is None else ""
        causes = ", ".join(f"{n:,} with {cause}" for cause, n in self.counts.causes.most_common())
        return f"; {self.counts.n_rejected:,} of {self.counts.n_received:,} rows left out: {causes}"


def look(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    hotspots: str | Path | None = None,
    city: str | None = None,
) -> Sight:
    """Look at hotspots, or at reports with their hotspots, from CSV, JSON Lines, GeoJSON or Parquet.

    `columns` says which column plays which part, {"latitude": "lat_y"}; the rest is guessed. Reports without places
    take them from the file `hotspots`, or from a file `hotspots.*` beside them. `city` is drawn under the map; without
    it a bundled one that holds the places. Raises DataError in one sentence.
    """
    path, counts = Path(path), Rejections()
    table = read_table(path, counts)
    guess = guess_columns(table, columns or {})
    said, reports = guess.sentences(), None
    beside = _hotspots_of(path, guess, hotspots)
    if beside is not None:
        reports = table, guess
        counts = Rejections()
        table = read_table(beside, counts)
        guess = guess_columns(table, {})
        said += [f"the places are those of '{beside}'.", *guess.sentences()]
    elif "rssi" in guess and {"witness", "hotspot", "beaconer"} & set(guess.column_of):
        reports = table, guess
    places = places_from(table, guess, counts, str(path))
    once = _last_of_each(places.hotspot)
    if len(once) < len(places):
        said.append(f"{len(places) - len(once):,} rows repeat a hotspot; the last of each is drawn.")
    kept = places.take(once)
    n_reports, rssi = (None, None) if reports is None else _reports_of(*reports, kept.hotspot)
    return Sight(
        path, guess, kept,
        {name: crowding_of(kept.cell, name) for name in TABLES},
        nearest_m(kept.latitude_deg, kept.longitude_deg),
        n_reports, rssi, counts, _city(city, kept), (*said, *places.notes),
    )  # fmt: skip


def _hotspots_of(path: Path, guess: Guess, hotspots: str | Path | None) -> Path | None:
    """The file that places the hotspots that reports only name; None where the file itself has places."""
    if "cell" in guess or {"latitude", "longitude"} <= set(guess.column_of):
        if hotspots is not None:
            raise DataError(f"'{path}' has places of its own, so --hotspots '{hotspots}' has no use; drop it.")
        return None
    if hotspots is not None:
        return Path(hotspots)
    for ending in (path.suffix, ".parquet", ".csv", ".jsonl", ".geojson"):
        beside = path.with_name(f"{_BESIDE}{ending}")
        if beside != path and beside.exists() and {"witness", "beaconer", "hotspot"} & set(guess.column_of):
            return beside
    if {"witness", "beaconer", "rssi"} & set(guess.column_of):
        raise DataError(f"'{path}' has reports without places; say where the hotspots are with --hotspots FILE.")
    return None


def _last_of_each(names: Array) -> Array:
    """Rows, in their order, of the last appearance of each name."""
    _, first_from_behind = np.unique(names[::-1], return_index=True)
    return np.sort(len(names) - 1 - first_from_behind)


def _reports_of(table: Columns, guess: Guess, hotspots: Array) -> tuple[Array, Array | None]:
    """How many reports name each hotspot, and the median of their RSSI where the file has one."""
    part = next(part for part in ("witness", "hotspot", "beaconer") if part in guess)
    named = np.array([str(value) for value in table[guess.column_of[part]]], np.str_)
    order = np.argsort(hotspots)
    place = np.minimum(np.searchsorted(hotspots, named, sorter=order), len(hotspots) - 1)
    row = np.where(hotspots[order[place]] == named, order[place], -1)
    n_reports = np.bincount(row[row >= 0], minlength=len(hotspots))
    if "rssi" not in guess:
        return n_reports, None
    rssi = numbers(table[guess.column_of["rssi"]])
    usable = (row >= 0) & np.isfinite(rssi)
    by_hotspot = np.lexsort((rssi[usable], row[usable]))
    there, first, n = np.unique(row[usable][by_hotspot], return_index=True, return_counts=True)
    median = np.full(len(hotspots), np.nan)
    median[there] = rssi[usable][by_hotspot][first + n // 2]
    return n_reports, median


def _city(name: str | None, places: Places) -> City | None:
    """The city asked for, or a bundled one that holds most of the places."""
    if name is not None:
        try:
            return load_city(name)
        except MapError as error:
            raise DataError(str(error)) from error
    for bundled in list_cities():
        city = load_city(bundled)
        if np.atleast_1d(city.contains(places.latitude_deg, places.longitude_deg)).mean() > 0.5:
            return city
    return None
