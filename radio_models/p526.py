"""Diffraction: Recommendation ITU-R P.526-15 — knife edge, Bullington, spherical Earth and delta-Bullington.

Batched in numpy and independent of the compiled P.1812, whose diffraction it must equal. Heights and distances follow
the Recommendation: profiles in metres above sea level over kilometres from the transmitter, both ends included; antenna
heights above sea level unless said otherwise. The wavelength is 0.2998 m·GHz over the frequency, as in the ITU's
validation codes. Shapes: profiles (points,) or (links, points), all else scalars or (links,); losses come in the
broadcast shape.

Bad input: a lone value out of range, a profile that all links share and shapes that do not fit raise `RadioError`; in a
batch, a link with a bad profile or value of its own has +inf as its loss, and the others are computed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fresnel

from radio_models.checked_links import CheckedLinks, Wanted
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats

SPEED_OF_LIGHT_M_GHZ = 0.2998
LAND = (22.0, 0.003)  # relative permittivity, conductivity [S/m]
SEA = (80.0, 5.0)

_METRES = Wanted("m")
_ABOVE_SMOOTH_EARTH = Wanted("m above the smooth Earth", 0.0, above=True)
_KILOMETRES = Wanted("km", 0.0, above=True)
_GIGAHERTZ = Wanted("GHz", 0.0, above=True)
_SHARE = Wanted("of the path", 0.0, 1.0)
_NU = Wanted("ν")
_POLARIZATION = Wanted("(0 horizontal, 1 vertical)", 0.0, 1.0)


def knife_edge_parameter(
    clearance_m: ArrayLike, from_tx_km: ArrayLike, from_rx_km: ArrayLike, *, frequency_ghz: ArrayLike
) -> Floats:
    """ν of an edge `clearance_m` above (below: negative) the straight line between the antennas, §4.1 (26).

    >>> knife_edge_parameter(10.0, 5.0, 5.0, frequency_ghz=0.868).round(4).item()
    0.4813
    """
    links = CheckedLinks()
    wavelength_m = SPEED_OF_LIGHT_M_GHZ / links.column("frequency_ghz", frequency_ghz, _GIGAHERTZ)
    d1, d2 = links.column("from_tx_km", from_tx_km, _KILOMETRES), links.column("from_rx_km", from_rx_km, _KILOMETRES)
    clearance = links.column("clearance_m", clearance_m, _METRES)
    return links.marked(clearance * np.sqrt(0.002 * (d1 + d2) / (wavelength_m * d1 * d2)))


def knife_edge_loss_db(parameter: ArrayLike) -> Floats:
    """J(ν) [dB] by the usual approximation, 0 for ν ≤ −0.78, §4.1 (31); within 0.13 dB of the exact one for −0.56 < ν <
    6.

    >>> knife_edge_loss_db([-1.0, 0.0, 1.0]).round(3).tolist()
    [0.0, 6.033, 13.926]
    """
    links = CheckedLinks()
    return links.marked(_knife_edge_db(links.column("parameter", parameter, _NU)))


def _knife_edge_db(parameter: Floats) -> Floats:
    nu = np.maximum(parameter, -0.78)
    loss = 6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    return floats(np.where(nu > -0.78, loss, 0.0))


def knife_edge_exact_loss_db(parameter: ArrayLike) -> Floats:
    """J(ν) [dB] from the Fresnel integrals, §4.1 (30); it swings about 0 where the edge is far below the line.

    >>> knife_edge_exact_loss_db([0.0, 1.0]).round(3).tolist()
    [6.021, 13.864]
    """
    links = CheckedLinks()
    sine, cosine = fresnel(links.column("parameter", parameter, _NU))
    return links.marked(-10.0 * np.log10(((1.0 - cosine - sine) ** 2 + (cosine - sine) ** 2) / 4.0))


def bullington_loss_db(
    distance_km: ArrayLike,
    height_m: ArrayLike,
    *,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    effective_earth_radius_km: ArrayLike,
    frequency_ghz: ArrayLike,
) -> Floats:
    """Loss over the one edge that stands for the whole profile, §4.5.1 (52)–(59) [dB].

    >>> d, h = [0.0, 4.0, 5.0, 6.0, 10.0], [0.0, 0.0, 60.0, 0.0, 0.0]
    >>> sight = {"tx_height_m": 30.0, "rx_height_m": 10.0, "effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868}
    >>> bullington_loss_db(d, h, **sight).round(2).item()
    28.8
    """
    links = CheckedLinks()
    d, h = _profile(distance_km, height_m, links)
    tx, rx, radius, f = (
        links.column(name, values, wanted)
        for name, values, wanted in (
            ("tx_height_m", tx_height_m, _METRES),
            ("rx_height_m", rx_height_m, _METRES),
            ("effective_earth_radius_km", effective_earth_radius_km, _KILOMETRES),
            ("frequency_ghz", frequency_ghz, _GIGAHERTZ),
        )
    )
    _fitting(height_m=h[..., 0], tx_height_m=tx, rx_height_m=rx, effective_earth_radius_km=radius, frequency_ghz=f)
    return links.marked(_bullington_db(d, h, *_beside_points(tx, rx, radius, f)))


def _bullington_db(d: Floats, h: Floats, tx: Floats, rx: Floats, radius: Floats, f: Floats) -> Floats:
    total = d[..., -1:]
    inner, rest = d[..., 1:-1], total - d[..., 1:-1]
    raised = h[..., 1:-1] + 500.0 / radius * inner * rest
    line = (tx * rest + rx * inner) / total
    from_tx = np.max((raised - tx) / inner, axis=-1, keepdims=True)
    from_rx = np.max((raised - rx) / rest, axis=-1, keepdims=True)
    in_sight = from_tx < (rx - tx) / total
    wavelength_m = SPEED_OF_LIGHT_M_GHZ / f
    seen = np.max((raised - line) * np.sqrt(0.002 * total / (wavelength_m * inner * rest)), axis=-1, keepdims=True)

    safe_sum = np.where(in_sight, 1.0, from_tx + from_rx)
    at = np.where(in_sight, total / 2.0, (rx - tx + from_rx * total) / safe_sum)
    above = tx + from_tx * at - (tx * (total - at) + rx * at) / total
    hidden = above * np.sqrt(0.002 * total / (wavelength_m * at * (total - at)))
    edge = _knife_edge_db(np.where(in_sight, seen, hidden))
    return floats((edge + (1.0 - np.exp(-edge / 6.0)) * (10.0 + 0.02 * total))[..., 0])


def first_term_loss_db(
    distance_km: ArrayLike,
    *,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    effective_earth_radius_km: ArrayLike,
    frequency_ghz: ArrayLike,
    polarization: ArrayLike,
    relative_permittivity: ArrayLike,
    conductivity_s_per_m: ArrayLike,
) -> Floats:
    """First term of the residue series beyond the horizon of a smooth Earth, §3.1.1 [dB]; heights above its surface
    [m].

    `polarization` is 0 horizontal or 1 vertical. Below the horizon's distance it is a step of
    `spherical_earth_loss_db`, no loss.

    >>> ends = {"tx_height_m": 30.0, "rx_height_m": 10.0, "effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868}
    >>> ground = {"polarization": 1, "relative_permittivity": 22.0, "conductivity_s_per_m": 0.003}
    >>> first_term_loss_db(60.0, **ends, **ground).round(2).item()
    40.9
    """
    links = CheckedLinks()
    d, tx, rx, radius, f, vertical = _over_smooth_earth(
        links, distance_km, tx_height_m, rx_height_m, effective_earth_radius_km, frequency_ghz, polarization
    )
    permittivity = links.column("relative_permittivity", relative_permittivity, Wanted("", 1.0))
    conductivity = links.column("conductivity_s_per_m", conductivity_s_per_m, Wanted("S/m", 0.0))
    return links.marked(_first_term_db(d, tx, rx, radius, f, vertical, permittivity, conductivity))


def _first_term_db(
    d: Floats, tx: Floats, rx: Floats, radius: Floats, f: Floats, vertical: Floats, permittivity: ArrayLike,
    conductivity: ArrayLike,
) -> Floats:  # fmt: skip
    permittivity, loss_term = floats(permittivity), (18.0 * floats(conductivity) / f) ** 2
    k = 0.036 * (radius * f) ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + loss_term) ** -0.25
    k = np.where(vertical > 0.5, k * np.sqrt(permittivity**2 + loss_term), k)
    beta = (1.0 + 1.6 * k**2 + 0.67 * k**4) / (1.0 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (f / radius**2) ** (1.0 / 3.0) * d
    y_per_m = 0.9575 * beta * (f**2 / radius) ** (1.0 / 3.0)
    spread = np.where(x >= 1.6, 11.0 + 10.0 * np.log10(x) - 17.6 * x, -20.0 * np.log10(x) - 5.6488 * x**1.425)
    least = 2.0 + 20.0 * np.log10(k)
    return floats(-spread - _height_gain_db(beta * y_per_m * tx, least) - _height_gain_db(beta * y_per_m * rx, least))


def _height_gain_db(reach: Floats, least: Floats) -> Floats:
    """G(Y), from B = β Y."""
    beyond = np.maximum(reach, 2.0) - 1.1
    high = 17.6 * np.sqrt(beyond) - 5.0 * np.log10(beyond) - 8.0
    return np.maximum(np.where(reach > 2.0, high, 20.0 * np.log10(reach + 0.1 * reach**3)), least)


def spherical_earth_loss_db(
    distance_km: ArrayLike,
    *,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    effective_earth_radius_km: ArrayLike,
    frequency_ghz: ArrayLike,
    polarization: ArrayLike,
    sea_fraction: ArrayLike = 0.0,
) -> Floats:
    """Loss over a smooth Earth, part sea, §3.2 [dB]; heights above its surface, more than 0 [m].

    >>> ends = {"tx_height_m": 30.0, "rx_height_m": 10.0, "effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868}
    >>> spherical_earth_loss_db([2.0, 20.0, 60.0], **ends, polarization=1).round(2).tolist()
    [0.0, 9.16, 40.9]
    """
    links = CheckedLinks()
    d, tx, rx, radius, f, vertical = _over_smooth_earth(
        links, distance_km, tx_height_m, rx_height_m, effective_earth_radius_km, frequency_ghz, polarization
    )
    sea = links.column("sea_fraction", sea_fraction, _SHARE)
    in_sight = d < np.sqrt(2.0 * radius) * (np.sqrt(0.001 * tx) + np.sqrt(0.001 * rx))
    c = (tx - rx) / (tx + rx)
    m = 250.0 * d * d / (radius * (tx + rx))
    cosine = np.clip(1.5 * c * np.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0, 1.0)
    b = 2.0 * np.sqrt((m + 1.0) / (3.0 * m)) * np.cos(np.pi / 3.0 + np.arccos(cosine) / 3.0)
    near = np.where(in_sight, d / 2.0 * (1.0 + b), d / 2.0)
    far = d - near
    clearance = ((tx - 500.0 * near**2 / radius) * far + (rx - 500.0 * far**2 / radius) * near) / d
    needed = 17.456 * np.sqrt(near * far * SPEED_OF_LIGHT_M_GHZ / f / d)
    marginal = 500.0 * (d / (np.sqrt(tx) + np.sqrt(rx))) ** 2
    seen_radius = np.where(in_sight, marginal, radius)
    over_land, over_sea = (_first_term_db(d, tx, rx, seen_radius, f, vertical, *ground) for ground in (LAND, SEA))
    first_term = sea * over_sea + (1.0 - sea) * over_land
    grazing = np.where(clearance > needed, 0.0, (1.0 - clearance / needed) * np.maximum(first_term, 0.0))
    return links.marked(np.where(in_sight, grazing, first_term))


def smooth_surface_heights_m(
    distance_km: ArrayLike, elevation_m: ArrayLike, *, tx_height_m: ArrayLike, rx_height_m: ArrayLike
) -> tuple[Floats, Floats]:
    """Smooth surface under transmitter and receiver for the delta-Bullington model, §4.5.3 [m above sea level].

    The least-squares line through the terrain, lowered by the largest obstruction, never above the ground.

    >>> low, high = smooth_surface_heights_m([0, 1, 2, 3, 4], [0, 5, 90, 5, 0], tx_height_m=20.0, rx_height_m=20.0)
    >>> low.round(3).item(), high.round(3).item()
    (-10.0, -10.0)
    """
    links = CheckedLinks()
    d, h = _profile(distance_km, elevation_m, links)
    tx, rx = links.column("tx_height_m", tx_height_m, _METRES), links.column("rx_height_m", rx_height_m, _METRES)
    _fitting(elevation_m=h[..., 0], tx_height_m=tx, rx_height_m=rx)
    tx, rx = _beside_points(tx, rx)
    total = d[..., -1]
    step, low, high = np.diff(d), h[..., :-1], h[..., 1:]
    area = np.sum(step * (high + low), axis=-1)
    near, far = d[..., :-1], d[..., 1:]
    moment = np.sum(step * (high * (2.0 * far + near) + low * (far + 2.0 * near)), axis=-1)
    at_tx, at_rx = (2.0 * area * total - moment) / total**2, (moment - area * total) / total**2

    inner, rest = d[..., 1:-1], total[..., None] - d[..., 1:-1]
    above = h[..., 1:-1] - (tx * rest + rx * inner) / total[..., None]
    highest = np.maximum(np.max(above, axis=-1), 0.0)
    by_tx, by_rx = np.max(above / inner, axis=-1), np.max(above / rest, axis=-1)
    both = np.where(highest > 0.0, by_tx + by_rx, 1.0)
    lowered_tx, lowered_rx = at_tx - highest * by_tx / both, at_rx - highest * by_rx / both
    return links.marked(np.minimum(lowered_tx, h[..., 0])), links.marked(np.minimum(lowered_rx, h[..., -1]))


def delta_bullington_loss_db(
    distance_km: ArrayLike,
    height_m: ArrayLike,
    *,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    tx_smooth_height_m: ArrayLike,
    rx_smooth_height_m: ArrayLike,
    effective_earth_radius_km: ArrayLike,
    frequency_ghz: ArrayLike,
    polarization: ArrayLike,
    sea_fraction: ArrayLike = 0.0,
) -> Floats:
    """Diffraction loss of the complete general path, §4.5.4 [dB]: Bullington, raised by what a smooth Earth adds to it.

    `height_m` may include clutter; the smooth heights come from `smooth_surface_heights_m` of the bare terrain.

    >>> d, h = np.linspace(0.0, 40.0, 41), np.zeros(41)
    >>> ends = {"tx_height_m": 30.0, "rx_height_m": 10.0, "tx_smooth_height_m": 0.0, "rx_smooth_height_m": 0.0}
    >>> way = {"effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868, "polarization": 1}
    >>> delta_bullington_loss_db(d, h, **ends, **way).round(2).item()
    25.03
    """
    links = CheckedLinks()
    d, h = _profile(distance_km, height_m, links)
    tx, rx, tx_smooth, rx_smooth = (
        links.column(name, values, _METRES)
        for name, values in (
            ("tx_height_m", tx_height_m),
            ("rx_height_m", rx_height_m),
            ("tx_smooth_height_m", tx_smooth_height_m),
            ("rx_smooth_height_m", rx_smooth_height_m),
        )
    )
    _fitting(
        height_m=h[..., 0], tx_height_m=tx, rx_height_m=rx, tx_smooth_height_m=tx_smooth, rx_smooth_height_m=rx_smooth
    )
    shared = {"effective_earth_radius_km": effective_earth_radius_km, "frequency_ghz": frequency_ghz}
    over_terrain = bullington_loss_db(d, h, tx_height_m=tx, rx_height_m=rx, **shared)
    above = {"tx_height_m": tx - tx_smooth, "rx_height_m": rx - rx_smooth}
    over_smooth = bullington_loss_db(d, np.zeros(d.shape[-1]), **above, **shared)
    spherical = spherical_earth_loss_db(
        d[..., -1], **above, polarization=polarization, sea_fraction=sea_fraction, **shared
    )  # fmt: skip
    links.spoil(~(np.isfinite(spherical) & np.isfinite(over_smooth)))
    with np.errstate(invalid="ignore"):  # +inf − inf of a link that is marked
        added = np.maximum(spherical - over_smooth, 0.0)
    return links.marked(over_terrain + added)


def _over_smooth_earth(
    links: CheckedLinks,
    distance_km: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    effective_earth_radius_km: ArrayLike,
    frequency_ghz: ArrayLike,
    polarization: ArrayLike,
) -> tuple[Floats, ...]:
    """What every loss over a smooth Earth asks for, checked, in this order."""
    d, tx, rx, radius, f, vertical = (
        links.column(name, values, wanted)
        for name, values, wanted in (
            ("distance_km", distance_km, _KILOMETRES),
            ("tx_height_m", tx_height_m, _ABOVE_SMOOTH_EARTH),
            ("rx_height_m", rx_height_m, _ABOVE_SMOOTH_EARTH),
            ("effective_earth_radius_km", effective_earth_radius_km, _KILOMETRES),
            ("frequency_ghz", frequency_ghz, _GIGAHERTZ),
            ("polarization", polarization, _POLARIZATION),
        )
    )
    _fitting(distance_km=d, tx_height_m=tx, rx_height_m=rx, effective_earth_radius_km=radius, frequency_ghz=f)
    return d, tx, rx, radius, f, vertical


def _beside_points(*columns: Floats) -> tuple[Floats, ...]:
    """Values per link as columns beside the points of a profile."""
    return tuple(column[..., None] for column in columns)


def _fitting(**columns: Floats) -> None:
    """RadioError where the shapes do not broadcast."""
    try:
        np.broadcast_shapes(*(column.shape for column in columns.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
        raise RadioError(f"the links' shapes do not broadcast ({shapes}); align them.") from error


def _profile(distance_km: ArrayLike, height_m: ArrayLike, links: CheckedLinks) -> tuple[Floats, Floats]:
    """Profiles, those of a batch that are bad made harmless and marked."""
    d, h = floats(distance_km), floats(height_m)
    if d.ndim == 0 or h.ndim == 0 or d.shape[-1] != h.shape[-1] or d.shape[-1] < 3:
        raise RadioError(f"the profiles have shapes {d.shape} and {h.shape}; expected equal points, at least 3.")
    bad_heights = np.asarray(~np.isfinite(h).all(axis=-1))
    if h.ndim == 1 and bad_heights.any():
        raise RadioError(f"a profile height is {h[~np.isfinite(h)].flat[0]:g}; expected finite metres above sea level.")
    bad_distances = ~np.asarray((d[..., 0] == 0.0) & (np.diff(d) > 0.0).all(axis=-1) & np.isfinite(d).all(axis=-1))
    if d.ndim == 1 and bad_distances.any():
        raise RadioError("distance_km does not increase from 0 to a finite end; sort and clean the profile.")
    if bad_heights.any():
        h = np.where(bad_heights[..., None], 0.0, h)
    if bad_distances.any():
        d = np.where(bad_distances[..., None], np.arange(d.shape[-1], dtype=np.float64), d)
    _fitting(distance_km=d[..., 0], height_m=h[..., 0])
    links.spoil(bad_heights | bad_distances)
    return d, h
