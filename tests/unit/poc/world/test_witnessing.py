"""The compiled engine against its plain form, bit for bit, and against every way of cutting the work."""

from types import SimpleNamespace

import numpy as np
import pytest

from poc.keys import Keys
from poc.schema import TRUTH
from poc.world.truth import Radio, Setting
from poc.world.witnessing.hearing import calls_of, hear_in_numpy
from poc.world.witnessing.links import airspace_of
from poc.world.witnessing.receptions import receptions_compiled
from poc.world.witnessing.static import links_compiled
from poc.world.witnessing.tables import tables_of
from radio_models.fading import FADING
from radio_models.free_space import FreeSpace
from radio_models.log_distance import LogDistance
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.shadowing import SHADOWING

SENSITIVITY_DBM = -130.0
PLAN = REGION_PLANS["EU868"]


def fleet(n, latitude=47.0, longitude=9.0, spread_deg=0.04, seed=1):
    """TRUTH of hotspots around a place, two of them at one point."""
    rng = np.random.default_rng(seed)
    lat = np.clip(latitude + spread_deg * rng.normal(size=n), -90, 90)
    wide = min(spread_deg / max(np.cos(np.radians(latitude)), 1e-3), 60.0)
    lon = (longitude + wide * rng.normal(size=n) + 180) % 360 - 180
    lat[1], lon[1] = lat[0], lon[0]
    return TRUTH.table(
        hotspot=rng.permutation(n).astype(np.uint64) * np.uint64(7) + np.uint64(2**40), latitude_deg=lat,
        longitude_deg=lon, height_m=rng.uniform(2, 40, n), gain_dbi=rng.normal(-2, 4, n),
        power_dbm=rng.uniform(8, 14, n),
        rssi_bias_db=rng.normal(0, 2, n), latency_s=rng.lognormal(-4, 0.7, n), clock_offset_s=0.0, outage_share=0.0,
        attack=np.full(n, ""), nuisance=np.full(n, ""), group=0,
    )  # fmt: skip


def setting(path_loss=None, shadowing="correlated", fading="rician", seed=1, **more):
    model = SHADOWING[shadowing](**({"site_correlation": 0.25} if shadowing == "correlated" else {}))
    radio = Radio(path_loss or LogDistance(exponent=3.5), model, FADING[fading](), 6.0, 1e-3)
    return Setting(SimpleNamespace(), None, PLAN, radio, Keys(seed), **more)


def rows(airspace, found, begin, end):
    """Links as sorted rows (sender id, witness id, power), whatever the order of sites."""
    words = airspace.ground.sites.id_word
    sender = np.repeat(np.arange(begin, end), np.diff(found.start))
    table = np.stack(
        [words[sender], words[found.witness], found.received_cdbm.astype(np.int64).view(np.uint64)], axis=1
    )
    return table[np.lexsort(table.T)]


def receptions_of(airspace, found, begin, end, plain=True, n_beacons=3):
    """Receptions of some made-up beacons of every sender, and their ids."""
    sites, n = airspace.ground.sites, end - begin
    sender = np.repeat(np.arange(n), n_beacons)
    beacon = sites.id_word[begin:end][sender] + np.tile(np.arange(n_beacons, dtype=np.uint64), n)
    calls = calls_of(sender, (beacon >> np.uint64(48)).astype(np.uint16), beacon, airspace.setting.keys)
    rng = np.random.default_rng(int(sites.id_word[0] % np.uint64(1000)))
    down = np.where(rng.random(len(airspace.ground)) < 0.2, 20_000, 0).astype(np.uint16)
    tables = tables_of(airspace.setting.radio.fading, SENSITIVITY_DBM, 6.0)
    heard = (hear_in_numpy if plain else receptions_compiled)(calls, found, sites, (down // 2, down * 2), tables)
    return calls, heard


@pytest.mark.parametrize(
    ("path_loss", "shadowing", "fading"),
    [
        (LogDistance(exponent=3.5), "correlated", "rician"),
        (FreeSpace(), "none", "none"),
        (LogDistance(exponent=2.8, reference_distance_m=40.0, reference_loss_db=90.0), "independent", "rayleigh"),
    ],
)
def test_compiled_and_plain_give_the_same_bits(path_loss, shadowing, fading):
    airspace = airspace_of(fleet(350), setting(path_loss, shadowing, fading), SENSITIVITY_DBM)
    plain, compiled = airspace.links_in_numpy(40, 350), links_compiled(airspace, 40, 350)
    assert len(plain) > 2500
    assert np.array_equal(rows(airspace, plain, 40, 350), rows(airspace, compiled, 40, 350))
    _, expected = receptions_of(airspace, plain, 40, 350)
    _, found = receptions_of(airspace, compiled, 40, 350, plain=False)
    assert len(expected) > 3000
    for name, one, two in zip(expected._fields, expected, found, strict=True):
        assert np.array_equal(one, two), name
