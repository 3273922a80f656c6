"""Laws that radio obeys for any input: scaling, monotony, reciprocity, limits, conservation."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from poc.keys import Keys
from radio_models.fading import FADING
from radio_models.free_space import free_space_loss_db
from radio_models.link import eirp_dbm_from, margin_db, received_dbm_from
from radio_models.lora.airtime import airtime_s
from radio_models.lora.receiver import esp_dbm_from, reported_rssi_dbm, reported_snr_db, sensitivity_dbm
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.model import PATH_LOSS
from radio_models.paths import Paths
from radio_models.shadowing import CorrelatedShadowing
from radio_models.tr38901 import los_probability
from radio_models.two_ray import plane_earth_loss_db, two_ray_loss_db

distances_m = st.floats(1.0, 1e5)
frequencies_hz = st.floats(150e6, 6e9)
heights_m = st.floats(0.5, 150.0)
RISING = [
    PATH_LOSS["free-space"](),
    PATH_LOSS["log-distance"](),
    PATH_LOSS["plane-earth"](),
    PATH_LOSS["hata"](allow_low_base=True),
    PATH_LOSS["hata"](long_distance=True),
    PATH_LOSS["cost231-hata"](),
    PATH_LOSS["walfisch-ikegami"](),
    PATH_LOSS["p1411"](),
    PATH_LOSS["lora-empirical"](),
    *(PATH_LOSS["tr38901"](scenario, state) for scenario in ("uma", "umi", "rma") for state in ("los", "average")),
]


@given(distances_m, frequencies_hz)
def test_doubling_the_distance_costs_6_02_db_in_free_space(distance_m: float, frequency_hz: float) -> None:
    more = free_space_loss_db(2 * distance_m, frequency_hz) - free_space_loss_db(distance_m, frequency_hz)
    assert more == pytest.approx(20 * np.log10(2), abs=1e-9)


@given(distances_m, frequencies_hz)
def test_distance_and_frequency_are_one_thing_in_free_space(distance_m: float, frequency_hz: float) -> None:
    doubled = free_space_loss_db(distance_m, 2 * frequency_hz)
    assert doubled == pytest.approx(float(free_space_loss_db(2 * distance_m, frequency_hz)), abs=1e-9)


@given(distances_m, st.floats(1.5, 6.0), frequencies_hz)
def test_a_decade_costs_ten_exponents(distance_m: float, exponent: float, frequency_hz: float) -> None:
    model = PATH_LOSS["log-distance"](exponent=exponent)
    loss_db = model.loss_db(Paths([distance_m, 10 * distance_m], frequency_hz, 5.0, 5.0))
    assert loss_db[1] - loss_db[0] == pytest.approx(10 * exponent, abs=1e-9)


@pytest.mark.parametrize("model", RISING, ids=repr)
@given(distances_m, st.floats(1.0, 1.5), heights_m, st.floats(1.0, 3.0))
@settings(max_examples=40)
def test_farther_is_never_better(model, distance_m: float, factor: float, base_m: float, mobile_m: float) -> None:
    near, far = model.loss_db(Paths([distance_m, factor * distance_m], 868e6, base_m, mobile_m))
    assert far >= near - 1e-9


@given(distances_m, frequencies_hz, heights_m, heights_m, st.sampled_from(["horizontal", "vertical"]))
def test_two_rays_are_reciprocal_and_gain_at_most_6_db(distance_m, frequency_hz, h_t, h_r, polarization) -> None:
    distance_m = float(np.hypot(distance_m, h_t - h_r))
    there = two_ray_loss_db(distance_m, frequency_hz, h_t, h_r, polarization=polarization)
    assert there == two_ray_loss_db(distance_m, frequency_hz, h_r, h_t, polarization=polarization)
    assert there >= free_space_loss_db(distance_m, frequency_hz) - 20 * np.log10(2) - 1e-9


@given(distances_m, frequencies_hz, heights_m, heights_m)
def test_plane_earth_is_never_better_than_free_space(distance_m, frequency_hz, h_t, h_r) -> None:
    loss_db = plane_earth_loss_db(distance_m, frequency_hz, h_t, h_r)
    assert loss_db >= free_space_loss_db(distance_m, frequency_hz)


@given(st.floats(5.0, 1e5), st.floats(0.5, 6.0), st.floats(1.0, 150.0), st.floats(1.0, 30.0))
def test_3gpp_without_sight_is_never_better_than_with(distance_m, frequency_ghz, h_bs, h_ut) -> None:
    paths = Paths(distance_m, frequency_ghz * 1e9, h_bs, h_ut)
    for scenario in ("uma", "umi", "rma"):
        los, average, nlos = (PATH_LOSS["tr38901"](scenario, s).loss_db(paths) for s in ("los", "average", "nlos"))
        assert los <= average + 1e-9
        assert average <= nlos + 1e-9


@example("uma", 18.125, 18.0)
@given(st.sampled_from(["uma", "umi", "rma"]), st.floats(0.0, 2e4), st.floats(1.0, 30.0))
def test_sight_is_a_probability(scenario: str, distance_m: float, h_ut: float) -> None:
    assert 0.0 <= los_probability(scenario, distance_m, h_ut) <= 1.0


@pytest.mark.parametrize("name", FADING)
@given(st.floats(-80.0, 80.0), st.floats(0.0, 30.0))
@settings(max_examples=40, deadline=None)  # the first call loads scipy
def test_more_margin_is_never_heard_less(name: str, margin_db: float, more_db: float) -> None:
    fading = FADING[name]()
    assert fading.survival(margin_db + more_db) >= fading.survival(margin_db) - 1e-12


@pytest.mark.parametrize("name", FADING)
@given(st.floats(-60.0, 30.0), st.integers(0, 2**63))
@settings(max_examples=40, deadline=None)  # the first draw of a Rician makes its table
def test_survival_counts_the_draws_that_are_heard(name: str, margin_db: float, seed: int) -> None:
    fading = FADING[name]()
    n = 4000
    share = np.mean(fading.fading_db(Keys(seed).uniform(np.arange(n))) >= -margin_db)
    p = float(fading.survival(margin_db))
    assert abs(share - p) <= 6.0 * np.sqrt(p * (1 - p) / n) + 10.0 / n


points = st.tuples(*[st.floats(-6.4e6, 6.4e6)] * 3)


@given(points, points, st.integers(0, 2**63), st.floats(1.0, 1e4), st.floats(0.0, 0.5))
def test_shadowing_is_reciprocal_and_finite(a, b, seed: int, correlation_m: float, site_correlation: float) -> None:
    model = CorrelatedShadowing(8.0, correlation_m, site_correlation)
    there, back = model.shadowing_db([a], [b], Keys(seed)), model.shadowing_db([b], [a], Keys(seed))
    assert np.array_equal(there, back)
    assert np.isfinite(there).all()


@given(st.floats(0.1, 40.0), st.integers(0, 2**63))
def test_shadowing_scales_with_sigma(sigma_db: float, seed: int) -> None:
    a, b = [[6.371e6, 0.0, 0.0]], [[6.371e6, 500.0, 0.0]]
    unit = CorrelatedShadowing(1.0, 100.0, 0.2).shadowing_db(a, b, Keys(seed))
    scaled = CorrelatedShadowing(sigma_db, 100.0, 0.2).shadowing_db(a, b, Keys(seed))
    # single precision: a part in ten million of either of the two parts that are added
    assert scaled == pytest.approx(sigma_db * unit, rel=1e-6, abs=2e-6 * sigma_db)


@given(st.floats(-150.0, -40.0), st.floats(0.0, 12.0))
def test_a_receiver_never_reports_more_signal_than_rssi(received_dbm: float, noise_figure_db: float) -> None:
    rssi = reported_rssi_dbm(received_dbm, noise_figure_db)
    snr = reported_snr_db(received_dbm, noise_figure_db)
    assert esp_dbm_from(rssi, snr) < rssi
    assert rssi >= np.round(received_dbm)


@given(st.integers(0, 254), st.integers(7, 11), st.integers(1, 4))
def test_airtime_grows_with_bytes_spreading_and_coding(n_bytes: int, factor: int, coding_rate: int) -> None:
    assert airtime_s(n_bytes + 1, factor, coding_rate=coding_rate) >= airtime_s(
        n_bytes, factor, coding_rate=coding_rate
    )
    assert airtime_s(n_bytes, factor + 1, coding_rate=coding_rate) > airtime_s(n_bytes, factor, coding_rate=coding_rate)
    assert airtime_s(n_bytes, factor, coding_rate=4) >= airtime_s(n_bytes, factor, coding_rate=coding_rate)


@given(st.integers(5, 11), st.floats(0.0, 20.0))
def test_each_spreading_factor_hears_2_5_db_more(factor: int, noise_figure_db: float) -> None:
    gain = sensitivity_dbm(factor, noise_figure_db) - sensitivity_dbm(factor + 1, noise_figure_db)
    assert gain == pytest.approx(2.5, abs=1e-9)


@given(st.sampled_from(sorted(REGION_PLANS)), st.floats(-10.0, 10.0))
def test_eirp_stays_within_the_plan_and_less_than_a_decibel_below(name: str, gain_dbi: float) -> None:
    plan = REGION_PLANS[name]
    eirp = float(eirp_dbm_from(plan.conducted_power_dbm(gain_dbi), gain_dbi))
    assert plan.max_eirp_dbm - 1.0 - 1e-5 < eirp <= plan.max_eirp_dbm + 1e-5


@given(st.floats(-20, 40), st.floats(0, 200), st.floats(-10, 20), st.floats(0, 10), st.floats(0.0, 60.0))
def test_a_decibel_anywhere_is_a_decibel_of_margin(power, loss, gain, cable, extra) -> None:
    def margin(power_dbm: float, loss_db: float, cable_db: float) -> float:
        received = received_dbm_from(eirp_dbm_from(power_dbm, gain, cable_db), loss_db, gain, cable_db)
        return float(margin_db(received, sensitivity_dbm(9)))

    base = margin(power, loss, cable)
    assert margin(power + extra, loss, cable) == pytest.approx(base + extra, abs=1e-9)
    assert margin(power, loss + extra, cable) == pytest.approx(base - extra, abs=1e-9)
    assert margin(power, loss, cable + extra) == pytest.approx(base - 2 * extra, abs=1e-9)
