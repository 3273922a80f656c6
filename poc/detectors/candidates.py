"""Candidate places: a coarse lattice where the links are, then two finer ones around the best place found.

Lattices are hexagonal in the plane that touches the Earth at their centre and projected back onto the sphere, so poles,
pentagons and the antimeridian are places like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from maps.geodesy import EARTH_RADIUS_M
from poc.table import Array

#: (rings of the lattice around the best place, rings around the second best), coarse to fine; fewer for a first look.
#: How often they find the best place of a full grid: docs/detectors.md, benchmarks/relocation.py.
Rings = tuple[tuple[int, int], ...]
RINGS: Rings = ((6, 0), (4, 2), (4, 2), (1, 0), (1, 0))
ROUGH_RINGS: Rings = ((3, 0), (2, 0))
#: How much finer each lattice is than the one before.
REFINEMENT = 3.0
#: Radius of the coarse lattice in units of the scale on which the subject is heard.
REACH = 4.0 / 3.0

Likelihood = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places looked at, one row for each subject: point_m (n, points, 3), log-likelihood and the area [m²] each stands
    for (0 where a finer lattice took over)."""

    point_m: Array
    log_likelihood: Array
    area_m2: Array


def hexagon_offsets(n_rings: int) -> Array:
    """Unit hexagonal lattice within n_rings of its centre, centre first; shape (1 + 3·n·(n + 1), 2).

    >>> len(hexagon_offsets(2))
    19
    """
    axial = [
        (q, r) for q in range(-n_rings, n_rings + 1) for r in range(-n_rings, n_rings + 1) if abs(q + r) <= n_rings
    ]
    axial.sort(key=lambda qr: (max(abs(qr[0]), abs(qr[1]), abs(sum(qr))), qr))
    q, r = np.array(axial, float).T
    return np.column_stack([q + 0.5 * r, r * np.sqrt(0.75)])


def tangent_frame(centre_m: Array) -> tuple[Array, Array]:
    """Two unit vectors square to each centre and to each other; shapes (n, 3). Defined everywhere, poles included.

    >>> east, north = tangent_frame(np.array([[1.0, 0.0, 0.0]]))
    >>> east.tolist(), north.tolist()
    ([[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    """
    up = centre_m / np.linalg.norm(centre_m, axis=-1, keepdims=True)
    axis = np.where(np.abs(up[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = np.cross(axis, up)
    east /= np.linalg.norm(east, axis=-1, keepdims=True)
    return east, np.cross(up, east)


def lattice(centre_m: Array, spacing_m: Array, n_rings: int) -> Array:
    """Hexagonal lattices of points on the sphere around each centre; shape (n, points, 3)."""
    return around(centre_m, spacing_m[:, None, None] * hexagon_offsets(n_rings)[None])


def around(centre_m: Array, offset_m: Array) -> Array:
    """Points at offsets (n, points, 2) [m] in the tangent frame of each centre (n, 3), on the sphere."""
    east, north = tangent_frame(centre_m)
    point = centre_m[:, None] + offset_m[..., :1] * east[:, None] + offset_m[..., 1:] * north[:, None]
    return np.asarray(point * (EARTH_RADIUS_M / np.linalg.norm(point, axis=-1, keepdims=True)))


def search(asserted_m: Array, hub_m: Array, scale_m: Array, likelihood: Likelihood, rings: Rings = RINGS) -> Candidates:
    """Look coarse to fine: a lattice around the hub and one around the asserted place, then around the best places.

    A likelihood may have two peaks between which a lattice cannot choose, so some steps also look around the best
    point that the finer lattice does not cover; what is found there stands for no area until it is the best.

    asserted_m, hub_m: (n, 3) [m]; scale_m: how far around the hub to look at least [m]; rings: of the lattices.
    """
    spacing_m = REACH * scale_m / rings[0][0]
    coarse = lattice(hub_m, spacing_m, rings[0][0])
    claimed = lattice(asserted_m, spacing_m, 1)
    # points of the second lattice that the first covers stand for no area of their own
    away = np.linalg.norm(claimed - hub_m[:, None], axis=-1) > _round_radius(rings[0][0]) * spacing_m[:, None]
    cell_m2 = np.sqrt(0.75) * spacing_m**2
    area = [np.repeat(cell_m2[:, None], coarse.shape[1], axis=1), away * cell_m2[:, None]]
    points = [np.concatenate([coarse, claimed], axis=1)]
    areas = [np.concatenate(area, axis=1)]
    values = [likelihood(points[0])]
    for n_rings, n_probe in rings[1:]:
        spacing_m = spacing_m / REFINEMENT
        covered_m = _round_radius(n_rings) * spacing_m[:, None]
        every, value = np.concatenate(points, axis=1), np.concatenate(values, axis=1)
        best = every[np.arange(len(every)), np.argmax(value, axis=1)]
        away = np.linalg.norm(every - best[:, None], axis=-1) > covered_m
        bounds = np.cumsum([0, *(area.shape[1] for area in areas)])
        areas = [area * away[:, low:high] for area, (low, high) in zip(areas, pairwise(bounds), strict=True)]
        if n_probe:
            second = every[np.arange(len(every)), np.argmax(np.where(away, value, -np.inf), axis=1)]
            points.append(lattice(second, spacing_m, n_probe))
            areas.append(np.zeros(points[-1].shape[:2]))
            values.append(likelihood(points[-1]))
        points.append(lattice(best, spacing_m, n_rings))
        areas.append(np.repeat((np.sqrt(0.75) * spacing_m**2)[:, None], points[-1].shape[1], axis=1))
        values.append(likelihood(points[-1]))
    return Candidates(np.concatenate(points, axis=1), np.concatenate(values, axis=1), np.concatenate(areas, axis=1))


def _round_radius(n_rings: int) -> float:
    """Radius of the circle of a lattice's area, in spacings: what a finer lattice takes over is what it stands for."""
    return float(np.sqrt(np.sqrt(0.75) * (1 + 3 * n_rings * (n_rings + 1)) / np.pi))
