"""A city as a row of facts and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maps.city import City, load_city
from maps.errors import MapError
from poc.errors import DataError, StoreError


def open_city(name_or_path: str) -> City:
    """A bundled city or a city file; DataError in one sentence where it is neither."""
    try:
        return load_city(name_or_path)
    except MapError as error:
        raise DataError(str(error)) from error


def city_row(city: City) -> dict[str, Any]:
    """The facts of a city, units in the names."""
    west, south, east, north = city.bounds
    return {
        "name": city.name,
        "region": city.region,
        "cells": len(city.cells),
        "resolution": city.resolution,
        "area_km2": round(float(city.area_km2), 2),
        "population": round(float(city.population.sum())),
        "population_source": city.population_source,
        "terrain": city.terrain is not None,
        "box_deg": f"{south:.3f}…{north:.3f} N, {west:.3f}…{east:.3f} E",
        "licence": city.licence,
    }


def draw_city(city: City, path: Path) -> None:
    """A picture of the city: base layer, boundary, population by cell."""
    from poc.report.base_layer import city_figure

    try:
        city_figure(city).savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise StoreError(f"'{path}' could not be drawn ({error}); give a .png or .svg file in a folder that exists.") from error
