"""What extended Hata reads from one terrain profile, and the corrections that follow.

Source: Drocella et al., NTIA Technical Report TR-15-517 (2015), appendix A, with the figures of Okumura's section 4 as
NTIA's public code (repository NTIA/ehata) tabulates them. The profile runs from the *mobile* to the base. Horizon
distances are added up step by step as there, because ties decide between one and two horizons. Where steps are longer
than 5 km NTIA's code takes its own header for a height; the slope here is then that of the first whole step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radio_models.floats import Floats

_N0 = 301.0
# curvature of the Earth [1/m]; NTIA's code holds the number in single precision
_EARTH_CURVATURE_PER_M = float(np.float32(157e-9))

# Okumura's figure 31: correction for an isolated ridge [dB] against the mobile's distance from it [km], for ridges 15,
# 30 and 60 km from the base
_RIDGE_MOBILE_KM = np.arange(9.0)
_RIDGE_BASE_KM = np.array([15.0, 30.0, 60.0])
_RIDGE_DB = np.array(
    [
        [4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0],
        [12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0],
        [20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0],
    ]
)

# Okumura's section 4.4: correction for sea on the path [dB] against its share; sea at the base (first row) or mobile
_SEA_30_KM = (
    np.array([0.0, 0.15, 0.35, 0.45, 0.6, 0.65, 0.725, 0.775, 0.85, 1.0]),
    np.array(
        [[0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0], [0.0, 4.0, 5.5, 7.0, 8.5, 9.0, 9.5, 9.8, 10.25, 11.0]]
    ),
)
_SEA_60_KM = (
    np.array([0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.725, 0.85, 0.9, 1.0]),
    np.array(
        [
            [0.0, 2.0, 4.0, 5.5, 7.0, 9.0, 11.0, 13.0, 14.0, 15.0],
            [0.0, 4.25, 6.25, 9.2, 10.5, 11.75, 13.0, 14.0, 14.25, 15.0],
        ]
    ),
)


@dataclass(frozen=True, slots=True)
class Terrain:
    """One profile in numbers: effective heights are clamped to 1–10 m and 30–200 m; corrections are gains [dB]."""

    distance_km: float
    effective_mobile_height_m: float
    effective_base_height_m: float
    delta_h_m: float
    mobile_slope_mrad: float
    sea_share: float
    single_horizon: bool
    correction_db: float


def read_terrain(ground_m: Floats, step_m: float, base_height_m: float, mobile_height_m: float) -> Terrain:
    """The profile's numbers; `ground_m` (points,) above sea level from the mobile to the base, sea is exactly 0."""
    n_steps = len(ground_m) - 1
    step_km = step_m * 0.001
    distance_km = n_steps * step_m / 1000.0
    mobile_rise_m, base_rise_m = _rises_m(ground_m, n_steps * step_km, step_km)
    high_m, middle_m, low_m = _quantiles_m(ground_m, n_steps * step_km, step_km)
    slope_mrad = _mobile_slope_mrad(ground_m, step_m)
    sea = ground_m == 0.0
    mobile_m, base_m, edge_m = _horizons(ground_m, step_m, base_height_m, mobile_height_m)

    if edge_m is not None:
        correction_db = _ridge_db(base_m * 0.001, mobile_m * 0.001, edge_m)
    else:
        correction_db = (
            _rolling_hills_db(high_m - low_m)
            + _fine_hills_db(float(ground_m[0]), high_m, middle_m, low_m)
            + _slope_db(slope_mrad, distance_km)
        )
    return Terrain(
        distance_km=distance_km,
        effective_mobile_height_m=min(max(mobile_height_m + mobile_rise_m, 1.0), 10.0),
        effective_base_height_m=min(max(base_height_m + base_rise_m, 30.0), 200.0),
        delta_h_m=high_m - low_m,
        mobile_slope_mrad=slope_mrad,
        sea_share=float(sea.mean()),
        single_horizon=edge_m is not None,
        correction_db=correction_db + _sea_db(sea, distance_km),
    )


def _rises_m(ground_m: Floats, distance_km: float, step_km: float) -> tuple[float, float]:
    """How far mobile and base stand above the mean ground 3 to 15 km away; fading in between 3 and 15 km of path."""
    if distance_km < 3.0:
        return 0.0, 0.0
    first, last = int(3.0 / step_km), len(ground_m) - 1
    if distance_km <= 15.0:
        share = (distance_km - 3.0) / 12.0
        return (
            share * (ground_m[0] - ground_m[first:].mean()),
            share * (ground_m[-1] - ground_m[: last - first + 1].mean()),
        )
    final = int(15.0 / step_km)
    return (
        ground_m[0] - ground_m[first : final + 1].mean(),
        ground_m[-1] - ground_m[last - final : last - first + 1].mean(),
    )


def _quantiles_m(ground_m: Floats, distance_km: float, step_km: float) -> tuple[float, float, float]:
    """Heights exceeded by 10, 50 and 90 % of the 10 km next to the mobile; shorter paths are scaled up to 10 km."""
    part = ground_m if distance_km < 10.0 else ground_m[: int(10.0 / step_km) + 1]
    n = len(part)
    falling = np.sort(part)[::-1]
    factor = 1.0
    if distance_km < 10.0:
        factor = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.02 * distance_km))
    high, middle, low = (float(falling[max(0, int(share * n - 1))]) * factor for share in (0.1, 0.5, 0.9))
    return high, middle, low


def _mobile_slope_mrad(ground_m: Floats, step_m: float) -> float:
    """Slope of the first 5 to 10 km from the mobile, the steepest if all agree in sign; positive falls to the base."""
    distance_m = (len(ground_m) - 1) * step_m
    slopes = [
        _slope_of(ground_m, step_m, reach_m) for reach_m in range(5000, 10001, 1000) if step_m <= reach_m <= distance_m
    ]
    if not slopes:
        return 0.0
    if distance_m <= 5000.0 or max(slopes) * min(slopes) < 0.0:
        return slopes[0]
    return max(slopes) if max(slopes) >= 0.0 else min(slopes)


def _slope_of(ground_m: Floats, step_m: float, reach_m: float) -> float:
    n = int(reach_m / step_m)
    part = ground_m[: n + 1] - ground_m[0]  # flat ground slopes by exactly 0, not by the noise of its sums
    offset = np.arange(n + 1) - 0.5 * n
    moment = 0.5 * (part[-1] - part[0]) * 0.5 * n + float(part[1:-1] @ offset[1:-1])
    per_step = moment * 12.0 / ((n * n + 2.0) * n)
    return float(-1000.0 * per_step * n / reach_m)


def _horizons(
    ground_m: Floats, step_m: float, base_height_m: float, mobile_height_m: float
) -> tuple[float, float, float | None]:
    """Distances to the horizons of mobile and base [m], and the height of the one edge they share [m], if they do."""
    distance_m = (len(ground_m) - 1) * step_m
    mobile_top, base_top = float(ground_m[0]) + mobile_height_m, float(ground_m[-1]) + base_height_m
    refractivity = _N0 * math.exp(-float(ground_m.mean()) / 9460.0)
    curvature = _EARTH_CURVATURE_PER_M * (1.0 - 0.04665 * math.exp(refractivity / 179.3))

    mobile_m = base_m = distance_m
    if len(ground_m) > 2:
        inner = ground_m[1:-1]
        from_mobile = np.cumsum(np.full(len(inner), step_m))
        from_base = np.subtract.accumulate(np.concatenate(([distance_m], np.full(len(inner), step_m))))[1:]
        direct = (base_top - mobile_top) / distance_m
        bend = 0.5 * curvature * distance_m
        rise = (inner - mobile_top) / from_mobile - 0.5 * curvature * from_mobile
        blocking = np.flatnonzero(rise > direct - bend)
        if len(blocking):
            mobile_m = float(from_mobile[int(np.argmax(rise))])
            # the base's horizon is only sought from the mobile's first obstacle on
            seen = (inner - base_top) / from_base - 0.5 * curvature * from_base
            seen[: blocking[0]] = -np.inf
            nearest = int(np.argmax(seen))
            if seen[nearest] > -direct - bend:
                base_m = float(from_base[nearest])

    if abs(distance_m - mobile_m - base_m) > 0.5 * step_m:
        return mobile_m, base_m, None
    # NTIA's code weights the ends of the direct line the other way round than geometry would; kept for agreement
    line = (base_top * base_m + mobile_top * mobile_m) / distance_m
    edge = float(ground_m[int(mobile_m / step_m)]) - line + 0.5 * curvature * mobile_m * base_m
    return mobile_m, base_m, max(edge, 0.0)


def _ridge_db(base_km: float, mobile_km: float, edge_m: float) -> float:
    # beyond 8 km the last piece of each curve goes on
    piece = min(max(math.ceil(mobile_km) - 1, 0), 7)
    at_mobile = _RIDGE_DB[:, piece] + (_RIDGE_DB[:, piece + 1] - _RIDGE_DB[:, piece]) * (
        mobile_km - _RIDGE_MOBILE_KM[piece]
    )
    ridge_db = float(np.interp(base_km, _RIDGE_BASE_KM, at_mobile))
    if mobile_km > 2.0:
        ridge_db = min(ridge_db, 0.0)
    return math.sqrt(edge_m / 200.0) * ridge_db


def _rolling_hills_db(delta_h_m: float) -> float:
    lg = math.log10(max(delta_h_m, 15.0))
    return -1.5072013 + lg * (8.458676 - 6.102538 * lg)


def _fine_hills_db(mobile_ground_m: float, high_m: float, middle_m: float, low_m: float) -> float:
    """Whether the mobile stands on a hill or in a valley of rolling terrain."""
    delta_h_m = high_m - low_m
    if delta_h_m < 10.0:
        return 0.0
    lg = math.log10(delta_h_m)
    most_db = -11.728795 + lg * (15.544272 - 1.8154766 * lg)
    if mobile_ground_m >= high_m:
        return most_db
    if mobile_ground_m <= low_m:
        return -most_db
    if mobile_ground_m >= middle_m:
        return most_db * (mobile_ground_m - middle_m) / (high_m - middle_m)
    return -most_db * (middle_m - mobile_ground_m) / (middle_m - low_m)


def _slope_db(slope_mrad: float, distance_km: float) -> float:
    """Okumura's figure 34."""
    if slope_mrad <= 0.0:
        return slope_mrad * float(np.interp(distance_km, [10.0, 30.0], [0.25, 0.8]))
    return slope_mrad * float(np.interp(distance_km, [10.0, 30.0, 60.0], [0.125, 0.35, 0.6]))


def _sea_db(sea: np.ndarray, distance_km: float) -> float:
    share = float(sea.mean())
    half = (len(sea) - 1) // 2
    near_mobile, near_base = int(sea[:half].sum()), int(sea[half:].sum())
    at_30, at_60 = (
        np.array([np.interp(share, shares, row) for row in rows]) for shares, rows in (_SEA_30_KM, _SEA_60_KM)
    )
    by_end = at_30 + np.interp(distance_km, [30.0, 60.0], [0.0, 1.0]) * (at_60 - at_30)
    if near_mobile == near_base:
        return float(by_end.mean())
    return float(by_end[1] if near_mobile > near_base else by_end[0])
