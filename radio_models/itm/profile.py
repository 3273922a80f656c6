"""What one terrain profile says: mean height, horizons, effective heights, irregularity. Compiled.

Source: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*, sections 6.15 to 6.30, and NTIA's
public code (repository NTIA/itm) for the order in which distances are accumulated, which decides ties.
"""

from __future__ import annotations

import numpy as np

from radio_models.vector_choices import greater_single, lesser_word

from .compiled import compiled, inlined
from .irregularity import irregularity_m
from .reductions import sums_about
from .shapes import Terrain
from .siting import typical_angle_rad, typical_horizon_m

BLOCK = 64  # points whose steepest slope is kept, so that the winner is sought among few
SHORT = 32  # a fitted part of fewer points is summed up as NTIA's code does it


@inlined
def mean_height_m(ground_m, last):  # type: ignore[no-untyped-def]
    """Mean height [m] without a tenth of the points at either end."""
    tenth = int(0.1 * last)
    total, _ = sums_about(ground_m, tenth, last - 2 * tenth + 1)
    return total / (last - 2 * tenth + 1)


@inlined
def fitted_range(last, step_m, start_m, end_m):  # type: ignore[no-untyped-def]
    """First and last point of the part of a profile that lies between two distances."""
    first = int(max(start_m / step_m, 0.0))
    final = last - int(max(last - end_m / step_m, 0.0))
    if final <= first:
        first = max(first - 1, 0)
        final = min(final + 1, last)
    return first, final


@inlined
def line_at_ends(total, moment, left, right, first, final, last):  # type: ignore[no-untyped-def]
    """Heights [m] at both ends of the profile of the trapezoid-weighted least-squares line through a part of it.

    `total` is the sum of the heights of that part, `moment` the one weighted with the distance from its middle, both
    with `left` and `right`, the heights at its ends, in full.
    """
    length = np.float64(final - first)
    total -= 0.5 * (left + right)
    moment += 0.25 * length * (left - right)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    middle = 0.5 * (first + final)
    return total / length - slope * middle, total / length + slope * (last - middle)


@compiled
def short_line_m(ground_m, first, final, last):  # type: ignore[no-untyped-def]
    """`line_at_ends` in NTIA's order: on three or four points a tie between two modes hangs on the last digit."""
    length = np.float64(final - first)
    left, right = ground_m[first], ground_m[final]
    total = 0.5 * (left + right)
    moment = -0.25 * length * (left - right)
    for i in range(first + 1, final):
        total += ground_m[i]
        moment += ground_m[i] * (i - first - 0.5 * length)
    slope = moment * 12.0 / ((length * length + 2.0) * length)
    middle = 0.5 * (first + final)
    return total / length - slope * middle, total / length + slope * (last - middle)


@compiled
def fitted_line_m(ground_m, last, step_m, start_m, end_m):  # type: ignore[no-untyped-def]
    """Heights [m] at both ends of the profile of the least-squares line through a part of it."""
    first, final = fitted_range(last, step_m, start_m, end_m)
    if final - first < SHORT:
        return short_line_m(ground_m, first, final, last)
    total, moment = sums_about(ground_m, first, final - first + 1)
    return line_at_ends(total, moment, ground_m[first], ground_m[final], first, final, last)


@compiled
def all_are_heights(ground_m, last):  # type: ignore[no-untyped-def]
    """Whether every value is a number within ±1000 km, so that nothing further on can overflow."""
    n_bad = 0
    for i in range(last + 1):
        n_bad += not abs(ground_m[i]) <= 1e6
    return n_bad == 0


@compiled
def _steepest(rises_m, tx_inverse, rx_inverse, first, end, last, tx_top_m, rx_top_m, bend):  # type: ignore[no-untyped-def]
    """The steepest slopes [m a step] from both terminals to the points of one part, in single precision."""
    part, tx_share, rx_share = rises_m[first:end], tx_inverse[first:end], rx_inverse[first:end]
    from_tx, from_rx = np.int32(first), np.int32(last - first)
    tx_high, rx_high = np.float32(-np.inf), np.float32(-np.inf)
    for i in range(end - first):
        n = np.int32(i)
        tx_slope = (part[i] - tx_top_m) * tx_share[i] - np.float32(np.int32(from_tx + n)) * bend
        rx_slope = (part[i] - rx_top_m) * rx_share[i] - np.float32(np.int32(from_rx - n)) * bend
        tx_high, rx_high = greater_single(tx_high, tx_slope), greater_single(rx_high, rx_slope)
    return tx_high, rx_high


@compiled
def _first_as_steep(rises_m, inverse, first, end, top_m, from_here, toward, bend, high):  # type: ignore[no-untyped-def]
    """The first point of one part that is at least so steep, and how many are."""
    part, share = rises_m[first:end], inverse[first:end]
    at, n_steep = np.int32(end - first), np.int32(0)
    for i in range(end - first):
        n = np.int32(i)
        slope = (part[i] - top_m) * share[i] - np.float32(np.int32(from_here + toward * n)) * bend
        at = lesser_word(at, n if slope >= high else np.int32(end - first))
        n_steep = np.int32(n_steep + np.int32(slope >= high))
    return first + np.int64(at), n_steep


@compiled
def _highest(tops, high, toward, angle, top_m, ground_m, last, earth_radius_m, inverse, from_m, rises_m, bend):  # type: ignore[no-untyped-def]
    """The highest angle [rad] above `angle` from one terminal to a point between both, and that point; 0 if none.

    `toward` is 1 from the transmitter, −1 from the receiver: numbers, since for True and False it is compiled twice.
    """
    top_rise_m = np.float32(top_m - ground_m[0])
    at = 0
    for base in range(1, last, BLOCK):
        if tops[base // BLOCK] < high:
            continue
        end = min(base + BLOCK, last)
        first, n_left = base, np.int32(1)
        while n_left > 0 and first < end:
            away = np.int32(first if toward > 0 else last - first)
            i, n_left = _first_as_steep(rises_m, inverse, first, end, top_rise_m, away, toward, bend, high)
            if n_left > 0:
                found = (ground_m[i] - top_m) / from_m[i] - from_m[i] / (2.0 * earth_radius_m)
                if found > angle:
                    angle, at = found, i
                n_left -= np.int32(1)
                first = i + 1
    return angle, at


@compiled
def horizons(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch):  # type: ignore[no-untyped-def]
    """Horizon angles [rad] and distances [m] of both terminals.

    A first pass finds the steepest slopes in single precision, without quotients; the few points within its rounding of
    the steepest are then measured by the exact formula, so the winner is the one that a plain scan would have found.
    Distances from either end come as running sums of steps, see `shapes.Scratch`.
    """
    tx_top_m = ground_m[0] + tx_height_m
    rx_top_m = ground_m[last] + rx_height_m
    path_m = last * step_m
    tx_angle = (rx_top_m - tx_top_m) / path_m - path_m / (2.0 * earth_radius_m)
    rx_angle = -(rx_top_m - tx_top_m) / path_m - path_m / (2.0 * earth_radius_m)

    rises_m, tops = scratch.rises_m, scratch.tops
    farthest_m = np.float32(0.0)
    for i in range(last + 1):
        rise_m = np.float32(ground_m[i] - ground_m[0])
        rises_m[i] = rise_m
        farthest_m = greater_single(farthest_m, abs(rise_m))
    bend = np.float32(step_m * step_m / (2.0 * earth_radius_m))  # slopes are (height − top) / n − n · bend
    tx_rise_m, rx_rise_m = np.float32(tx_top_m - ground_m[0]), np.float32(rx_top_m - ground_m[0])
    tx_high, rx_high = np.float32(tx_angle * step_m), np.float32(rx_angle * step_m)
    for base in range(1, last, BLOCK):
        tx_top, rx_top = _steepest(
            rises_m,
            scratch.tx_inverse,
            scratch.rx_inverse,
            base,
            min(base + BLOCK, last),
            last,
            tx_rise_m,
            rx_rise_m,
            bend,
        )
        tops[0, base // BLOCK], tops[1, base // BLOCK] = tx_top, rx_top
        tx_high, rx_high = max(tx_high, tx_top), max(rx_high, rx_top)
    # half a unit of the last place for each of some ten roundings
    rounding = 6e-7 * (farthest_m + tx_height_m + rx_height_m + 2.0 * last * bend)
    tx_high -= np.float32(rounding + 6e-7 * abs(tx_high))
    rx_high -= np.float32(rounding + 6e-7 * abs(rx_high))

    tx_angle, tx_at = _highest(
        tops[0], tx_high, np.int32(1), tx_angle, tx_top_m, ground_m, last, earth_radius_m, scratch.tx_inverse,
        scratch.from_tx_m, rises_m, bend,
    )  # fmt: skip
    rx_angle, rx_at = _highest(
        tops[1], rx_high, np.int32(-1), rx_angle, rx_top_m, ground_m, last, earth_radius_m, scratch.rx_inverse,
        scratch.from_rx_m, rises_m, bend,
    )  # fmt: skip
    tx_m = scratch.from_tx_m[tx_at] if tx_at > 0 else path_m
    rx_m = scratch.from_rx_m[rx_at] if rx_at > 0 else path_m
    return tx_angle, rx_angle, tx_m, rx_m


@inlined
def terrain_of(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch):  # type: ignore[no-untyped-def]
    """Angles, horizon distances and effective heights of both terminals, and Δh, from one profile."""
    sight = horizons(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch)
    tx_foreground_m, rx_foreground_m, is_beyond = foregrounds_m(sight, last * step_m, tx_height_m, rx_height_m)
    start_m, end_m = tx_foreground_m[0], rx_foreground_m[1]
    delta_h_m = irregularity_m(ground_m, last, step_m, start_m, end_m, scratch)
    tx_fit_m, rx_fit_m = fitted_line_m(ground_m, last, step_m, start_m, tx_foreground_m[1])
    if is_beyond:
        _, rx_fit_m = fitted_line_m(ground_m, last, step_m, rx_foreground_m[0], end_m)
    tx_effective_m = tx_height_m + max(ground_m[0] - tx_fit_m, 0.0)
    rx_effective_m = rx_height_m + max(ground_m[last] - rx_fit_m, 0.0)
    return seen_terrain(sight, is_beyond, last * step_m, tx_effective_m, rx_effective_m, delta_h_m, earth_radius_m)


@inlined
def foregrounds_m(sight, path_m, tx_height_m, rx_height_m):  # type: ignore[no-untyped-def]
    """The parts of the path [m] above which the terminals' effective heights count, and whether they differ.

    Beyond the horizon each terminal stands above the foreground in its own view; else both above the whole path.
    """
    _, _, tx_m, rx_m = sight
    start_m = min(15.0 * tx_height_m, 0.1 * tx_m)
    end_m = path_m - min(15.0 * rx_height_m, 0.1 * rx_m)
    if tx_m + rx_m <= 1.5 * path_m:
        return (start_m, 0.9 * tx_m), (path_m - 0.9 * rx_m, end_m), True
    return (start_m, end_m), (start_m, end_m), False


@inlined
def seen_terrain(sight, is_beyond, path_m, tx_effective_m, rx_effective_m, delta_h_m, earth_radius_m):  # type: ignore[no-untyped-def]
    """The terrain as the loss sees it: inside the horizon, typical horizons take the place of those of the profile."""
    tx_angle, rx_angle, tx_m, rx_m = sight
    if is_beyond:
        return Terrain(tx_angle, rx_angle, tx_m, rx_m, tx_effective_m, rx_effective_m, delta_h_m)
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
