"""The censored fit against worlds whose parameters are known."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from radio_models.calibrate import LinkCounts, fit_log_distance
from radio_models.calibrate.likelihood import Observed, censored, truncated
from radio_models.errors import RadioError
from radio_models.lora.receiver import sensitivity_dbm

EXPONENT, SIGMA_DB, LOSS_AT_1_KM_DB, BUDGET_DBM = 3.2, 8.0, 135.0, 16.0
SENSITIVITY_DBM = float(sensitivity_dbm(9))


def world(n_links: int, seed: int, bias_db=0.0):
    rng = np.random.default_rng(seed)
    distance_m = 10.0 ** rng.uniform(2.0, 4.0, n_links)
    mean_dbm = BUDGET_DBM - LOSS_AT_1_KM_DB - 10.0 * EXPONENT * np.log10(distance_m / 1e3) + bias_db
    return distance_m, mean_dbm + rng.normal(0.0, SIGMA_DB, n_links), rng


def least_squares(distance_m, level_dbm):
    slope, _ = np.polyfit(10.0 * np.log10(distance_m), BUDGET_DBM - level_dbm, 1)
    residual_db = BUDGET_DBM - level_dbm - np.polyval(np.polyfit(np.log10(distance_m), BUDGET_DBM - level_dbm, 1),
                                                      np.log10(distance_m))  # fmt: skip
    return slope, residual_db.std(ddof=2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_exponent_and_sigma_come_back_within_three_percent_where_least_squares_fails(seed) -> None:
    distance_m, level_dbm, _ = world(12_000, seed)
    heard = level_dbm >= SENSITIVITY_DBM
    assert 0.4 < heard.mean() < 0.8
    links = LinkCounts(distance_m, heard, np.where(heard, level_dbm, np.nan), 1, BUDGET_DBM, SENSITIVITY_DBM)
    fit = fit_log_distance(links)
    assert fit.exponent.value == pytest.approx(EXPONENT, rel=0.03)
    assert fit.sigma_db.value == pytest.approx(SIGMA_DB, rel=0.03)
    assert fit.loss_at_1_km_db.value == pytest.approx(LOSS_AT_1_KM_DB, abs=1.0)
    slope, sigma_db = least_squares(distance_m[heard], level_dbm[heard])
    assert slope < 0.85 * EXPONENT
    assert sigma_db < 0.97 * SIGMA_DB  # outside the 3 % that the censored fit stays within


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    inside = {"exponent": 0, "sigma": 0}
    for seed in range(60):
        distance_m, level_dbm, _ = world(400, 100 + seed)
        heard = level_dbm >= SENSITIVITY_DBM
        fit = fit_log_distance(LinkCounts(distance_m, heard, level_dbm, 1, BUDGET_DBM, SENSITIVITY_DBM))
        inside["exponent"] += fit.exponent.interval[0] < EXPONENT < fit.exponent.interval[1]
        inside["sigma"] += fit.sigma_db.interval[0] < SIGMA_DB < fit.sigma_db.interval[1]
    # 60 worlds at 95 %: fewer than 51 would happen once in 2,000 times
    assert inside["exponent"] >= 51
    assert inside["sigma"] >= 51


def test_counts_of_several_packets_and_biases_of_both_ends() -> None:
    rng = np.random.default_rng(5)
    n_ends, packet_db = 40, 3.5
    louder_db, better_db = rng.normal(0.0, 4.0, n_ends), rng.normal(0.0, 5.0, n_ends)
    louder_db, better_db = louder_db - louder_db.mean(), better_db - better_db.mean()
    tx, rx = (side.ravel() for side in np.meshgrid(np.arange(n_ends), np.arange(n_ends)))
    distance_m, local_dbm, rng = world(tx.size, 6, louder_db[tx] + better_db[rx])
    packets_dbm = local_dbm[:, None] + rng.normal(0.0, packet_db, (tx.size, 20))
    heard = (packets_dbm >= SENSITIVITY_DBM) & (rng.random(packets_dbm.shape) > 0.03)
    n_heard = heard.sum(axis=1)
    level_dbm = np.where(heard, packets_dbm, 0.0).sum(axis=1) / np.maximum(n_heard, 1)
    fit = fit_log_distance(
        LinkCounts(distance_m, n_heard, level_dbm, 20, BUDGET_DBM, SENSITIVITY_DBM, tx, rx),
        packet_sigma_db=packet_db,
        other_loss_share=0.03,
    )
    assert fit.exponent.value == pytest.approx(EXPONENT, abs=3.0 * fit.exponent.standard_error)
    assert fit.sigma_db.value == pytest.approx(SIGMA_DB, rel=0.05)
    for bias_db, found in ((louder_db, fit.transmitter_bias_db), (better_db, fit.receiver_bias_db)):
        value = np.array([found[end].value for end in range(n_ends)])
        error = np.array([found[end].standard_error for end in range(n_ends)])
        assert np.corrcoef(value, bias_db)[0, 1] > 0.9
        assert np.mean(np.abs((value - value.mean()) - bias_db) < 2.0 * error) > 0.85


def test_where_losses_were_not_counted_the_truncated_fit_still_finds_both() -> None:
    distance_m, level_dbm, _ = world(40_000, 9)
    heard = level_dbm >= SENSITIVITY_DBM
    fit = fit_log_distance(LinkCounts(distance_m[heard], 1, level_dbm[heard], None, BUDGET_DBM, SENSITIVITY_DBM))
    assert fit.exponent.value == pytest.approx(EXPONENT, rel=0.03)
    assert fit.sigma_db.value == pytest.approx(SIGMA_DB, rel=0.03)


def seen(packet_db: float = 2.0, other: float = 0.01) -> Observed:
    n_heard = np.array([0.0, 0.0, 3.0, 10.0, 1.0])
    level_dbm = np.array([0.0, 0.0, -121.0, -100.0, -128.0])
    return Observed(n_heard, level_dbm, np.array([1.0, 50.0, 7.0, 0.0, 19.0]), np.full(5, -125.0), packet_db, other)


def test_the_integral_is_the_one_that_an_adaptive_rule_finds() -> None:
    mean_dbm, sigma_db, data = np.array([-120.0, -95.0, -130.0, -110.0, -118.0]), 8.0, seen()
    found = censored(mean_dbm, sigma_db, data).log_likelihood

    for k in range(5):

        def density(local_dbm, k=k):
            lost = 0.01 + 0.99 * norm.cdf((-125.0 - local_dbm) / 2.0)
            value = norm.pdf(local_dbm, mean_dbm[k], sigma_db) * lost ** data.n_lost[k]
            if data.n_heard[k]:
                value *= norm.pdf(data.level_dbm[k], local_dbm, 2.0 / np.sqrt(data.n_heard[k]))
            return value

        wanted = sum(quad(density, a, a + 5.0, epsabs=0.0, epsrel=1e-9)[0] for a in np.arange(-200.0, -30.0, 5.0))
        assert found[k] == pytest.approx(np.log(wanted), abs=2e-5)


@pytest.mark.parametrize("packet_db", [0.0, 2.0])
def test_without_other_losses_and_packet_spread_it_is_tobit(packet_db) -> None:
    data = Observed(
        np.array([0.0, 1.0]), np.array([0.0, -100.0]), np.array([1.0, 0.0]), np.full(2, -125.0), packet_db, 0.0
    )
    total_db = np.hypot(8.0, packet_db)
    found = censored(np.array([-120.0, -110.0]), 8.0, data).log_likelihood
    assert found[0] == pytest.approx(norm.logcdf(-125.0, -120.0, total_db), abs=1e-6)
    assert found[1] == pytest.approx(norm.logpdf(-100.0, -110.0, total_db), abs=1e-9)


@pytest.mark.parametrize("score", [censored, truncated])
def test_derivatives_are_those_of_the_likelihood(score) -> None:
    mean_dbm, data, step = np.array([-120.0, -118.0, -130.0, -110.0, -118.0]), seen(), 1e-4
    at = score(mean_dbm, 8.0, data)
    up, down = score(mean_dbm + step, 8.0, data), score(mean_dbm - step, 8.0, data)
    wide, narrow = score(mean_dbm, 8.0 * np.exp(step), data), score(mean_dbm, 8.0 * np.exp(-step), data)
    near = {"rel": 1e-4, "abs": 2e-4}
    assert (up.log_likelihood - down.log_likelihood) / (2 * step) == pytest.approx(at.by_mean, **near)
    assert (wide.log_likelihood - narrow.log_likelihood) / (2 * step) == pytest.approx(at.by_log_sigma, **near)
    assert (up.by_mean - down.by_mean) / (2 * step) == pytest.approx(at.by_mean_twice, **near)
    assert (wide.by_mean - narrow.by_mean) / (2 * step) == pytest.approx(at.by_mean_and_log_sigma, **near)
    assert (wide.by_log_sigma - narrow.by_log_sigma) / (2 * step) == pytest.approx(at.by_log_sigma_twice, **near)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"distance_m": [0.0, 5.0, 9.0]}, "distance_m holds 0"),
        ({"level_dbm": [np.nan, -90.0, -95.0]}, "level_dbm holds nan"),
        ({"n_sent": [1, 0, 1]}, "more packets than were sent"),
        ({"distance_m": [5.0, 5.0, 5.0]}, "different distances"),
        ({"n_heard": [0, 1, 0]}, "1 links were heard"),
        ({"receiver": np.arange(2)}, "receiver has shape"),
        ({"n_heard": [1, 1]}, "differ in length"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(change, word) -> None:
    columns = {
        "distance_m": [100.0, 500.0, 900.0], "n_heard": [1, 1, 1], "level_dbm": [-80.0, -90.0, -95.0], "n_sent": 1,
        "budget_dbm": 16.0, "sensitivity_dbm": -125.0,
    }  # fmt: skip
    with pytest.raises(RadioError, match=word):
        fit_log_distance(LinkCounts(**{**columns, **change}))
