"""Keyed points in a city: the draws that the placements are made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from maps import grid
from maps.city import City
from maps.errors import MapError
from maps.geodesy import coordinates_from_vectors, unit_vectors, wrap_longitude_deg
from maps.placement.places import Keys

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Draw = Callable[[Integers, int], tuple[Floats, Floats]]

#: A place is drawn anew this often before the rule falls back or gives up.
N_ATTEMPTS = 1000


def uniform_points(city: City, keys: Keys, ids: Integers) -> tuple[Floats, Floats]:
    """(latitude_deg, longitude_deg) spread evenly over the area inside the boundary, one for each id."""
    south, west, north, east = city.bounds
    low, high = np.sin(np.radians([south, north]))
    width = (east - west) % 360.0 or 360.0

    def draw(rows: Integers, attempt: int) -> tuple[Floats, Floats]:
        latitude = np.degrees(np.arcsin(low + (high - low) * keys.uniform(ids[rows], attempt, 0)))
        return latitude, wrap_longitude_deg(west + width * keys.uniform(ids[rows], attempt, 1))

    points, missing = points_inside(city, len(ids), draw)
    if missing.size:
        raise MapError(
            f"no place was found inside the boundary of {city.name!r} in {N_ATTEMPTS} draws: give one with an area."
        )
    return points


def population_points(city: City, keys: Keys, ids: Integers) -> tuple[Floats, Floats]:
    """(latitude_deg, longitude_deg) drawn by persons per cell, then evenly inside the cell, one for each id."""
    weights = np.cumsum(city.population.astype(np.float64))
    if weights[-1] <= 0.0:
        raise MapError(f"city {city.name!r} has no population: use the placement 'uniform', or a city with people.")
    row = np.searchsorted(weights, keys.of("cell").uniform(ids) * weights[-1], side="right")
    cells = city.cells[np.minimum(row, len(weights) - 1)]
    inside = keys.of("in-cell")

    def draw(rows: Integers, attempt: int) -> tuple[Floats, Floats]:
        return points_in_cells(cells[rows], *(inside.uniform(ids[rows], attempt, axis) for axis in range(3)))

    points, missing = points_inside(city, len(ids), draw)
    if missing.size:  # a cell that the boundary only grazes: its centre is inside by construction
        points[0][missing], points[1][missing] = grid.coordinates_from_cells(cells[missing])
    return points


def points_in_cells(cells: npt.NDArray[np.uint64], *draws: Floats) -> tuple[Floats, Floats]:
    """Points evenly spread inside hexagons, from three uniform draws each: one picks a triangle, two a point in it."""
    unique, position = np.unique(cells, return_inverse=True)
    corners = grid.boundaries(unique)
    n_corners = np.array([len(ring) for ring in corners])
    first = np.concatenate([[0], np.cumsum(n_corners)])
    flat = unit_vectors(*np.concatenate(corners).T)
    centre = unit_vectors(*grid.coordinates_from_cells(unique))[position]
    side = np.minimum((draws[0] * n_corners[position]).astype(np.int64), n_corners[position] - 1)
    left = flat[first[position] + side]
    right = flat[first[position] + (side + 1) % n_corners[position]]
    reach, share = np.sqrt(draws[1])[:, None], draws[2][:, None]
    return coordinates_from_vectors(centre + reach * ((left - centre) + share * (right - left)))


def points_inside(
    city: City, n: int, draw: Draw, n_attempts: int = N_ATTEMPTS
) -> tuple[tuple[Floats, Floats], Integers]:
    """Repeat `draw(rows, attempt)` for those of n rows that fell outside the boundary.

    Gives (points, rows that never fell inside); the latter hold their last draw.
    """
    latitude, longitude = np.zeros(n), np.zeros(n)
    pending = np.arange(n)
    for attempt in range(n_attempts):
        if pending.size == 0:
            break
        latitude[pending], longitude[pending] = draw(pending, attempt)
        outside = ~np.atleast_1d(city.contains(latitude[pending], longitude[pending]))
        pending = pending[outside]
    return (latitude, longitude), pending


def checked_count(n: int) -> Integers:
    """The ids 0 … n − 1. MapError for a negative count."""
    if n < 0:
        raise MapError(f"{n} hotspots were asked for: give 0 or more.")
    return np.arange(n, dtype=np.int64)
