"""What one terrain profile says: mean height, horizons, effective heights, irregularity. Compiled.

Source: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, sections 6.15 to 6.30, and NTIA's
public code (repository NTIA/itm) for the order in which distances are accumulated, which decides ties.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .irregularity import LANES, highest_lane, irregularity_m, sums_about
from .shapes import Terrain
from .siting import typical_angle_rad, typical_horizon_m


@compiled
def mean_height_m(ground_m, last, lanes):  # type: ignore[no-untyped-def]
    """Mean height [m] without a tenth of the points at either end."""
    tenth = int(0.1 * last)
    total, _ = sums_about(ground_m, tenth, last - 2 * tenth + 1, lanes)
    return total / (last - 2 * tenth + 1)


@compiled
def fitted_line_m(ground_m, last, step_m, start_m, end_m, lanes):  # type: ignore[no-untyped-def]
    """Heights [m] at both ends of the profile of the least-squares line through a part of it."""
    first = int(max(start_m / step_m, 0.0))
    final = last - int(max(last - end_m / step_m, 0.0))
    if final <= first:
        first = max(first - 1, 0)
        final = min(final + 1, last)
    length = np.float64(final - first)
    left, right = ground_m[first], ground_m[final]
    if length < LANES:  # NTIA's order: on three or four points a tie between two modes hangs on the last digit
        total = 0.5 * (left + right)
        moment = -0.25 * length * (left - right)
        for i in range(first + 1, final):
            total += ground_m[i]
            moment += ground_m[i] * (i - first - 0.5 * length)
    else:
        total, moment = sums_about(ground_m, first, final - first + 1, lanes)
        total -= 0.5 * (left + right)
        moment += 0.25 * length * (left - right)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    middle = 0.5 * (first + final)
    return total / length - slope * middle, total / length + slope * (last - middle)


@compiled
def all_are_heights(ground_m, last):  # type: ignore[no-untyped-def]
    """Whether every value is a number within ±1000 km, so that nothing further on can overflow."""
    n_bad = 0
    for i in range(last + 1):
        n_bad += not abs(ground_m[i]) <= 1e6
    return n_bad == 0


@compiled
def horizons(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch):  # type: ignore[no-untyped-def]
    """Horizon angles [rad] and distances [m] of both terminals.

    A first pass finds the highest angles with multiplications only; the few points within rounding of the maximum are
    then measured again by the exact formula, so the winner is the one that a plain scan would have found.
    Distances from either end come as running sums of steps, see `shapes.Scratch`.
    """
    tx_top_m = ground_m[0] + tx_height_m
    rx_top_m = ground_m[last] + rx_height_m
    path_m = last * step_m
    tx_angle = (rx_top_m - tx_top_m) / path_m - path_m / (2.0 * earth_radius_m)
    rx_angle = -(rx_top_m - tx_top_m) / path_m - path_m / (2.0 * earth_radius_m)
    tx_at, rx_at = 0, 0

    # slopes in metres per step: (height − top) / n − n · bend
    bend = step_m * step_m / (2.0 * earth_radius_m)
    from_tx_m, from_rx_m = scratch.from_tx_m, scratch.from_rx_m
    tx_inverse, rx_inverse = scratch.tx_inverse, scratch.rx_inverse
    tx_best, rx_best = scratch.lanes[0], scratch.lanes[1]
    for lane in range(LANES):
        tx_best[lane] = tx_angle * step_m
        rx_best[lane] = rx_angle * step_m
    for base in range(1, last, LANES):
        n_lanes = min(LANES, last - base)
        block = ground_m[base : base + n_lanes]
        tx_share, rx_share = tx_inverse[base : base + n_lanes], rx_inverse[base : base + n_lanes]
        n_from_tx, n_from_rx = np.float64(base), np.float64(last - base)
        for lane in range(n_lanes):
            height = block[lane]
            tx_slope = (height - tx_top_m) * tx_share[lane] - (n_from_tx + lane) * bend
            rx_slope = (height - rx_top_m) * rx_share[lane] - (n_from_rx - lane) * bend
            tx_best[lane] = tx_slope if tx_slope > tx_best[lane] else tx_best[lane]
            rx_best[lane] = rx_slope if rx_slope > rx_best[lane] else rx_best[lane]
    tx_high, rx_high = highest_lane(tx_best), highest_lane(rx_best)
    rounding = (last + 16) * 2.0**-51
    tx_high -= rounding * (abs(tx_high) + 2.0 * last * bend)
    rx_high -= rounding * (abs(rx_high) + 2.0 * last * bend)

    for lane in range(LANES):
        if tx_best[lane] >= tx_high:
            for i in range(1 + lane, last, LANES):
                height = ground_m[i]
                if (height - tx_top_m) * tx_inverse[i] - i * bend >= tx_high:
                    angle = (height - tx_top_m) / from_tx_m[i] - from_tx_m[i] / (2.0 * earth_radius_m)
                    if angle > tx_angle or (angle == tx_angle and i < tx_at):
                        tx_angle, tx_at = angle, i
        if rx_best[lane] >= rx_high:
            for i in range(1 + lane, last, LANES):
                height = ground_m[i]
                if (height - rx_top_m) * rx_inverse[i] - (last - i) * bend >= rx_high:
                    angle = -(rx_top_m - height) / from_rx_m[i] - from_rx_m[i] / (2.0 * earth_radius_m)
                    if angle > rx_angle or (angle == rx_angle and i < rx_at):
                        rx_angle, rx_at = angle, i
    tx_m = from_tx_m[tx_at] if tx_at > 0 else path_m
    rx_m = from_rx_m[rx_at] if rx_at > 0 else path_m
    return tx_angle, rx_angle, tx_m, rx_m


@compiled
def terrain_of(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch):  # type: ignore[no-untyped-def]
    """Angles, horizon distances and effective heights of both terminals, and Δh, from one profile."""
    lanes = scratch.lanes
    tx_angle, rx_angle, tx_m, rx_m = horizons(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch)
    path_m = last * step_m
    start_m = min(15.0 * tx_height_m, 0.1 * tx_m)
    end_m = path_m - min(15.0 * rx_height_m, 0.1 * rx_m)
    delta_h_m = irregularity_m(ground_m, last, step_m, start_m, end_m, scratch)

    tx_ground_m, rx_ground_m = ground_m[0], ground_m[last]
    if tx_m + rx_m <= 1.5 * path_m:  # beyond the horizon: each terminal above the foreground in its own view
        tx_fit_m, _ = fitted_line_m(ground_m, last, step_m, start_m, 0.9 * tx_m, lanes)
        _, rx_fit_m = fitted_line_m(ground_m, last, step_m, path_m - 0.9 * rx_m, end_m, lanes)
        tx_effective_m = tx_height_m + max(tx_ground_m - tx_fit_m, 0.0)
        rx_effective_m = rx_height_m + max(rx_ground_m - rx_fit_m, 0.0)
        return Terrain(tx_angle, rx_angle, tx_m, rx_m, tx_effective_m, rx_effective_m, delta_h_m)

    tx_fit_m, rx_fit_m = fitted_line_m(ground_m, last, step_m, start_m, end_m, lanes)
    tx_effective_m = tx_height_m + max(tx_ground_m - tx_fit_m, 0.0)
    rx_effective_m = rx_height_m + max(rx_ground_m - rx_fit_m, 0.0)
    tx_smooth_m, tx_m = typical_horizon_m(tx_effective_m, delta_h_m, earth_radius_m)
    rx_smooth_m, rx_m = typical_horizon_m(rx_effective_m, delta_h_m, earth_radius_m)
    if tx_m + rx_m <= path_m:  # raise both terminals until they see each other
        raised = (path_m / (tx_m + rx_m)) ** 2
        tx_effective_m *= raised
        rx_effective_m *= raised
        tx_smooth_m, tx_m = typical_horizon_m(tx_effective_m, delta_h_m, earth_radius_m)
        rx_smooth_m, rx_m = typical_horizon_m(rx_effective_m, delta_h_m, earth_radius_m)
    tx_angle = typical_angle_rad(tx_effective_m, delta_h_m, tx_smooth_m, tx_m)
    rx_angle = typical_angle_rad(rx_effective_m, delta_h_m, rx_smooth_m, rx_m)
    return Terrain(tx_angle, rx_angle, tx_m, rx_m, tx_effective_m, rx_effective_m, delta_h_m)
