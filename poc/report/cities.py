"""A city as a row of facts and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from maps.city import City, load_city
from maps.errors import MapError
from poc.errors import DataError
from poc.report.city_layer import draw_city as draw_base
from poc.report.city_layer import plane_of
from poc.report.files import save_drawing


def open_city(name_or_path: str) -> City:
    """A bundled city or a city file; DataError in one sentence where it is neither."""
    try:
        return load_city(name_or_path)
    except MapError as error:
        raise DataError(str(error)) from error


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
