"""A city as a row of facts and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from maps.city import City, load_city, save_city
from maps.errors import MapError
from maps.synthetic import synthetic_city
from poc.errors import DataError, StoreError
from poc.report.city_layer import draw_city as draw_base
from poc.report.city_layer import plane_of
from poc.report.files import save_drawing


def open_city(name_or_path: str) -> City:
    """A bundled city or a city file; DataError in one sentence where it is neither."""
    try:
        return load_city(name_or_path)
    except MapError as error:
        raise DataError(str(error)) from error


def synthetic(
    kind: str, width_km: float, height_km: float, seed: int, at: str, region: str | None, resolution: int
) -> City:
    """A synthetic city around "LAT,LON"; DataError for settings that make none."""
    try:
        latitude_deg, longitude_deg = (float(part) for part in at.split(","))
    except ValueError as error:
        raise DataError(f"--at is {at!r}, expected LAT,LON such as 47.1,9.5; correct it.") from error
    try:
        return synthetic_city(kind, width_km, height_km, seed, latitude_deg, longitude_deg, region, resolution)
    except MapError as error:
        raise DataError(str(error)) from error


def imported(
    extract: Path,
    name: str,
    boundary: str | None,
    elevation: Path | None,
    persons: float | None,
    region: str | None,
    resolution: int,
) -> City:
    """A city from an OpenStreetMap extract and an elevation file; DataError in one sentence where that fails."""
    try:
        from maps.importers.elevation import terrain_from_hgt, terrain_from_raster
        from maps.importers.osm import city_from_osm
    except ImportError as error:
        raise DataError(
            f"maps are imported with {error.name}, which is not installed: pip install 'poc-emulator[geo]'."
        ) from error
    try:
        terrain = None
        if elevation is not None:
            terrain = (terrain_from_hgt if ".hgt" in elevation.name.lower() else terrain_from_raster)(elevation)
        return city_from_osm(
            extract,
            name,
            boundary_name=boundary,
            region=region,
            resolution=resolution,
            persons=persons,
            terrain=terrain,
        )
    except MapError as error:
        raise DataError(str(error)) from error


def write_city(city: City, path: Path, force: bool = False) -> City:
    """The city, written to a file that was not there (or is replaced by force); StoreError otherwise."""
    if path.exists() and not force:
        raise StoreError(f"'{path}' is already there, expected a new file; choose another name or add --force.")
    try:
        save_city(city, path)
    except OSError as error:
        raise StoreError(f"'{path}' could not be written ({error.strerror}); choose another place.") from error
    return city


def city_row(city: City) -> dict[str, Any]:
    """The facts of a city, units in the names."""
    box = city.bounds
    return {
        "name": city.name,
        "region": city.region,
        "cells": len(city.cells),
        "resolution": city.resolution,
        "area_km2": round(float(city.area_km2), 2),
        "population": round(float(city.population.sum())),
        "population_source": city.population_source,
        "terrain": city.terrain is not None,
        "latitude_deg": f"{box.south_deg:.3f} to {box.north_deg:.3f}",
        "longitude_deg": f"{box.west_deg:.3f} to {box.east_deg:.3f}",
        "licence": city.licence,
    }


def draw_city(city: City, path: Path) -> Path:
    """A picture of the city: population by cell under roads, water and buildings; PNG or SVG by the ending of `path`.

    Raises DataError for another ending, StoreError when the file cannot be written.
    """
    figure = Figure(figsize=(7.0, 7.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(f"{city.name} ({city.attribution})", loc="left", fontsize=9)
    plane = plane_of(city, np.zeros(0), np.zeros(0))
    shades = PolyCollection(
        plane.cells(city.cells), array=np.sqrt(city.population), cmap="YlGnBu", alpha=0.7, linewidths=0.0, zorder=0.5
    )
    axes.add_collection(shades)
    draw_base(axes, city, plane)
    return save_drawing(path, figure)
