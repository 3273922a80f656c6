"""Closed forms against the published formulas, each written out again here one number at a time, and printed values.

Sources: ITU-R P.525, Hata 1980, ITU-R P.529-3, COST 231 final report, ITU-R P.1411-11, TR 38.901 table 7.4.1-1;
Helium's FSPL rows from spec/helium-iot-vectors.md. Agreement to 1e-9 dB. Units: distance [m or km], frequency [Hz, MHz
or GHz].
"""

import cmath
import math
from math import exp, log10, pi, sqrt

import numpy as np
import pytest

from radio_models.cost231 import cost231_hata_loss_db, walfisch_ikegami_canyon_loss_db, walfisch_ikegami_loss_db
from radio_models.free_space import free_space_loss_db
from radio_models.hata import okumura_hata_loss_db
from radio_models.lora_empirical import LORA_FITS, LoraEmpirical
from radio_models.p1411 import SITE_GENERAL, site_general_loss_db
from radio_models.paths import Paths
from radio_models.tr38901 import (
    los_probability,
    rma_los_loss_db,
    rma_nlos_loss_db,
    shadow_sigma_db,
    uma_los_loss_db,
    uma_nlos_loss_db,
    umi_los_loss_db,
    umi_nlos_loss_db,
)
from radio_models.two_ray import plane_earth_loss_db, two_ray_loss_db

C = 299_792_458.0
EXACT = {"abs": 1e-9, "rel": 0.0}


def close(value: float) -> object:
    return pytest.approx(value, **EXACT)


RNG = np.random.default_rng(20260105)


def draws(n: int, *ranges: tuple[float, float]) -> list[tuple[float, ...]]:
    """Random inputs over the ranges, uniform in the logarithm."""
    return [tuple(float(np.exp(RNG.uniform(*np.log(limits)))) for limits in ranges) for _ in range(n)]


# distance [m], loss at 868 MHz and at 904 MHz [dB], computed there with c = 2.998e8
HELIUM_FSPL = [
    (1.0, 31.22, 31.57),
    (30.0, 60.76, 61.11),
    (100.0, 71.22, 71.57),
    (350.0, 82.10, 82.45),
    (500.0, 85.20, 85.55),
    (1e3, 91.22, 91.57),
    (5e3, 105.20, 105.55),
    (10e3, 111.22, 111.57),
    (50e3, 125.20, 125.55),
    (100e3, 131.22, 131.57),
]


@pytest.mark.parametrize(("distance_m", "at_868", "at_904"), HELIUM_FSPL)
def test_free_space_against_heliums_rows(distance_m: float, at_868: float, at_904: float) -> None:
    # half a hundredth of rounding, and 0.0002 dB between the two speeds of light
    assert free_space_loss_db(distance_m, 868e6) == pytest.approx(at_868, abs=0.0055)
    assert free_space_loss_db(distance_m, 904e6) == pytest.approx(at_904, abs=0.0055)


def test_free_space_constant_of_p525() -> None:
    assert free_space_loss_db(1e3, 1e6) == pytest.approx(32.447783, abs=1e-6)


@pytest.mark.parametrize(("d", "f", "h_b", "h_m"), draws(40, (0.5, 30), (150, 1500), (30, 200), (1, 10)))
def test_okumura_hata(d: float, f: float, h_b: float, h_m: float) -> None:
    common = 69.55 + 26.16 * log10(f) - 13.82 * log10(h_b) + (44.9 - 6.55 * log10(h_b)) * log10(d)
    small = common - ((1.1 * log10(f) - 0.7) * h_m - (1.56 * log10(f) - 0.8))
    large = common - (8.29 * log10(1.54 * h_m) ** 2 - 1.1 if f <= 200 else 3.2 * log10(11.75 * h_m) ** 2 - 4.97)
    suburban = -2 * log10(f / 28) ** 2 - 5.4
    rural = -4.78 * log10(f) ** 2 + 18.33 * log10(f) - 40.94
    for city, urban in (("small", small), ("medium", small), ("large", large)):
        assert okumura_hata_loss_db(d, f, h_b, h_m, city=city) == close(urban)
        assert okumura_hata_loss_db(d, f, h_b, h_m, city=city, environment="suburban") == close(urban + suburban)
        assert okumura_hata_loss_db(d, f, h_b, h_m, city=city, environment="open") == close(urban + rural)


def test_okumura_hata_by_hand() -> None:
    # 900 MHz, 100 m and 2 m, 4 km: 69.55 + 77.283 − 27.64 − (5.100 − 3.809) + 31.8 · 0.60206
    assert okumura_hata_loss_db(4.0, 900.0, 100.0, 2.0) == pytest.approx(137.048, abs=0.001)


@pytest.mark.parametrize("f", [200.0, 200.001])
def test_large_city_switches_at_200_mhz(f: float) -> None:
    expected = 8.29 * log10(1.54 * 3.0) ** 2 - 1.1 if f <= 200 else 3.2 * log10(11.75 * 3.0) ** 2 - 4.97
    difference = okumura_hata_loss_db(5.0, f, 50.0, 1.5, city="small") - okumura_hata_loss_db(
        5.0, f, 50.0, 3.0, city="large"
    )
    assert difference == close(expected - ((1.1 * log10(f) - 0.7) * 1.5 - (1.56 * log10(f) - 0.8)))


@pytest.mark.parametrize(("d", "f", "h_b"), draws(10, (20, 100), (150, 1500), (30, 200)))
def test_hata_beyond_20_km_after_p529(d: float, f: float, h_b: float) -> None:
    reduced = h_b / sqrt(1 + 7e-6 * h_b**2)
    b = 1 + (0.14 + 1.87e-4 * f + 1.07e-3 * reduced) * log10(d / 20) ** 0.8
    near = okumura_hata_loss_db(1.0, f, h_b, 1.5)
    assert okumura_hata_loss_db(d, f, h_b, 1.5, long_distance=True) == close(
        near + (44.9 - 6.55 * log10(h_b)) * log10(d) ** b
    )


@pytest.mark.parametrize(("d", "f", "h_b", "h_m"), draws(20, (1, 20), (1500, 2000), (30, 200), (1, 10)))
def test_cost231_hata(d: float, f: float, h_b: float, h_m: float) -> None:
    a = (1.1 * log10(f) - 0.7) * h_m - (1.56 * log10(f) - 0.8)
    expected = 46.3 + 33.9 * log10(f) - 13.82 * log10(h_b) - a + (44.9 - 6.55 * log10(h_b)) * log10(d)
    assert cost231_hata_loss_db(d, f, h_b, h_m) == close(expected)
    assert cost231_hata_loss_db(d, f, h_b, h_m, metropolitan=True) == close(expected + 3)


def walfisch_ikegami(d, f, h_b, h_m, roof, b, w, phi, metropolitan) -> float:
    if phi < 35:
        orientation = -10 + 0.354 * phi
    elif phi < 55:
        orientation = 2.5 + 0.075 * (phi - 35)
    else:
        orientation = 4 - 0.114 * (phi - 55)
    rts = max(0.0, -16.9 - 10 * log10(w) + 10 * log10(f) + 20 * log10(roof - h_m) + orientation)
    above = h_b - roof
    if above > 0:
        bsh, k_a, k_d = -18 * log10(1 + above), 54.0, 18.0
    else:
        bsh, k_a, k_d = 0.0, 54 - 0.8 * above * (1 if d >= 0.5 else d / 0.5), 18 - 15 * above / roof
    k_f = -4 + (1.5 if metropolitan else 0.7) * (f / 925 - 1)
    msd = bsh + k_a + k_d * log10(d) + k_f * log10(f) - 9 * log10(b)
    return 32.4 + 20 * log10(d) + 20 * log10(f) + max(0.0, rts + msd)


@pytest.mark.parametrize("metropolitan", [False, True])
@pytest.mark.parametrize(
    ("d", "f", "h_b", "h_m", "roof", "b", "w", "phi"),
    draws(40, (0.02, 5), (800, 2000), (4, 50), (1, 3), (4, 30), (20, 50), (10, 25), (1, 90)),
)
def test_walfisch_ikegami(d, f, h_b, h_m, roof, b, w, phi, metropolitan) -> None:
    result = walfisch_ikegami_loss_db(
        d, f, h_b, h_m,
        roof_height_m=roof, building_separation_m=b, street_width_m=w, street_angle_deg=phi, metropolitan=metropolitan,
    )  # fmt: skip
    assert result == close(walfisch_ikegami(d, f, h_b, h_m, roof, b, w, phi, metropolitan))


def test_walfisch_ikegami_canyon_meets_free_space_at_20_m() -> None:
    # that is what its constant was chosen for (COST 231, 4.4.2); 0.03 dB is the rounding of 42.6
    assert walfisch_ikegami_canyon_loss_db(0.02, 900.0) == pytest.approx(free_space_loss_db(20.0, 900e6), abs=0.05)
    assert walfisch_ikegami_canyon_loss_db(0.7, 1500.0) == close(42.6 + 26 * log10(0.7) + 20 * log10(1500))


@pytest.mark.parametrize("polarization", ["horizontal", "vertical"])
@pytest.mark.parametrize(
    ("ground", "f", "h_t", "h_r", "eps", "sigma"),
    draws(30, (5, 20e3), (100e6, 6e9), (1, 60), (0.5, 30), (3, 80), (1e-4, 5)),
)
def test_two_ray_from_its_geometry(ground, f, h_t, h_r, eps, sigma, polarization) -> None:
    wavelength = C / f
    d1, d2 = math.hypot(ground, h_t - h_r), math.hypot(ground, h_t + h_r)
    psi = math.atan2(h_t + h_r, ground)
    permittivity = complex(eps, -60 * sigma * wavelength)
    root = cmath.sqrt(permittivity - math.cos(psi) ** 2)
    factor = permittivity if polarization == "vertical" else 1
    gamma = (factor * math.sin(psi) - root) / (factor * math.sin(psi) + root)
    field = cmath.exp(-2j * pi * d1 / wavelength) / d1 + gamma * cmath.exp(-2j * pi * d2 / wavelength) / d2
    expected = -20 * log10(wavelength / (4 * pi) * abs(field))
    result = two_ray_loss_db(
        d1, f, h_t, h_r, polarization=polarization, relative_permittivity=eps, conductivity_s_per_m=sigma
    )
    # the plain form subtracts two phases of up to 2.5e6 radians, which costs it about 1e-8 dB near a fringe
    assert result == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(("d", "h_t", "h_r"), draws(10, (20e3, 100e3), (2, 30), (1, 10)))
def test_plane_earth_is_the_far_limit_of_two_rays(d: float, h_t: float, h_r: float) -> None:
    far = plane_earth_loss_db(d, 868e6, h_t, h_r)
    assert far == close(40 * log10(d) - 20 * log10(h_t * h_r))
    # Γ tends to −1 only at grazing, and the sine of the phase to the phase: 0.6 dB at 20 km and 30 m
    assert two_ray_loss_db(d, 868e6, h_t, h_r, polarization="horizontal") == pytest.approx(far, abs=0.6)


def test_plane_earth_meets_free_space_without_a_step() -> None:
    d = 4 * pi * 10.0 * 2.0 * 868e6 / C
    assert plane_earth_loss_db(d, 868e6, 10.0, 2.0) == close(20 * log10(4 * pi * d * 868e6 / C))
    assert plane_earth_loss_db(d * (1 + 1e-12), 868e6, 10.0, 2.0) == close(40 * log10(d) - 20 * log10(20.0))


# P.1411-11, the tables of 4.1.1 and 4.2.1: environment, alpha, beta, gamma, sigma [dB]; also in eeveetza/p1411
P1411 = [
    ("street-los", 2.12, 29.2, 2.11, 5.06),
    ("street-nlos-high-rise", 4.00, 10.2, 2.36, 7.60),
    ("street-nlos-low-rise", 5.06, -4.68, 2.02, 9.33),
    ("street-nlos-residential", 3.01, 18.8, 2.07, 3.07),
    ("rooftop-los", 2.29, 28.6, 1.96, 3.48),
    ("rooftop-nlos-high-rise", 4.39, -6.27, 2.30, 6.89),
]


@pytest.mark.parametrize(("environment", "alpha", "beta", "gamma", "sigma"), P1411)
def test_p1411_site_general(environment: str, alpha: float, beta: float, gamma: float, sigma: float) -> None:
    assert SITE_GENERAL[environment].sigma_db == sigma
    for d, f in draws(5, (5, 1200), (0.8, 73)):
        assert site_general_loss_db(d, f, environment) == close(10 * alpha * log10(d) + beta + 10 * gamma * log10(f))


def urban(d, f, h_bs, h_ut, near, slope, far_slope, correction) -> float:
    d3 = math.hypot(d, h_bs - h_ut)
    d_bp = 4 * (h_bs - 1) * (h_ut - 1) * f * 1e9 / C
    if d <= d_bp:
        return near + slope * log10(d3) + 20 * log10(f)
    return near + far_slope * log10(d3) + 20 * log10(f) - correction * log10(d_bp**2 + (h_bs - h_ut) ** 2)


@pytest.mark.parametrize(("d", "f", "h_ut"), draws(40, (10, 5000), (0.5, 100), (1.5, 22.5)))
def test_tr38901_urban(d: float, f: float, h_ut: float) -> None:
    uma = urban(d, f, 25.0, h_ut, 28.0, 22.0, 40.0, 9.0)
    d3 = math.hypot(d, 25.0 - h_ut)
    assert uma_los_loss_db(d, f, 25.0, h_ut) == close(uma)
    assert uma_nlos_loss_db(d, f, 25.0, h_ut) == close(
        max(uma, 13.54 + 39.08 * log10(d3) + 20 * log10(f) - 0.6 * (h_ut - 1.5))
    )
    umi = urban(d, f, 10.0, h_ut, 32.4, 21.0, 40.0, 9.5)
    d3 = math.hypot(d, 10.0 - h_ut)
    assert umi_los_loss_db(d, f, 10.0, h_ut) == close(umi)
    assert umi_nlos_loss_db(d, f, 10.0, h_ut) == close(
        max(umi, 35.3 * log10(d3) + 22.4 + 21.3 * log10(f) - 0.3 * (h_ut - 1.5))
    )


@pytest.mark.parametrize(
    ("d", "f", "h_bs", "h_ut", "h", "w"), draws(40, (10, 10e3), (0.5, 30), (10, 150), (1, 10), (5, 50), (5, 50))
)
def test_tr38901_rural(d, f, h_bs, h_ut, h, w) -> None:
    def first(x: float) -> float:
        return (
            20 * log10(40 * pi * x * f / 3)
            + min(0.03 * h**1.72, 10) * log10(x)
            - min(0.044 * h**1.72, 14.77)
            + 0.002 * log10(h) * x
        )

    d3 = math.hypot(d, h_bs - h_ut)
    d_bp = 2 * pi * h_bs * h_ut * f * 1e9 / C
    los = first(d3) if d <= d_bp else first(d_bp) + 40 * log10(d3 / d_bp)
    nlos = (
        161.04
        - 7.1 * log10(w)
        + 7.5 * log10(h)
        - (24.37 - 3.7 * (h / h_bs) ** 2) * log10(h_bs)
        + (43.42 - 3.1 * log10(h_bs)) * (log10(d3) - 3)
        + 20 * log10(f)
        - (3.2 * log10(11.75 * h_ut) ** 2 - 4.97)
    )
    assert rma_los_loss_db(d, f, h_bs, h_ut, building_height_m=h) == close(los)
    assert rma_nlos_loss_db(d, f, h_bs, h_ut, building_height_m=h, street_width_m=w) == close(max(los, nlos))
    assert shadow_sigma_db("rma", "los", d, f, h_bs, h_ut) == (4.0 if d <= d_bp else 6.0)


@pytest.mark.parametrize(("d", "h_ut"), draws(30, (5, 5000), (1.5, 23)))
def test_tr38901_los_probability(d: float, h_ut: float) -> None:
    c = 0.0 if h_ut <= 13 else ((h_ut - 13) / 10) ** 1.5
    uma = 1.0 if d <= 18 else (18 / d + exp(-d / 63) * (1 - 18 / d)) * (1 + c * 1.25 * (d / 100) ** 3 * exp(-d / 150))
    umi = 1.0 if d <= 18 else 18 / d + exp(-d / 36) * (1 - 18 / d)
    assert los_probability("uma", d, h_ut) == pytest.approx(uma, abs=1e-14)
    assert los_probability("umi", d, h_ut) == pytest.approx(umi, abs=1e-14)
    assert los_probability("rma", d, h_ut) == pytest.approx(1.0 if d <= 10 else exp(-(d - 10) / 1000), abs=1e-14)


def test_tr38901_sigmas() -> None:
    found = [float(shadow_sigma_db(s, state)) for s in ("uma", "umi", "rma") for state in ("los", "nlos")]
    assert found == [4.0, 6.0, 4.0, 7.82, 4.0, 8.0]


# fit, device height [m], loss [dB] at 1 km and at 5 km from the printed constants
LORA = [
    ("oulu-car", 2.0, 128.95, 128.95 + 23.2 * log10(5)),
    ("oulu-boat", 2.0, 126.43, 126.43 + 17.6 * log10(5)),
    ("lorasim-built-up", 2.0, 127.41 + 20.8 * log10(25), 127.41 + 20.8 * log10(125)),
    ("dortmund-urban", 2.0, 132.25, 132.25 + 26.5 * log10(5)),
    ("ghent-coast", 2.0, 157.35, 157.35 + 27.5 * log10(5)),
    ("beirut-urban", 2.0, 120.86 - 6.3 * log10(2), 120.86 - 6.3 * log10(2) + 41.8 * log10(5)),
    ("bonn-trucks", 2.0, 132.48, 132.48 + 16.0 * log10(5)),
    ("ns3-lorawan", 2.0, 7.7 + 37.6 * 3, 7.7 + 37.6 * log10(5000)),
]


@pytest.mark.parametrize(("fit", "height_m", "at_1_km", "at_5_km"), LORA)
def test_lora_fits(fit: str, height_m: float, at_1_km: float, at_5_km: float) -> None:
    losses = LoraEmpirical(fit).loss_db(Paths([1e3, 5e3], 868e6, 24.0, height_m))
    assert losses == pytest.approx([at_1_km, at_5_km], **EXACT)


def test_every_lora_fit_is_held_to_its_constants() -> None:
    assert {row[0] for row in LORA} == set(LORA_FITS)
