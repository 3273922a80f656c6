"""Compiled formulas of P.1812 that no longer see the profile: line of sight, diffraction, ducting, troposcatter, and
how they combine.

Floating point is strict. Equation numbers are those of ITU-R P.1812-6, Annex 1; its troposcatter formula is used, to
which the ITU sent users of P.1812-7 back.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"

import math
from typing import Any

import numpy as np
from numba import njit

from radio_models.source_digest import folder_digest

INNER: Any = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
BETA0_RADIUS_KM = 3.0 * 6371.0  # effective Earth radius exceeded for β0 % of time (7b)
SPEED_OF_LIGHT = 0.2998  # [m·GHz], as the ITU validation codes have it
LAND = (22.0, 0.003)  # relative permittivity, conductivity [S/m]
SEA = (80.0, 5.0)


@njit(**INNER)
def inverse_normal(probability: float) -> float:
    """Point exceeded with the given probability by a standard normal, rational approximation of Attachment 2 (96)."""
    x = min(max(probability, 0.000001), 0.999999)
    tail = x if x <= 0.5 else 1.0 - x
    t = math.sqrt(-2.0 * math.log(tail))
    ratio = ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return t - ratio if x <= 0.5 else ratio - t


@njit(**INNER)
def inland_share(longest_inland_km: float) -> float:
    """τ, how far the path behaves as inland (3)."""
    return 1.0 - math.exp(-(4.12e-4 * longest_inland_km**2.41))


@njit(**INNER)
def beta0_pct(latitude_deg: float, longest_land_km: float, longest_inland_km: float) -> float:
    """Share of time with a lapse above 100 N-units/km in the lowest 100 m (2)–(5) [%]."""
    tau = inland_share(longest_inland_km)
    mu1 = (10.0 ** (-longest_land_km / (16.0 - 6.6 * tau)) + 10.0 ** (-5.0 * (0.496 + 0.354 * tau))) ** 0.2
    mu1 = min(mu1, 1.0)
    latitude = abs(latitude_deg)
    if latitude <= 70.0:
        return 10.0 ** (-0.015 * latitude + 1.67) * mu1 * mu1 ** (-0.935 + 0.0176 * latitude)
    return 4.17 * mu1 * mu1**0.3


@njit(**INNER)
def bullington_db(edges: np.ndarray, tx_m: float, rx_m: float, distance_km: float, wavelength_m: float) -> float:
    """Bullington loss from the highest slopes and the highest diffraction parameter over the profile (13)–(21) [dB]."""
    if edges[0] < (rx_m - tx_m) / distance_km:
        nu = edges[2] * math.sqrt(0.002 * distance_km / wavelength_m)
    else:
        at = (rx_m - tx_m + edges[1] * distance_km) / (edges[0] + edges[1])
        above = tx_m + edges[0] * at - (tx_m * (distance_km - at) + rx_m * at) / distance_km
        nu = above * math.sqrt(0.002 * distance_km / (wavelength_m * at * (distance_km - at)))
    if nu <= -0.78:
        return 0.0
    knife = 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    return knife + (1.0 - math.exp(-knife / 6.0)) * (10.0 + 0.02 * distance_km)


@njit(**INNER)
def _height_gain_db(reach: float, floor_db: float) -> float:
    """G(Y) of (35), (36) from B = β Y [dB]."""
    if reach > 2.0:
        gain = 17.6 * math.sqrt(reach - 1.1) - 5.0 * math.log10(reach - 1.1) - 8.0
    else:
        gain = 20.0 * math.log10(reach + 0.1 * reach * reach * reach)
    return max(gain, floor_db)


@njit(**INNER)
def first_term_db(
    permittivity: float,
    conductivity: float,
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
    vertical: bool,
) -> float:
    """First term of the residue series over one kind of ground (29)–(37) [dB]."""
    loss = (18.0 * conductivity / frequency_ghz) ** 2
    k = 0.036 / math.sqrt(math.sqrt((permittivity - 1.0) ** 2 + loss)) / np.cbrt(radius_km * frequency_ghz)
    if vertical:
        k *= math.sqrt(permittivity**2 + loss)
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
    x = 21.88 * beta * np.cbrt(frequency_ghz / (radius_km * radius_km)) * distance_km
    y = 0.9575 * beta * beta * np.cbrt(frequency_ghz * frequency_ghz / radius_km)
    spread = 11.0 + 10.0 * math.log10(x) - 17.6 * x if x >= 1.6 else -20.0 * math.log10(x) - 5.6488 * x**1.425
    floor_db = 2.0 + 20.0 * math.log10(k)
    return -spread - _height_gain_db(y * tx_m, floor_db) - _height_gain_db(y * rx_m, floor_db)


@njit(**INNER)
def spherical_earth_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
    sea_fraction: float,
    vertical: bool,
) -> float:
    """Diffraction over a smooth spherical Earth (22)–(28) [dB]."""
    share, radius = 1.0, radius_km
    in_sight = distance_km < math.sqrt(2.0 * radius_km) * (math.sqrt(0.001 * tx_m) + math.sqrt(0.001 * rx_m))
    if in_sight:
        c = (tx_m - rx_m) / (tx_m + rx_m)
        m = 250.0 * distance_km * distance_km / (radius_km * (tx_m + rx_m))
        cosine = min(max(1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3), -1.0), 1.0)
        b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + math.acos(cosine) / 3.0)
        near = distance_km / 2.0 * (1.0 + b)
        far = distance_km - near
        clearance = (tx_m - 500.0 * near * near / radius_km) * far + (rx_m - 500.0 * far * far / radius_km) * near
        clearance /= distance_km
        needed = 17.456 * math.sqrt(near * far * SPEED_OF_LIGHT / frequency_ghz / distance_km)
        if clearance > needed:
            return 0.0
        share = 1.0 - clearance / needed
        radius = 500.0 * (distance_km / (math.sqrt(tx_m) + math.sqrt(rx_m))) ** 2
    loss = 0.0
    if sea_fraction < 1.0:
        over_land = first_term_db(LAND[0], LAND[1], distance_km, tx_m, rx_m, radius, frequency_ghz, vertical)
        loss += (1.0 - sea_fraction) * over_land
    if sea_fraction > 0.0:
        over_sea = first_term_db(SEA[0], SEA[1], distance_km, tx_m, rx_m, radius, frequency_ghz, vertical)
        loss += sea_fraction * over_sea
    return share * max(loss, 0.0) if in_sight else loss


@njit(**INNER)
def delta_bullington_db(case: int, path, given, radius_km: float) -> float:
    """Complete diffraction loss at one effective Earth radius (38), (39) [dB]."""
    tx_above = path.tx_amsl_m - path.tx_smooth_height_m
    rx_above = path.rx_amsl_m - path.rx_smooth_height_m
    wavelength = SPEED_OF_LIGHT / given.frequency_ghz
    over_terrain = bullington_db(path.edges[case], path.tx_amsl_m, path.rx_amsl_m, path.distance_km, wavelength)
    over_smooth = bullington_db(path.edges[case + 1], tx_above, rx_above, path.distance_km, wavelength)
    spherical = spherical_earth_db(
        path.distance_km,
        tx_above,
        rx_above,
        radius_km,
        given.frequency_ghz,
        path.sea_fraction,
        given.polarization > 0.5,
    )
    return over_terrain + max(spherical - over_smooth, 0.0)


@njit(**INNER)
def _shielding_db(horizon_mrad: float, horizon_km: float, frequency_ghz: float) -> float:
    """Site shielding of one terminal (48) [dB]."""
    above = horizon_mrad - 0.1 * horizon_km
    if above <= 0.0:
        return 0.0
    return 20.0 * math.log10(1.0 + 0.361 * above * math.sqrt(frequency_ghz * horizon_km)) + 0.264 * above * np.cbrt(
        frequency_ghz
    )


@njit(**INNER)
def _sea_duct_db(coast_km: float, horizon_km: float, amsl_m: float, sea_fraction: float) -> float:
    """Coupling of one terminal into a surface duct over sea (49) [dB]."""
    if sea_fraction < 0.75 or coast_km > horizon_km or coast_km > 5.0:
        return 0.0
    return -3.0 * math.exp(-0.25 * coast_km * coast_km) * (1.0 + math.tanh(0.07 * (50.0 - amsl_m)))


@njit(**INNER)
def ducting_db(path, given, tx_mrad: float, rx_mrad: float, beta0: float) -> float:
    """Basic transmission loss by ducting and layer reflection (46)–(56) [dB]."""
    f, d = given.frequency_ghz, path.distance_km
    tx_km, rx_km, radius = path.tx_horizon_distance_km, path.rx_horizon_distance_km, path.effective_earth_radius_km
    tx_coast = 0.0 if path.tx_ends_at_sea else given.tx_coast_distance_km
    rx_coast = 0.0 if path.rx_ends_at_sea else given.rx_coast_distance_km
    low_frequency = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0
    fixed = (
        102.45
        + 20.0 * math.log10(f)
        + 20.0 * math.log10(tx_km + rx_km)
        + low_frequency
        + _shielding_db(tx_mrad, tx_km, f)
        + _shielding_db(rx_mrad, rx_km, f)
        + _sea_duct_db(tx_coast, tx_km, path.tx_amsl_m, path.sea_fraction)
        + _sea_duct_db(rx_coast, rx_km, path.rx_amsl_m, path.sea_fraction)
    )
    angle = 1.0e3 * d / radius + min(tx_mrad, 0.1 * tx_km) + min(rx_mrad, 0.1 * rx_km)

    roughness = 1.0
    if path.roughness_m > 10.0:
        roughness = math.exp(-4.6e-5 * (path.roughness_m - 10.0) * (43.0 + 6.0 * min(d - tx_km - rx_km, 40.0)))
    alpha = max(-0.6 - 3.5e-9 * d**3.1 * inland_share(path.longest_inland_km), -3.4)
    heights = math.sqrt(path.tx_effective_height_m) + math.sqrt(path.rx_effective_height_m)
    geometry = min((500.0 / radius * d * d / (heights * heights)) ** alpha, 1.0)
    beta = beta0 * geometry * roughness
    lg = math.log10(beta)
    steepness = 1.076 / (2.0058 - lg) ** 1.012 * math.exp(-(9.51 - 4.8 * lg + 0.198 * lg * lg) * 1e-6 * d**1.13)
    ratio = given.time_pct / beta
    in_time = -12.0 + (1.2 + 3.7e-3 * d) * math.log10(ratio) + 12.0 * ratio**steepness
    return fixed + 5.0e-5 * radius * np.cbrt(f) * angle + in_time


@njit(**INNER)
def troposcatter_db(path, given, angle_mrad: float) -> float:
    """Basic transmission loss by troposcatter (44), (45) [dB]."""
    f = given.frequency_ghz
    by_frequency = 25.0 * math.log10(f) - 2.5 * math.log10(f / 2.0) ** 2
    in_time = 10.125 * math.log10(50.0 / given.time_pct) ** 0.7
    by_distance = 20.0 * math.log10(path.distance_km)
    return 190.1 + by_frequency + by_distance + 0.573 * angle_mrad - 0.15 * given.surface_refractivity - in_time


@njit(**INNER)
def location_sigma_db(path, given) -> float:
    """Standard deviation over locations outdoors (64)–(66); none for a receiver at sea [dB]."""
    if path.rx_ends_at_sea:
        return 0.0
    share = min(max(1.0 - (given.rx_height_m - path.rx_clutter_m) / 10.0, 0.0), 1.0)
    return share * (0.52 + 0.024 * given.frequency_ghz) * given.resolution_m**0.28


@njit(**INNER)
def _find_one(path, given, out) -> None:
    """Fill the record `out` for one path."""
    d, f, p = path.distance_km, given.frequency_ghz, given.time_pct
    tx_mrad, rx_mrad = 1000.0 * math.atan(path.tx_horizon_slope), 1000.0 * math.atan(path.rx_horizon_slope)
    angle = 1.0e3 * d / path.effective_earth_radius_km + tx_mrad + rx_mrad
    beta0 = beta0_pct(given.latitude_deg, path.longest_land_km, path.longest_inland_km)

    rise_km = (path.tx_amsl_m - path.rx_amsl_m) / 1000.0
    free_space = 92.4 + 20.0 * math.log10(f) + 10.0 * math.log10(d * d + rise_km * rise_km)
    focusing = 2.6 * (1.0 - math.exp(-0.1 * (path.tx_horizon_distance_km + path.rx_horizon_distance_km)))
    sight = free_space + focusing * math.log10(p / 50.0)
    sight_beta0 = free_space + focusing * math.log10(beta0 / 50.0)

    median = delta_bullington_db(0, path, given, path.effective_earth_radius_km)
    diffraction = median
    in_between = 1.0
    if p > beta0:
        in_between = inverse_normal(p / 100.0) / inverse_normal(beta0 / 100.0)
    if p < 50.0:
        rare = delta_bullington_db(2, path, given, BETA0_RADIUS_KM)
        diffraction = median + in_between * (rare - median)
    diffracted = sight + diffraction

    least = sight + (1.0 - path.sea_fraction) * diffraction
    if p >= beta0:
        diffracted_median = free_space + median
        at_beta0 = sight_beta0 + (1.0 - path.sea_fraction) * diffraction
        least = diffracted_median + (at_beta0 - diffracted_median) * in_between

    ducted = ducting_db(path, given, tx_mrad, rx_mrad, beta0)
    # η ln(e^(a/η) + e^(b/η)) with the greater taken out, for a cliff can shield a terminal by more than the exponential
    # holds (60)
    enhanced = max(ducted, sight) + 2.5 * math.log1p(math.exp(-abs(ducted - sight) / 2.5))
    combined = diffracted
    if enhanced <= diffracted:
        near = 0.5 * (1.0 - math.tanh(1.5 * (d - 20.0) / 20.0))
        combined = enhanced + (diffracted - enhanced) * near
    below_horizon = 0.5 * (1.0 - math.tanh(2.4 * (angle - 0.3) / 0.3))
    combined += (least - combined) * below_horizon
    scattered = troposcatter_db(path, given, angle)
    difference = abs(scattered - combined)
    half = min(scattered, combined) - 5.0 * math.log10(1.0 + 10.0 ** (-0.2 * difference))
    sigma = location_sigma_db(path, given)

    out.loss_db = max(sight, half - inverse_normal(given.location_pct / 100.0) * sigma)
    out.free_space_db, out.line_of_sight_db, out.line_of_sight_beta0_db = free_space, sight, sight_beta0
    out.diffraction_median_db, out.diffraction_db, out.diffraction_path_db = median, diffraction, diffracted
    out.troposcatter_db, out.ducting_db, out.half_of_locations_db = scattered, ducted, half
    out.location_sigma_db, out.beta0_pct, out.angular_distance_mrad = sigma, beta0, angle
    out.tx_horizon_angle_mrad, out.rx_horizon_angle_mrad = tx_mrad, rx_mrad
    out.effective_earth_radius_km = path.effective_earth_radius_km
    out.tx_horizon_distance_km, out.rx_horizon_distance_km = path.tx_horizon_distance_km, path.rx_horizon_distance_km
    out.tx_smooth_height_m, out.rx_smooth_height_m = path.tx_smooth_height_m, path.rx_smooth_height_m
    out.tx_effective_height_m, out.rx_effective_height_m = path.tx_effective_height_m, path.rx_effective_height_m
    out.roughness_m, out.sea_fraction = path.roughness_m, path.sea_fraction
    out.longest_land_km, out.longest_inland_km = path.longest_land_km, path.longest_inland_km


def _compile(digest: int):
    """The loop over links. The digest becomes part of numba's cache key, see `radio_models.source_digest`."""

    @njit(cache=True, nogil=True, error_model="numpy")
    def find(paths, given, problem, out):
        """Fill the records `out` of all links that have no problem."""
        _ = digest
        for link in range(out.size):
            if problem[link] == 0:
                _find_one(paths[link], given[link], out[link])

    return find


find = _compile(folder_digest(__file__))
