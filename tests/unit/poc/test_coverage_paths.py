"""Links over terrain: profiles from the city, and what a link without one costs."""

import numpy as np
import pytest

from maps.city import load_city
from maps.geodesy import great_circle_m
from poc.paths import PROFILE_POINTS, Places, median_loss, paths_between
from radio_models.errors import RadioError
from radio_models.itm import point_to_point
from radio_models.itm.model import Itm
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.p1812.model import P1812


@pytest.fixture(scope="module")
def ridges():
    return load_city("tennessee-ridges")


def links(n: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    ends = [
        Places(rng.uniform(36.46, 36.72, n), rng.uniform(-84.40, -84.09, n), rng.uniform(2.0, 30.0, n)) for _ in "ab"
    ]
    places = [side for end in ends for side in (end.latitude_deg, end.longitude_deg)]
    return (*ends, np.asarray(great_circle_m(*places)))


def test_terrain_models_are_members_and_known_to_need_terrain() -> None:
    assert PATH_LOSS["itm"] is Itm
    assert PATH_LOSS["p1812"] is P1812
    assert {member for member in PATH_LOSS.values() if member in NEEDS_TERRAIN} == {Itm, P1812}


@pytest.mark.parametrize("model", [Itm(), P1812()])
def test_a_link_costs_the_same_in_whatever_company(ridges, model) -> None:
    senders, witnesses, distance_m = links(60)
    together, _ = median_loss(model, ridges, senders, witnesses, distance_m, 915e6)
    assert np.isfinite(together).all()
    order = np.random.default_rng(2).permutation(60)
    shuffled, _ = median_loss(model, ridges, senders.take(order), witnesses.take(order), distance_m[order], 915e6)
    assert np.array_equal(shuffled, together[order])
    alone, _ = median_loss(model, ridges, senders.take([7]), witnesses.take([7]), distance_m[[7]], 915e6)
    assert alone[0] == together[7]


def test_itm_over_the_city_is_itm_over_the_profile(ridges) -> None:
    senders, witnesses, distance_m = links(5)
    loss_db, _ = median_loss(Itm(), ridges, senders, witnesses, distance_m, 915e6)
    model = Itm()
    for k in range(5):
        step_m = np.radians((ridges.terrain.north_deg - ridges.terrain.south_deg) / 343) * 6371007.180918475
        n = next(n for n in PROFILE_POINTS if n - 1 >= distance_m[k] / step_m)
        a, b = senders.take([k]), witnesses.take([k])
        profile_m = ridges.terrain.profiles(a.latitude_deg, a.longitude_deg, b.latitude_deg, b.longitude_deg, n)[0]
        wanted = point_to_point(
            profile_m, distance_m[k] / (n - 1), frequency_mhz=915.0,
            tx_height_m=a.height_m[0], rx_height_m=b.height_m[0],
            climate=model.climate, surface_refractivity=model.surface_refractivity, polarization=model.polarization,
            relative_permittivity=model.relative_permittivity, conductivity_s_per_m=model.conductivity_s_per_m,
            mdvar=model.mdvar, time_pct=50.0, location_pct=50.0, situation_pct=50.0,
        )  # fmt: skip
        assert loss_db[k] == pytest.approx(float(wanted.loss_db), abs=1e-9)


@pytest.mark.parametrize("model", [Itm(), P1812()])
def test_a_link_beside_the_map_is_infinite_and_nobody_hears_it(ridges, model) -> None:
    senders, witnesses, distance_m = links(4)
    witnesses.latitude_deg[1], senders.longitude_deg[2] = 40.0, -80.0
    loss_db, outside = median_loss(model, ridges, senders, witnesses, distance_m, 915e6)
    assert np.isposinf(loss_db[[1, 2]]).all()
    assert np.isfinite(loss_db[[0, 3]]).all()
    assert not np.isnan(loss_db).any()
    assert outside.shape == (4,)
    # what the static stage asks of a link (poc/world/witnessing/links.py): −inf is never at least 0
    assert np.flatnonzero(30.0 + 137.0 - loss_db >= 0.0).tolist() == np.flatnonzero(loss_db <= 167.0).tolist()


@pytest.mark.parametrize("city", [None, load_city("liechtenstein")])
def test_without_terrain_the_sentence_says_what_to_do(city) -> None:
    senders, witnesses, distance_m = links(2)
    with pytest.raises(RadioError, match=r"needs terrain .* tennessee-ridges"):
        median_loss(Itm(), city, senders, witnesses, distance_m, 915e6)


def test_flat_models_need_no_city(ridges) -> None:
    senders, witnesses, distance_m = links(6)
    model = PATH_LOSS["two-ray"]()
    loss_db, _ = median_loss(model, None, senders, witnesses, distance_m, 915e6)
    assert np.array_equal(loss_db, model.loss_db(paths_between(ridges, senders, witnesses, distance_m, 915e6)))


def test_no_links_at_all(ridges) -> None:
    senders, witnesses, distance_m = links(0)
    assert median_loss(Itm(), ridges, senders, witnesses, distance_m, 915e6)[0].shape == (0,)
