from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from radio_models import p526
from radio_models.errors import RadioError

SIGHT = {"effective_earth_radius_km": 8500.0, "frequency_ghz": 0.868}


def test_the_approximate_knife_edge_is_within_0_13_db_of_the_exact_one() -> None:
    nu = np.linspace(-0.56, 6.0, 500)
    assert np.max(np.abs(p526.knife_edge_loss_db(nu) - p526.knife_edge_exact_loss_db(nu))) < 0.13


@pytest.mark.parametrize("nu", [-0.5, 0.0, 0.8, 2.4])
def test_the_exact_knife_edge_is_the_fresnel_integral(nu: float) -> None:
    """The field behind the edge is (1+j)/2 ∫ exp(−jπt²/2) dt from ν to ∞; both its parts are integrated up to ν."""
    real = 0.5 - quad(lambda t: np.cos(np.pi * t * t / 2.0), 0.0, nu)[0]
    imaginary = 0.5 - quad(lambda t: np.sin(np.pi * t * t / 2.0), 0.0, nu)[0]
    expected = -20.0 * np.log10(np.hypot(real, imaginary) / np.sqrt(2.0))
    assert float(p526.knife_edge_exact_loss_db(nu)) == pytest.approx(expected, abs=1e-9)


def test_a_single_edge_seen_by_bullington_is_that_edge() -> None:
    """With the Earth made flat, one sharp hill in the middle and nothing else."""
    d, h = np.array([0.0, 5.0, 10.0]), np.array([0.0, 60.0, 0.0])
    flat = {"effective_earth_radius_km": 1e12, "frequency_ghz": 0.868}
    edge = float(p526.knife_edge_loss_db(p526.knife_edge_parameter(40.0, 5.0, 5.0, frequency_ghz=0.868)))
    expected = edge + (1.0 - np.exp(-edge / 6.0)) * 10.2
    got = p526.bullington_loss_db(d, h, tx_height_m=20.0, rx_height_m=20.0, **flat)
    assert float(got) == pytest.approx(expected, abs=1e-6)


def test_a_clear_path_has_no_diffraction_loss() -> None:
    d = np.linspace(0.0, 5.0, 11)
    ends = {"tx_height_m": 300.0, "rx_height_m": 300.0}
    assert p526.bullington_loss_db(d, np.zeros(11), **ends, **SIGHT) == 0.0
    assert p526.spherical_earth_loss_db(5.0, **ends, **SIGHT, polarization=1) == 0.0


def test_the_spherical_earth_is_continuous_where_sight_ends() -> None:
    ends = {"tx_height_m": 30.0, "rx_height_m": 10.0}
    horizon = np.sqrt(2.0 * 8500.0) * (np.sqrt(0.03) + np.sqrt(0.01))
    near, far = p526.spherical_earth_loss_db([horizon - 1e-6, horizon + 1e-6], **ends, **SIGHT, polarization=0)
    assert far - near == pytest.approx(0.0, abs=1e-3)


def test_profiles_batch_like_they_go_alone() -> None:
    random = np.random.default_rng(4)
    d, h = np.linspace(0.0, 20.0, 30), random.normal(0.0, 30.0, (6, 30))
    tx = h[:, 0] + 20.0
    together = p526.bullington_loss_db(d, h, tx_height_m=tx, rx_height_m=50.0, **SIGHT)
    alone = [float(p526.bullington_loss_db(d, h[i], tx_height_m=tx[i], rx_height_m=50.0, **SIGHT)) for i in range(6)]
    assert together.tolist() == alone


@pytest.mark.parametrize(
    ("d", "h", "words"),
    [
        ([0.0, 1.0], [0.0, 0.0], "at least 3"),
        ([0.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0], "equal points"),
        ([0.0, 1.0, 2.0], [0.0, np.nan, 0.0], "height is nan"),
        ([0.0, 2.0, 1.0], [0.0, 0.0, 0.0], "does not increase"),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], "does not increase"),
    ],
)
def test_bad_profiles_are_refused(d: list[float], h: list[float], words: str) -> None:
    with pytest.raises(RadioError, match=words):
        p526.bullington_loss_db(d, h, tx_height_m=10.0, rx_height_m=10.0, **SIGHT)


def test_an_antenna_under_the_smooth_earth_is_refused() -> None:
    with pytest.raises(RadioError, match="tx_height_m is -2; expected more than 0 m above the smooth Earth"):
        p526.spherical_earth_loss_db(5.0, tx_height_m=-2.0, rx_height_m=3.0, **SIGHT, polarization=1)


EDGE = {"clearance_m": 10.0, "from_tx_km": 5.0, "from_rx_km": 5.0, "frequency_ghz": 0.868}
WAY = {"distance_km": np.linspace(0.0, 8.0, 9), "height_m": np.zeros(9), "tx_height_m": 20.0, "rx_height_m": 10.0}
SMOOTH = {"distance_km": 30.0, "tx_height_m": 20.0, "rx_height_m": 10.0, "polarization": 1}
GROUND = {"relative_permittivity": 22.0, "conductivity_s_per_m": 0.003}
FUNCTIONS = [
    (p526.knife_edge_parameter, EDGE),
    (p526.knife_edge_loss_db, {"parameter": 1.0}),
    (p526.knife_edge_exact_loss_db, {"parameter": 1.0}),
    (p526.bullington_loss_db, WAY | SIGHT),
    (p526.spherical_earth_loss_db, SMOOTH | SIGHT | {"sea_fraction": 0.5}),
    (p526.first_term_loss_db, SMOOTH | SIGHT | GROUND),
    (
        p526.delta_bullington_loss_db,
        WAY | SIGHT | {"tx_smooth_height_m": 0.0, "rx_smooth_height_m": 0.0, "polarization": 1, "sea_fraction": 0.0},
    ),
]
VALUES = [(function, given, name) for function, given in FUNCTIONS for name in given if np.ndim(given[name]) == 0]


@pytest.mark.parametrize(("function", "given", "name"), VALUES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_lone_bad_value_is_named_and_one_of_a_batch_is_flagged(function, given, name, bad) -> None:
    # smooth heights are subtracted from those of the antennas before they are judged again
    with pytest.raises(RadioError, match=f"{name} is {bad:g}; expected "):
        function(**given | {name: bad})
    alone = float(function(**given))
    together = function(**given | {name: [given[name], bad, given[name]]})
    assert together[1] == np.inf
    # vector and scalar logarithms of numpy may differ in the last bit
    np.testing.assert_allclose(together[::2], alone, rtol=1e-14)


@pytest.mark.parametrize(("function", "given"), FUNCTIONS[3:])
def test_columns_that_do_not_fit_are_named(function, given) -> None:
    with pytest.raises(RadioError, match=r"do not broadcast.*tx_height_m \(2,\).*rx_height_m \(3,\)"):
        function(**given | {"tx_height_m": [20.0] * 2, "rx_height_m": [10.0] * 3})


@pytest.mark.parametrize("name", ["effective_earth_radius_km", "frequency_ghz", "distance_km"])
def test_what_must_be_above_zero(name: str) -> None:
    with pytest.raises(RadioError, match=f"{name} is 0; expected more than 0"):
        p526.spherical_earth_loss_db(**SMOOTH | SIGHT | {name: 0.0})


def test_a_bad_profile_of_a_batch_costs_its_own_link_alone() -> None:
    h = np.zeros((4, 9))
    h[:, 4] = 40.0
    d = np.tile(WAY["distance_km"], (4, 1))
    alone = float(p526.bullington_loss_db(d[0], h[0], tx_height_m=20.0, rx_height_m=10.0, **SIGHT))
    h[1, 3], d[2, 5] = np.nan, 0.0
    together = p526.bullington_loss_db(d, h, tx_height_m=20.0, rx_height_m=10.0, **SIGHT)
    assert together.tolist() == [alone, np.inf, np.inf, alone]
    low, _ = p526.smooth_surface_heights_m(d, h, tx_height_m=20.0, rx_height_m=10.0)
    assert np.isfinite(low).tolist() == [True, False, False, True]
