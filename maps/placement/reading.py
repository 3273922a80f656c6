"""Read a table of places from CSV, GeoJSON or Parquet, whatever its columns are called."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maps import grid
from maps.errors import MapError
from maps.placement.places import Places

Columns = dict[str, list[Any]]

#: Our column → the names under which it is looked for, in lower case, best first. Altitude above sea is no height.
NAMES: dict[str, tuple[str, ...]] = {
    "latitude_deg": ("latitude_deg", "latitude", "lat", "y"),
    "longitude_deg": ("longitude_deg", "longitude", "lng", "lon", "long", "x"),
    "id": ("hotspot", "id", "device_id", "gateway", "gateway_id", "eui_id", "address", "name"),
    "cell": ("cell", "asserted_cell", "h3", "h3_index", "hex", "location"),
    "gain_dbi": ("gain_dbi", "antenna_gain_dbi", "gain"),
    "height_m": ("height_m", "antenna_height_m", "height", "elevation_agl_m"),
}
_MISSING = {"", "na", "nan", "null", "none"}


def read_places(path: Path) -> Places:
    """Places; extras if given: `id` (text), `cell` (uint64, 0 = missing), `gain_dbi` and `height_m` (NaN = missing).

    Without coordinates, the centres of the cells are taken. MapError names file and row (from 1) of the first fault.
    """
    columns = _read_columns(path)
    found = {ours: _column(columns, candidates) for ours, candidates in NAMES.items()}
    extras: dict[str, npt.NDArray[Any]] = {}
    if found["id"] is not None:
        extras["id"] = np.array([str(value) for value in found["id"]], np.str_)
    if found["cell"] is not None:
        extras["cell"] = _cells(path, found["cell"])
    for name in ("gain_dbi", "height_m"):
        values = found[name]
        if values is not None:
            extras[name] = _numbers(path, name, values)
    if found["latitude_deg"] is not None and found["longitude_deg"] is not None:
        latitude = _numbers(path, "latitude", found["latitude_deg"])
        longitude = _numbers(path, "longitude", found["longitude_deg"])
        _check_on_earth(path, latitude, longitude)
    elif "cell" in extras and (extras["cell"] != 0).all():
        latitude, longitude = grid.coordinates_from_cells(extras["cell"])
    else:
        raise MapError(
            f"{path} has the columns {', '.join(columns) or 'none'}: latitude and longitude, or H3 cells in every row, "
            "are expected; name them lat and lon, or cell."
        )
    return Places(np.atleast_1d(latitude), np.atleast_1d(longitude), extras)


def _read_columns(path: Path) -> Columns:
    readers = {".csv": _csv, ".tsv": _csv, ".geojson": _geojson, ".json": _geojson, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise MapError(f"{path} ends in {path.suffix!r}: give a table of places as {', '.join(readers)}.")
    try:
        return reader(path)
    except MapError:
        raise
    except FileNotFoundError:
        raise MapError(f"there is no file {path}: correct the path.") from None
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise MapError(f"{path} cannot be read as {path.suffix[1:]} ({reason}): check the file.") from error


def _csv(path: Path) -> Columns:
    with path.open(newline="", encoding="utf-8-sig") as file:
        sample = file.readline()
        file.seek(0)
        separator = max(",;\t", key=sample.count)
        rows = [row for row in csv.reader(file, delimiter=separator) if row]
    if not rows:
        raise MapError(f"{path} is empty: a header line and one row for each place are expected.")
    header = [name.strip().lower() for name in rows[0]]
    for i, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise MapError(f"row {i} of {path} has {len(row)} fields, the header has {len(header)}: correct the row.")
    return {name: [row[k].strip() for row in rows[1:]] for k, name in enumerate(header)}


def _geojson(path: Path) -> Columns:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    properties = [feature.get("properties") or {} for feature in features]
    columns: Columns = {name.lower(): [row.get(name) for row in properties] for row in properties for name in row}
    for i, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") or {}
        if geometry.get("type") != "Point":
            raise MapError(f"feature {i} of {path} is {geometry.get('type')}, not a Point: keep points only.")
    points = [feature["geometry"]["coordinates"] for feature in features]
    columns["longitude_deg"], columns["latitude_deg"] = [point[0] for point in points], [point[1] for point in points]
    return columns


def _parquet(path: Path) -> Columns:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return {name.lower(): table[name].to_pylist() for name in table.column_names}


def _column(columns: Columns, candidates: tuple[str, ...]) -> list[Any] | None:
    return next((columns[name] for name in candidates if name in columns), None)


def _missing(value: Any) -> bool:
    return value is None or str(value).strip().lower() in _MISSING


def _numbers(path: Path, name: str, values: list[Any]) -> npt.NDArray[np.float64]:
    numbers = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        if not _missing(value):
            try:
                numbers[i] = float(value)
            except (TypeError, ValueError):
                raise MapError(f"row {i + 1} of {path} has the {name} {value!r}: give a number.") from None
    return numbers


def _cells(path: Path, values: list[Any]) -> npt.NDArray[np.uint64]:
    cells = np.zeros(len(values), np.uint64)
    for i, value in enumerate(values):
        if _missing(value):
            continue
        try:
            cells[i] = grid.cells_from_text(value) if isinstance(value, str) else np.uint64(value)
        except (TypeError, ValueError, OverflowError):
            raise _bad_cell(path, i, value) from None
    bad = np.flatnonzero(~grid.are_valid(cells) & (cells != 0))
    if bad.size:
        raise _bad_cell(path, int(bad[0]), values[bad[0]])
    return cells


def _bad_cell(path: Path, i: int, value: Any) -> MapError:
    return MapError(f"row {i + 1} of {path} has the cell {value!r}: give an H3 cell such as 8a1f8e41800ffff.")


def _check_on_earth(path: Path, latitude: npt.NDArray[np.float64], longitude: npt.NDArray[np.float64]) -> None:
    bad = np.flatnonzero(~((np.abs(latitude) <= 90.0) & (np.abs(longitude) <= 180.0)))
    if bad.size:
        i = bad[0]
        raise MapError(
            f"row {i + 1} of {path} is at latitude {latitude[i]}, longitude {longitude[i]}: "
            "latitudes are −90 to 90 and longitudes −180 to 180 degrees; correct the row."
        )
