"""Fading: monotone inverse distribution functions that agree with their own survival functions and with theory."""

import numpy as np
import pytest
from scipy.stats import kstest, ncx2

from poc.keys import Keys
from radio_models.errors import RadioError
from radio_models.fading import FADING

MODELS = [
    pytest.param(FADING["rayleigh"](), id="rayleigh"),
    *(pytest.param(FADING["rician"](k_db), id=f"rician {k_db}") for k_db in (-10.0, 0.0, 5.0, 12.0, 25.0)),
]
UNIFORM = np.concatenate([2.0 ** -np.arange(2, 55), np.linspace(0.001, 0.999, 999), 1.0 - 2.0 ** -np.arange(2, 53)])


@pytest.mark.parametrize("model", MODELS)
def test_rises_with_the_draw_and_stays_finite(model) -> None:
    fading_db = model.fading_db(np.sort(UNIFORM))
    assert np.isfinite(fading_db).all()
    assert (np.diff(fading_db) >= 0.0).all()


@pytest.mark.parametrize("model", MODELS)
def test_survival_inverts_the_draw(model) -> None:
    middle = np.linspace(1e-4, 1.0 - 1e-4, 5001)
    assert model.survival(-model.fading_db(middle)) == pytest.approx(1.0 - middle, abs=2e-7)


@pytest.mark.parametrize("model", MODELS)
def test_mean_power_is_one(model) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    assert np.mean(10.0 ** (0.1 * model.fading_db(u))) == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("model", MODELS)
def test_survival_is_a_probability_for_any_margin(model) -> None:
    margin_db = np.array([-1e4, -400.0, -30.0, 0.0, 30.0, 400.0, 1e4])
    survival = model.survival(margin_db)
    assert ((survival >= 0.0) & (survival <= 1.0)).all()
    assert (np.diff(survival) >= 0.0).all()
    assert survival[0] == 0.0
    assert survival[-1] == 1.0
    assert float(model.survival(3.0)) == model.survival(np.array([3.0]))[0]


def test_rayleigh_draws_are_exponential_in_power() -> None:
    power = 10.0 ** (0.1 * FADING["rayleigh"]().fading_db(Keys(1).uniform(np.arange(20_000))))
    assert kstest(power, "expon").pvalue > 1e-3


@pytest.mark.parametrize("k_db", [-5.0, 5.0, 15.0])
def test_rician_draws_are_noncentral_chi_square_in_power(k_db: float) -> None:
    k = 10.0 ** (0.1 * k_db)
    fading_db = FADING["rician"](k_db).fading_db(UNIFORM[UNIFORM < 1 - 1e-9])
    exact_db = 10.0 * np.log10(ncx2.ppf(UNIFORM[UNIFORM < 1 - 1e-9], 2, 2 * k) / (2 * (1 + k)))
    assert fading_db == pytest.approx(exact_db, abs=1e-3)


def test_rician_tends_to_rayleigh_without_a_direct_ray() -> None:
    u = np.linspace(0.01, 0.99, 99)
    assert FADING["rician"](-30.0).fading_db(u) == pytest.approx(FADING["rayleigh"]().fading_db(u), abs=0.01)


def test_none_is_all_or_nothing() -> None:
    none = FADING["none"]()
    assert none.fading_db([0.1, 0.9]).tolist() == [0.0, 0.0]
    assert none.survival([-1e-9, 0.0, 1.0]).tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("k_db", [-31.0, 31.0, float("nan")])
def test_wrong_k_says_what_was_expected(k_db: float) -> None:
    with pytest.raises(RadioError, match="expected -30 to 30 dB"):
        FADING["rician"](k_db)
