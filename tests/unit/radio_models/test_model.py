"""Every path-loss model that needs no terrain: one contract, tried the same way."""

import dataclasses

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.lora_empirical import LORA_FITS, LoraEmpirical
from radio_models.model import PATH_LOSS
from radio_models.p1411 import P1411, SITE_GENERAL
from radio_models.paths import Paths
from radio_models.tr38901 import Tr38901

FLAT = [
    "free-space",
    "log-distance",
    "lora-empirical",
    "two-ray",
    "plane-earth",
    "hata",
    "cost231-hata",
    "ehata",
    "walfisch-ikegami",
    "p1411",
    "tr38901",
]
MODELS = [
    *(pytest.param(PATH_LOSS[name](), id=name) for name in FLAT),
    *(pytest.param(P1411(environment), id=environment) for environment in SITE_GENERAL),
    *(pytest.param(LoraEmpirical(fit), id=fit) for fit in LORA_FITS),
    *(
        pytest.param(Tr38901(scenario, state), id=f"{scenario}-{state}")
        for scenario in ("uma", "umi", "rma")
        for state in ("los", "nlos", "average")
    ),
    pytest.param(PATH_LOSS["hata"](environment="open", city="large", long_distance=True), id="hata-open-large-long"),
    pytest.param(PATH_LOSS["walfisch-ikegami"](line_of_sight=True), id="walfisch-ikegami-los"),
    pytest.param(PATH_LOSS["two-ray"](polarization="horizontal"), id="two-ray-horizontal"),
]


@pytest.mark.parametrize("model", MODELS)
def test_scalars_arrays_and_grids_agree(model) -> None:
    distance_m = np.array([0.0, 1.0, 35.0, 800.0, 12e3, 400e3])
    heights_m = np.array([[0.0], [1.5], [9.0], [60.0]])
    grid = model.loss_db(Paths(distance_m, 868e6, heights_m, 2.0))
    assert grid.shape == (4, 6)
    assert grid.dtype == np.float64
    assert np.isfinite(grid).all()
    assert grid.flags.writeable  # an array of the caller's own
    for row, column in ((0, 0), (1, 3), (3, 5)):
        one = model.loss_db(Paths(float(distance_m[column]), 868e6, float(heights_m[row, 0]), 2.0))
        assert one.shape == ()
        # vector and scalar logarithms of numpy may differ in the last bit
        assert float(one) == pytest.approx(grid[row, column], rel=1e-14)


@pytest.mark.parametrize("model", MODELS)
def test_either_end_may_transmit(model) -> None:
    distance_m = np.geomspace(1.0, 50e3, 40)
    there = model.loss_db(Paths(distance_m, 900e6, 25.0, 2.0))
    back = model.loss_db(Paths(distance_m, 900e6, 2.0, 25.0))
    assert np.array_equal(there, back)


@pytest.mark.parametrize("model", MODELS)
def test_the_shape_follows_the_paths_even_where_a_model_ignores_a_field(model) -> None:
    assert model.loss_db(Paths(500.0, 868e6, np.full(3, 10.0), 2.0)).shape == (3,)
    assert model.loss_db(Paths(np.zeros(0), 868e6, 10.0, 2.0)).shape == (0,)


@pytest.mark.parametrize("model", MODELS)
def test_models_are_frozen_values_with_a_sourced_domain(model) -> None:
    assert dataclasses.is_dataclass(model)
    assert type(model).__dataclass_params__.frozen
    assert model.domain.model
    assert model.domain.source


@pytest.mark.parametrize(
    ("name", "settings", "word"),
    [
        ("log-distance", {"exponent": 0.0}, "exponent is 0"),
        ("log-distance", {"reference_distance_m": float("nan")}, "reference_distance_m is nan"),
        ("log-distance", {"reference_loss_db": float("inf")}, "reference_loss_db is inf"),
        ("lora-empirical", {"fit": "mars"}, "fit is 'mars'"),
        ("hata", {"environment": "jungle"}, "environment is 'jungle'"),
        ("hata", {"city": "huge"}, "city is 'huge'"),
        ("walfisch-ikegami", {"street_width_m": 0.0}, "street_width_m is 0"),
        ("walfisch-ikegami", {"street_angle_deg": 91.0}, "street_angle_deg is 91"),
        ("two-ray", {"polarization": "circular"}, "polarization is 'circular'"),
        ("two-ray", {"relative_permittivity": 0.5}, "relative_permittivity 0.5"),
        ("p1411", {"environment": "moon"}, "environment is 'moon'"),
        ("tr38901", {"scenario": "inh"}, "scenario is 'inh'"),
        ("tr38901", {"state": "maybe"}, "state is 'maybe'"),
        ("tr38901", {"building_height_m": 4.0}, "building_height_m is 4"),
    ],
)
def test_wrong_settings_say_what_was_expected(name: str, settings: dict, word: str) -> None:
    with pytest.raises(RadioError, match=word):
        PATH_LOSS[name](**settings)
