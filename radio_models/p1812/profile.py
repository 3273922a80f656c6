"""Compiled passes over terrain profiles: everything P.1812 needs that grows with the number of points.

Only this file and `mechanisms.py` import numba. Each has one cached entry point and neither calls the other: they meet
in a record array whose dtype is part of the signature.

Floating point is strict: no reassociation, no contraction. `error_model="numpy"` spares a branch at every division; no
divisor here is zero.

Equation numbers are those of ITU-R P.1812-6, Annex 1 and its Attachment 1.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"

import math
from typing import Any

import numpy as np
from numba import njit

from radio_models.source_digest import folder_digest
from radio_models.vector_choices import greater

SEA, COASTAL, INLAND = 1.0, 3.0, 4.0
EARTH_RADIUS_KM = 6371.0
# The loops own the arrays; the functions below borrow them and count no references (`_nrt`), which would cost more than
# much of the arithmetic.
INNER: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
SPEED_OF_LIGHT = 0.2998  # [m·GHz], as the ITU validation codes have it


@njit(**INNER)
def count_outside(values: np.ndarray, low: float, high: float) -> int:
    """Number of `values` that are not within [low, high]; NaN is outside."""
    n_outside = 0
    for i in range(values.size):
        n_outside += not (low <= values[i] <= high)
    return n_outside


@njit(**INNER)
def count_not_increasing(distance: np.ndarray) -> int:
    """Number of steps of a profile that do not lead forward."""
    n_steps = 0
    for i in range(distance.size - 1):
        n_steps += not (distance[i + 1] > distance[i])
    return n_steps


@njit(**INNER)
def count_no_zone(zone: np.ndarray) -> int:
    """Number of points whose radio-climatic zone is neither 1 (sea), 3 (coastal land) nor 4 (inland)."""
    n_points = 0
    for i in range(zone.size):
        n_points += not (zone[i] == SEA or zone[i] == COASTAL or zone[i] == INLAND)
    return n_points


@njit(**INNER)
def _section_km(distance: np.ndarray, first: int, last: int) -> float:
    """Length of the section of points first…last, each end reaching halfway to its neighbour [km]."""
    margin = 0.0
    if last < distance.size - 1:
        margin += (distance[last + 1] - distance[last]) / 2.0
    if first > 0:
        margin += (distance[first] - distance[first - 1]) / 2.0
    return distance[last] - distance[first] + margin


@njit(**INNER)
def zone_lengths(distance: np.ndarray, zone: np.ndarray) -> tuple[float, float, float]:
    """Longest section of land, coastal or not [km], longest of inland [km], and the fraction of the path over sea."""
    n_points, total = zone.size, distance[zone.size - 1]
    n_changes = 0
    for i in range(n_points - 1):
        n_changes += zone[i] != zone[i + 1]
    if n_changes == 0:
        if zone[0] == SEA:
            return 0.0, 0.0, 1.0
        return total, total if zone[0] == INLAND else 0.0, 0.0

    longest_land, longest_inland, sea = 0.0, 0.0, 0.0
    land_from, run_from = 0, 0
    for i in range(1, n_points + 1):
        if i < n_points and zone[i] == zone[i - 1]:
            continue
        if zone[i - 1] == INLAND:
            longest_inland = max(longest_inland, _section_km(distance, run_from, i - 1))
        if zone[i - 1] == SEA:
            sea += _section_km(distance, run_from, i - 1)
            land_from = i
        elif i == n_points or zone[i] == SEA:
            longest_land = max(longest_land, _section_km(distance, land_from, i - 1))
        run_from = i
    return longest_land, longest_inland, sea / total


@njit(**INNER)
def greatest(row: np.ndarray) -> float:
    """Greatest entry of `row`, none of which is NaN."""
    found = row[0]
    for i in range(1, row.size):
        found = greater(found, row[i])
    return found


@njit(**INNER)
def total_of(row: np.ndarray) -> float:
    """Sum of `row` in four strands, always the same, which do not wait for each other."""
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    n_fours = row.size // 4
    for i in range(0, 4 * n_fours, 4):
        first += row[i]
        second += row[i + 1]
        third += row[i + 2]
        fourth += row[i + 3]
    for i in range(4 * n_fours, row.size):
        first += row[i]
    return (first + second) + (third + fourth)


@njit(**INNER)
def smooth_earth(distance: np.ndarray, elevation: np.ndarray, rows: np.ndarray) -> tuple[float, float]:
    """Heights above sea level of the least-squares smooth Earth under the two ends [m], equations (85)–(88)."""
    n_steps, total = distance.size - 1, distance[distance.size - 1]
    near, far, low, high = distance[:n_steps], distance[1:], elevation[:n_steps], elevation[1:]
    areas, moments = rows[0], rows[1]
    for i in range(n_steps):
        step = far[i] - near[i]
        areas[i] = step * (high[i] + low[i])
        moments[i] = step * (high[i] * (2.0 * far[i] + near[i]) + low[i] * (far[i] + 2.0 * near[i]))
    area, moment = total_of(areas), total_of(moments)
    square = total * total
    return (2.0 * area * total - moment) / square, (moment - area * total) / square


@njit(**INNER)
def reciprocals(inner: np.ndarray, total: float, per_km: np.ndarray) -> None:
    """Fill rows of `per_km`: 1/d, 1/(D − d) and the square root of their product, at the interior points."""
    by_tx, by_rx, by_both = per_km[0], per_km[1], per_km[2]
    for i in range(inner.size):
        rest = total - inner[i]
        product = 1.0 / (inner[i] * rest)
        by_tx[i] = rest * product
        by_rx[i] = inner[i] * product
        by_both[i] = math.sqrt(product)


@njit(**INNER)
def horizon_slopes(
    inner: np.ndarray,
    total: float,
    height: np.ndarray,
    per_km: np.ndarray,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    rows: np.ndarray,
) -> None:
    """Fill two rows: tangents of the elevation angles of all interior points as seen from either end (77), (82a)."""
    by_tx, by_rx, from_tx, from_rx = per_km[0], per_km[1], rows[0], rows[1]
    bend = 0.5 / radius_km
    for i in range(inner.size):
        from_tx[i] = (height[i] - tx_m) * 0.001 * by_tx[i] - inner[i] * bend
        from_rx[i] = (height[i] - rx_m) * 0.001 * by_rx[i] - (total - inner[i]) * bend


@njit(**INNER)
def obstructions(
    inner: np.ndarray,
    total: float,
    height: np.ndarray,
    per_km: np.ndarray,
    tx_m: float,
    rx_m: float,
    rows: np.ndarray,
) -> tuple[float, float, float]:
    """Highest obstruction above the straight line between antennas [m] and its slopes from both ends [m/km] (89)."""
    by_tx, by_rx, above, from_tx, from_rx = per_km[0], per_km[1], rows[0], rows[1], rows[2]
    fall = (rx_m - tx_m) / total
    for i in range(inner.size):
        over = height[i] - (tx_m + fall * inner[i])
        above[i] = over
        from_tx[i] = over * by_tx[i]
        from_rx[i] = over * by_rx[i]
    return greatest(above), greatest(from_tx), greatest(from_rx)


@njit(**INNER)
def first_point_at(value: float, row: np.ndarray) -> int:
    """Index of the first entry equal to `value`."""
    for i in range(row.size):
        if row[i] == value:
            return i
    return 0


@njit(**INNER)
def last_point_at(value: float, row: np.ndarray) -> int:
    """Index of the last entry equal to `value`."""
    for i in range(row.size - 1, -1, -1):
        if row[i] == value:
            return i
    return row.size - 1


@njit(**INNER)
def diffraction_parameters(
    inner: np.ndarray,
    total: float,
    height: np.ndarray,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    wavelength_m: float,
    row: np.ndarray,
) -> None:
    """Fill `row` with the diffraction parameter of bare terrain at every interior point (81).

    On symmetric terrain two points differ by rounding alone, hence the operations in the order the standard writes
    them.
    """
    curvature = 1.0 / radius_km
    for i in range(inner.size):
        d = inner[i]
        rest = total - d
        above = height[i] + 500.0 * curvature * d * rest - (tx_m * rest + rx_m * d) / total
        row[i] = above * math.sqrt(0.002 * total / (wavelength_m * d * rest))


@njit(**INNER)
def highest_above(distance: np.ndarray, elevation: np.ndarray, start_m: float, slope: float) -> float:
    """Terrain roughness: greatest height above a straight line over the points given (95) [m]."""
    highest = elevation[0] - (start_m + slope * distance[0])
    for i in range(1, distance.size):
        highest = max(highest, elevation[i] - (start_m + slope * distance[i]))
    return highest


@njit(**INNER)
def edges_above(
    inner: np.ndarray,
    total: float,
    height: np.ndarray,
    per_km: np.ndarray,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    rows: np.ndarray,
    edges: np.ndarray,
) -> None:
    """Fill `edges`: highest slope from either end (13), (17) [m/km], highest ν (15) times √(λ/0.002 D) [m/km]."""
    by_tx, by_rx, by_both, from_tx, from_rx, parameter = per_km[0], per_km[1], per_km[2], rows[0], rows[1], rows[2]
    bulge = 500.0 / radius_km
    fall = (rx_m - tx_m) / total
    for i in range(inner.size):
        d = inner[i]
        raised = height[i] + bulge * d * (total - d)
        from_tx[i] = (raised - tx_m) * by_tx[i]
        from_rx[i] = (raised - rx_m) * by_rx[i]
        parameter[i] = (raised - (tx_m + fall * d)) * by_both[i]
    edges[0], edges[1], edges[2] = greatest(from_tx), greatest(from_rx), greatest(parameter)


@njit(**INNER)
def _trace_one(distance, elevation, clutter, zone, given, scratch, steps, out):
    """Fill the record `out` with the geometry of one checked path."""
    n_points = distance.size
    total = distance[n_points - 1]
    tx_m, rx_m = elevation[0] + given.tx_height_m, elevation[n_points - 1] + given.rx_height_m
    out.distance_km = total
    out.tx_amsl_m, out.rx_amsl_m = tx_m, rx_m
    out.tx_ends_at_sea, out.rx_ends_at_sea = zone[0] == SEA, zone[n_points - 1] == SEA
    out.rx_clutter_m = clutter[n_points - 1]
    out.longest_land_km, out.longest_inland_km, out.sea_fraction = zone_lengths(distance, zone)

    n_inner = n_points - 2
    inner, bare = distance[1 : n_points - 1], elevation[1 : n_points - 1]
    per_km, rows, surface, flat = scratch[0:3], scratch[3:6], scratch[6], scratch[7]
    reciprocals(inner, total, per_km)
    radius = EARTH_RADIUS_KM * 157.0 / (157.0 - given.refractivity_lapse)
    wavelength = SPEED_OF_LIGHT / given.frequency_ghz
    out.effective_earth_radius_km = radius

    horizon_slopes(inner, total, bare, per_km, tx_m, rx_m, radius, rows)
    from_tx = greatest(rows[0])
    direct = (rx_m - tx_m) * 0.001 / total - total * 0.5 / radius
    out.beyond_horizon = from_tx > direct
    if from_tx > direct:
        from_rx = greatest(rows[1])
        first, last = 1 + first_point_at(from_tx, rows[0]), 1 + last_point_at(from_rx, rows[1])
        out.tx_horizon_slope, out.rx_horizon_slope = from_tx, from_rx
    else:
        diffraction_parameters(inner, total, bare, tx_m, rx_m, radius, wavelength, rows[0])
        first = 1 + last_point_at(greatest(rows[0]), rows[0])
        last = first
        out.tx_horizon_slope = direct
        out.rx_horizon_slope = (tx_m - rx_m) * 0.001 / total - total * 0.5 / radius
    out.tx_horizon_distance_km, out.rx_horizon_distance_km = distance[first], total - distance[last]

    smooth_tx, smooth_rx = smooth_earth(distance, elevation, steps)
    lowered_tx, lowered_rx = smooth_tx, smooth_rx
    obstruction, obstruction_tx, obstruction_rx = obstructions(inner, total, bare, per_km, tx_m, rx_m, rows)
    if obstruction > 0.0:
        lowered_tx -= obstruction * obstruction_tx / (obstruction_tx + obstruction_rx)
        lowered_rx -= obstruction * obstruction_rx / (obstruction_tx + obstruction_rx)
    out.tx_smooth_height_m = min(lowered_tx, elevation[0])
    out.rx_smooth_height_m = min(lowered_rx, elevation[n_points - 1])
    smooth_tx, smooth_rx = min(smooth_tx, elevation[0]), min(smooth_rx, elevation[n_points - 1])
    out.tx_effective_height_m, out.rx_effective_height_m = tx_m - smooth_tx, rx_m - smooth_rx
    # Along one straight slope, rounding may put the receiver's horizon before the transmitter's.
    between = slice(first, max(first, last) + 1)
    out.roughness_m = highest_above(distance[between], elevation[between], smooth_tx, (smooth_rx - smooth_tx) / total)

    for i in range(n_inner):
        surface[i] = bare[i] + clutter[i + 1]
    tx_above, rx_above = tx_m - out.tx_smooth_height_m, rx_m - out.rx_smooth_height_m
    for case in range(4 if given.time_pct < 50.0 else 2):
        over_smooth, at_beta0 = case % 2 == 1, case >= 2
        edges_above(
            inner,
            total,
            flat if over_smooth else surface,
            per_km,
            tx_above if over_smooth else tx_m,
            rx_above if over_smooth else rx_m,
            3.0 * EARTH_RADIUS_KM if at_beta0 else radius,
            rows,
            out.edges[case],
        )


def _compile(digest: int):
    """The loop over links. The digest becomes part of numba's cache key, see `radio_models.source_digest`."""

    @njit(cache=True, nogil=True, error_model="numpy")
    def trace(distance, elevation, clutter, zone, given, limits, problem, out):
        """Fill `out` with the geometry of all paths without a problem; add the bits of `limits` where one is bad.

        Profiles are float64 (links, points) or (1, points) when all links share one; `given` and `out` are records
        (links,).
        """
        _ = digest
        n_points = elevation.shape[1]
        scratch, steps = np.zeros((8, n_points - 2)), np.zeros((2, n_points - 1))
        for link in range(out.size):
            d = distance[link if distance.shape[0] > 1 else 0]
            h = elevation[link if elevation.shape[0] > 1 else 0]
            r = clutter[link if clutter.shape[0] > 1 else 0]
            z = zone[link if zone.shape[0] > 1 else 0]
            if d[0] != 0.0 or count_not_increasing(d) or not d[n_points - 1] <= limits.distance_high_km:
                problem[link] |= limits.distance_bit
            if count_outside(h, limits.elevation_low_m, limits.elevation_high_m):
                problem[link] |= limits.elevation_bit
            if count_outside(r, 0.0, limits.clutter_high_m):
                problem[link] |= limits.clutter_bit
            if count_no_zone(z):
                problem[link] |= limits.zone_bit
            if problem[link] == 0:
                _trace_one(d, h, r, z, given[link], scratch, steps, out[link])

    return trace


trace = _compile(folder_digest(__file__))
