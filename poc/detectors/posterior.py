"""From likelihoods of places to odds, an estimated place and a credible radius."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, coordinates_from_vectors
from poc.detectors.candidates import Candidates
from poc.table import Array
from radio_models.special_functions import logsumexp

_CREDIBLE = 0.9


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where each subject most likely is: coordinates [deg], Earth-centred point [m], radius of 90 % credibility [m]."""

    latitude_deg: Array
    longitude_deg: Array
    point_m: Array
    credible_radius_m: Array


def together(parts: Sequence[Estimate]) -> Estimate:
    """Estimates of several lots of subjects, one lot after the other."""
    names = (field.name for field in fields(Estimate))
    return Estimate(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def log_likelihood_elsewhere(candidates: Candidates, asserted_m: Array, tolerance_m: float, farthest_m: float) -> Array:
    """log ∫ likelihood × prior over places that are not the asserted one; one value for each subject.

    The prior knows no scale: from the tolerance to farthest_m every factor of distance is equally likely, that is
    1 / (2π r² ln(farthest / tolerance)) for each square metre, rising steeply from nothing at the tolerance.
    """
    square = np.square(candidates.point_m - asserted_m[:, None]).sum(axis=-1) + 0.25 * candidates.area_m2
    square = np.maximum(square, 1.0)
    beyond = 1.0 / (1.0 + (tolerance_m**2 / square) ** 4)
    density = beyond / (2.0 * np.pi * square * np.log(farthest_m / tolerance_m))
    return np.asarray(logsumexp(candidates.log_likelihood, axis=1, b=density * candidates.area_m2))


def estimate_from(candidates: Candidates) -> Estimate:
    """The posterior mean near the best candidate, and the radius around it that holds 90 % of the whole posterior
    (under a flat prior: where the evidence alone puts the radio).
    """
    value, point_m = candidates.log_likelihood, candidates.point_m
    mass = np.exp(value - value.max(axis=1, keepdims=True)) * candidates.area_m2
    best = point_m[np.arange(len(value)), value.argmax(axis=1)]
    coarse_m = np.sqrt(candidates.area_m2.max(axis=1, initial=0.0))
    near = np.linalg.norm(point_m - best[:, None], axis=-1) < 1.5 * coarse_m[:, None]
    point = ((mass * near)[..., None] * point_m).sum(axis=1)
    point *= EARTH_RADIUS_M / np.linalg.norm(point, axis=-1, keepdims=True)
    distance_m = np.linalg.norm(point_m - point[:, None], axis=-1)
    order = np.argsort(distance_m, axis=1, kind="stable")
    held = np.cumsum(np.take_along_axis(mass, order, axis=1), axis=1)
    enough = (held >= _CREDIBLE * held[:, -1:]).argmax(axis=1)
    radius_m = np.take_along_axis(distance_m, order, axis=1)[np.arange(len(order)), enough]
    latitude_deg, longitude_deg = coordinates_from_vectors(point)
    # a lattice point stands for its whole cell
    finest_m = np.sqrt(candidates.area_m2[:, -1])
    return Estimate(
        np.atleast_1d(latitude_deg), np.atleast_1d(longitude_deg), point, np.maximum(radius_m, 0.5 * finest_m)
    )
