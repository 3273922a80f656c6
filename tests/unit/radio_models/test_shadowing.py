"""The shadowing field: reciprocal, frozen, exactly normal everywhere, correlated as it says."""

import numpy as np
import pytest
from scipy.stats import kstest

from poc.keys import Keys
from radio_models.errors import RadioError
from radio_models.shadowing import SHADOWING, CorrelatedShadowing, IndependentShadowing
from radio_models.shadowing_compiled import link_cdb

EARTH_M = 6_371_000.0
KEYS = Keys(11).of("shadowing")
MODEL = CorrelatedShadowing(sigma_db=8.0, correlation_m=100.0)
SITES = CorrelatedShadowing(sigma_db=8.0, correlation_m=100.0, site_correlation=0.25)
PURE_SITES = CorrelatedShadowing(sigma_db=8.0, correlation_m=100.0, site_correlation=0.5)
ALL = [MODEL, SITES, PURE_SITES]


def places(n: int, seed: int = 0, spread_m: float = 2e5) -> np.ndarray:
    """Random ground points [m], (n, 3), on a cap of the Earth around a random point."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=3) * 0.2 + [0.6, 0.3, 0.7] + rng.uniform(-1, 1, (n, 3)) * spread_m / EARTH_M
    return EARTH_M * points / np.linalg.norm(points, axis=1)[:, None]


def moved(points: np.ndarray, distance_m: float, seed: int = 5) -> np.ndarray:
    """The points moved along the ground in random directions."""
    step = np.random.default_rng(seed).normal(size=points.shape)
    up = points / np.linalg.norm(points, axis=1)[:, None]
    step -= (step * up).sum(axis=1)[:, None] * up
    return points + distance_m * step / np.linalg.norm(step, axis=1)[:, None]


@pytest.mark.parametrize("model", ALL)
def test_both_directions_are_bit_identical(model: CorrelatedShadowing) -> None:
    a, b = places(500, 1), places(500, 2)
    assert np.array_equal(model.shadowing_db(a, b, KEYS), model.shadowing_db(b, a, KEYS))


@pytest.mark.parametrize("model", ALL)
def test_row_order_and_batch_size_change_nothing(model: CorrelatedShadowing) -> None:
    a, b = places(300, 1), places(300, 2)
    whole = model.shadowing_db(a, b, KEYS)
    order = np.random.default_rng(3).permutation(300)
    assert np.array_equal(model.shadowing_db(a[order], b[order], KEYS), whole[order])
    one_by_one = [model.shadowing_db(a[i : i + 1], b[i : i + 1], KEYS)[0] for i in range(20)]
    assert np.array_equal(one_by_one, whole[:20])
    assert model.shadowing_db(a[0], b[0], KEYS) == whole[0]


def test_co_located_radios_share_the_field() -> None:
    a, b = places(50, 1), places(50, 2)
    assert np.array_equal(SITES.shadowing_db(a, b, KEYS), SITES.shadowing_db(a.copy(), b + 0.0, KEYS))
    near = SITES.shadowing_db(moved(a, 0.01), b, KEYS)
    assert np.mean(near == SITES.shadowing_db(a, b, KEYS)) > 0.9


def test_one_place_on_earth_has_one_value_for_all_who_ask_and_other_seeds_another() -> None:
    a, b = places(50, 1), places(50, 2)
    assert np.array_equal(MODEL.shadowing_db(a, b, Keys(11).of("shadowing")), MODEL.shadowing_db(a, b, KEYS))
    assert not np.any(MODEL.shadowing_db(a, b, Keys(12).of("shadowing")) == MODEL.shadowing_db(a, b, KEYS))


@pytest.mark.parametrize("separation_m", [0.0, 1.0, 60.0, 300.0, 5e4])
@pytest.mark.parametrize("model", ALL)
def test_normal_with_exact_variance_at_any_separation(model: CorrelatedShadowing, separation_m: float) -> None:
    # places tens of kilometres apart in different cubes: independent draws
    a = places(20_000, 7, spread_m=3e6)
    values = model.shadowing_db(a, moved(a, separation_m), KEYS) / model.sigma_db
    assert kstest(values, "norm").pvalue > 1e-3
    assert values.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / 20_000))


@pytest.mark.parametrize("model", ALL)
def test_variance_at_fixed_places_over_seeds(model: CorrelatedShadowing) -> None:
    # wherever the two places lie in the cubes of the seeds, the value is standard normal
    a, b = places(1, 1), places(1, 1) + 40.0
    values = np.array([model.shadowing_db(a, b, Keys(seed))[0] for seed in range(700)]) / model.sigma_db
    assert kstest(values, "norm").pvalue > 1e-3
    assert values.var() == pytest.approx(1.0, abs=4 * np.sqrt(2 / 700))


def test_tails_reach_beyond_four_sigma_as_often_as_they_should() -> None:
    a = places(300_000, 8, spread_m=3e6)
    beyond = np.count_nonzero(np.abs(MODEL.shadowing_db(a, moved(a, 2e3), KEYS)) > 4 * MODEL.sigma_db)
    assert 5 <= beyond <= 38  # expected 19.0; Poisson, 4 sigma below and above


def correlation(model: CorrelatedShadowing, distance_m: float, both: bool = False) -> float:
    """Correlation over 40,000 links and four seeds, between each link and the link with one or both ends moved."""
    a, b = places(10_000, 9, spread_m=3e6), places(10_000, 10, spread_m=3e6)
    products = []
    for seed in range(4):
        keys = Keys(seed)
        there = model.shadowing_db(moved(a, distance_m), moved(b, distance_m, 6) if both else b, keys)
        products.append(np.mean(there * model.shadowing_db(a, b, keys)))
    return float(np.mean(products)) / model.sigma_db**2


NOISE = 4 / np.sqrt(40_000)  # four standard errors


@pytest.mark.parametrize("distance_m", [10.0, 50.0, 100.0, 200.0, 350.0])
def test_correlation_falls_exponentially_when_one_end_moves(distance_m: float) -> None:
    assert correlation(MODEL, distance_m) == pytest.approx(np.exp(-distance_m / 100.0), abs=0.012 + NOISE)


def test_far_away_links_are_independent() -> None:
    assert correlation(MODEL, 700.0) == pytest.approx(0.0, abs=NOISE)
    assert correlation(SITES, 700.0, both=True) == pytest.approx(0.0, abs=NOISE)


def test_moving_both_ends_tells_more_than_moving_one() -> None:
    assert correlation(MODEL, 50.0, both=True) < correlation(MODEL, 50.0) - 0.1


def test_links_that_share_one_end_correlate_by_the_site_share() -> None:
    assert correlation(SITES, 2_000.0) == pytest.approx(0.25, abs=NOISE)
    assert correlation(PURE_SITES, 2_000.0) == pytest.approx(0.5, abs=NOISE)
    # s + (1 − s) exp(−δ/d) in between
    assert correlation(SITES, 100.0) == pytest.approx(0.25 + 0.75 * np.exp(-1.0), abs=0.012 + NOISE)


def test_independent_shadowing_is_normal_and_forgets_at_once() -> None:
    model = IndependentShadowing(sigma_db=6.0)
    a, b = places(20_000, 7), places(20_000, 8)
    values = model.shadowing_db(a, b, KEYS) / 6.0
    assert np.array_equal(values, model.shadowing_db(b, a, KEYS) / 6.0)
    assert kstest(values, "norm").pvalue > 1e-3
    for other in (model.shadowing_db(moved(a, 0.1), b, KEYS), model.shadowing_db(a, b, Keys(12).of("shadowing"))):
        assert np.mean(values * other / 6.0) == pytest.approx(0.0, abs=4 / np.sqrt(20_000))


@pytest.mark.parametrize("point", [[EARTH_M, 0, 0], [-EARTH_M, 0, 0], [0, 0, EARTH_M], [0, 0, -EARTH_M]])
def test_antimeridian_and_poles_are_places_like_any_other(point: list[float]) -> None:
    # 60 m apart on either side of longitude 180° or of a pole
    a = np.array([point]) + np.array([[0.0, 30.0, 0.0]])
    b = np.array([point]) - np.array([[0.0, 30.0, 0.0]])
    far = places(1, 4)
    same = [MODEL.shadowing_db(a, far, Keys(s))[0] * MODEL.shadowing_db(b, far, Keys(s))[0] for s in range(300)]
    assert np.mean(same) / 64.0 == pytest.approx(np.exp(-0.6), abs=0.012 + 4 * 1.2 / np.sqrt(300))


def test_none_is_zero_in_the_shape_of_the_links() -> None:
    none = SHADOWING["none"]()
    assert none.sigma_db == 0.0
    assert none.shadowing_db(np.zeros((4, 3)), np.zeros((4, 3)), KEYS).tolist() == [0.0] * 4


def test_zero_sigma_is_zero() -> None:
    assert not SHADOWING["correlated"](sigma_db=0.0).shadowing_db(places(3), places(3, 1), KEYS).any()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"sigma_db": -1.0}, "sigma_db is -1"),
        ({"sigma_db": float("nan")}, "sigma_db is nan"),
        ({"correlation_m": 0.0}, "correlation_m is 0"),
        ({"site_correlation": 0.6}, "site_correlation is 0.6"),
    ],
)
def test_wrong_settings_say_what_was_expected(settings: dict, word: str) -> None:
    with pytest.raises(RadioError, match=word):
        CorrelatedShadowing(**settings)


@pytest.mark.parametrize("model", [SITES, IndependentShadowing(6.0)])
def test_the_compiled_loop_gives_the_bits_of_the_plain_form(model) -> None:
    field = model.field(places(400, 1, spread_m=2e3), KEYS)
    rng = np.random.default_rng(1)
    tx, rx = rng.integers(0, 400, (2, 50_000))
    assert np.array_equal(link_cdb(field, tx, rx).astype(np.float64) / 100.0, field.link_db_in_numpy(tx, rx))
