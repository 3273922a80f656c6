"""What the profile to one pixel of a sweep says, with what the pixels around it have already told. Compiled.

Sums along the radial serve all its pixels, so a least-squares line takes a few steps instead of a pass over the ground,
and Δh is sought from the heights that the pixel beside it on the same ring has found. Everything equals what
`profile.terrain_of` makes of the profile alone, but for rounding: heights of Δh are whole multiples of about 1e-5 m.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled, inlined
from .irregularity import NEARLY_FLAT_M, irregularity_m, resample, samples_between, trend_of, unbiased_m
from .nearby_rank import ranked_near
from .profile import SHORT, fitted_range, foregrounds_m, horizons, line_at_ends, seen_terrain, short_line_m


@inlined
def mean_height_along_m(radial, last):  # type: ignore[no-untyped-def]
    """As `profile.mean_height_m`."""
    tenth = int(0.1 * last)
    return (radial.sums_m[last - tenth + 1] - radial.sums_m[tenth]) / (last - 2 * tenth + 1)


@compiled
def _fitted_line_m(radial, last, step_m, start_m, end_m):  # type: ignore[no-untyped-def]
    """As `profile.fitted_line_m`."""
    first, final = fitted_range(last, step_m, start_m, end_m)
    ground_m = radial.profile_m
    if final - first < SHORT:
        return short_line_m(ground_m, first, final, last)
    total = radial.sums_m[final + 1] - radial.sums_m[first]
    moment = radial.moments_m[final + 1] - radial.moments_m[first] - 0.5 * (first + final) * total
    return line_at_ends(total, moment, ground_m[first], ground_m[final], first, final, last)


@inlined
def _irregularity_m(radial, ground_m, last, step_m, start_m, end_m, scratch):  # type: ignore[no-untyped-def]
    """As `irregularity.irregularity_m`."""
    start, end = start_m / step_m, end_m / step_m
    if end - start < 2.0:
        return 0.0
    n_samples, tenth, step = samples_between(start, end)
    heights_m, keys, keys_per_m = scratch.heights_m[:n_samples], radial.keys[:n_samples], radial.keys_per_m
    resample(ground_m, last, start, step, n_samples, heights_m, scratch.buckets)
    at_start, slope = trend_of(heights_m, n_samples)
    for j in range(n_samples):
        keys[j] = np.int32((heights_m[j] - (at_start + slope * j)) * keys_per_m)

    bounds = radial.bounds[last]
    if bounds[0] == bounds[1]:  # the first pixel of its ring: that of the ring outside it may serve
        outside = radial.bounds[min(last + 1, radial.bounds.shape[0] - 1)]
        bounds[0], bounds[1] = outside[0], outside[1]
    spacing = ((bounds[1] - bounds[0]) >> 7) + np.int32(0.1 * keys_per_m)
    bounds[0] = ranked_near(keys, tenth - 1, bounds[0], spacing)
    bounds[1] = ranked_near(keys, n_samples - tenth, bounds[1], spacing)
    spread_m = (bounds[1] - bounds[0]) / keys_per_m
    if spread_m < 2.0 * NEARLY_FLAT_M:
        return irregularity_m(ground_m, last, step_m, start_m, end_m, scratch)
    return unbiased_m(spread_m, end_m - start_m)


@inlined
def terrain_along(radial, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch):  # type: ignore[no-untyped-def]
    """As `profile.terrain_of`, for the pixel that the radial reaches after `last` steps."""
    ground_m = radial.profile_m[: last + 1]
    path_m = last * step_m
    sight = horizons(ground_m, last, step_m, tx_height_m, rx_height_m, earth_radius_m, scratch)
    tx_foreground_m, rx_foreground_m, is_beyond = foregrounds_m(sight, path_m, tx_height_m, rx_height_m)
    start_m, end_m = tx_foreground_m[0], rx_foreground_m[1]
    delta_h_m = _irregularity_m(radial, ground_m, last, step_m, start_m, end_m, scratch)
    tx_fit_m, rx_fit_m = _fitted_line_m(radial, last, step_m, start_m, tx_foreground_m[1])
    if is_beyond:
        _, rx_fit_m = _fitted_line_m(radial, last, step_m, rx_foreground_m[0], end_m)
    tx_effective_m = tx_height_m + max(ground_m[0] - tx_fit_m, 0.0)
    rx_effective_m = rx_height_m + max(ground_m[last] - rx_fit_m, 0.0)
    return seen_terrain(sight, is_beyond, path_m, tx_effective_m, rx_effective_m, delta_h_m, earth_radius_m)
