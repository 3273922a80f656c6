"""The compiled engine against its plain form, bit for bit, and against every way of cutting the work."""

import zlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from benchmarks.first_compiled import first_arrivals, first_of, queue
from maps.geodesy import EARTH_RADIUS_M
from poc.keys import Keys, mix64
from poc.schema import TRUTH
from poc.world.backhaul import delay_ns
from poc.world.truth import Radio, Setting
from poc.world.witnessing import hearing, receptions, static
from poc.world.witnessing.hearing import calls_of, hear_in_numpy
from poc.world.witnessing.links import airspace_of
from poc.world.witnessing.receptions import flat_links, receptions_compiled
from poc.world.witnessing.receptions_compiled import BLOCK, found_of
from poc.world.witnessing.static import links_compiled
from poc.world.witnessing.tables import fade_cdb, tables_of
from radio_models.fading import FADING
from radio_models.float32 import normal
from radio_models.free_space import FreeSpace
from radio_models.log_distance import LogDistance
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.paths import Paths
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
    down = np.where(sites.id_word >> np.uint64(62) == 0, 20_000, 0).astype(np.uint16)
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


def checksum(airspace, begin=0, end=None, step=10**6, backwards=False):
    """CRC of who hears whom how strongly and when, by permanent id, with the work cut into ranges of `step`."""
    end, ids = len(airspace.ground) if end is None else end, airspace.ground.sites.id_word
    pieces = []
    ranges = [(first, min(first + step, end)) for first in range(begin, end, step)]
    for first, last in ranges[::-1] if backwards else ranges:
        found = links_compiled(airspace, first, last)
        calls, heard = receptions_of(airspace, found, first, last, plain=False)
        beacon = np.repeat(calls.beacon, np.diff(heard.start))
        order = np.argsort(beacon, kind="stable")
        columns = (beacon, ids[heard.witness], heard.delay_ns, heard.rssi_dbm, heard.snr_db)
        pieces.append([column[order] for column in columns])
    whole = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    order = np.argsort(whole[0], kind="stable")
    return zlib.crc32(b"".join(column[order].tobytes() for column in whole))


def _crcs_of_third(third):
    airspace = airspace_of(fleet(300), setting(), SENSITIVITY_DBM)
    return [
        zlib.crc32(receptions_of(airspace, links_compiled(airspace, a, a + 10), a, a + 10, plain=False)[1].rssi_dbm)
        for a in range(100 * third, 100 * third + 100, 10)
    ]


def test_one_checksum_however_the_work_is_cut(monkeypatch):
    truth = fleet(300)
    airspace = airspace_of(truth, setting(), SENSITIVITY_DBM)
    expected = checksum(airspace)
    assert checksum(airspace, step=7) == checksum(airspace, step=64, backwards=True) == expected
    for bin_m in (700.0, 11_000.0):  # other bins, another order of sites, other candidates
        other = airspace_of(truth, setting(), SENSITIVITY_DBM, bin_m)
        assert not np.array_equal(other.ground.sites.row, airspace.ground.sites.row)
        assert checksum(other) == expected
    shuffled = truth.take(np.random.default_rng(0).permutation(300))
    assert checksum(airspace_of(shuffled, setting(), SENSITIVITY_DBM)) == expected
    assert checksum(airspace_of(truth, setting(seed=2), SENSITIVITY_DBM)) != expected
    monkeypatch.setattr(static, "FIRST_SCRATCH", 1)  # too little room for anything: grown when it is full
    monkeypatch.setattr(static, "FIRST_LINKS", 1)
    monkeypatch.setattr(receptions, "SPREAD", -1e9)
    vars(static._threads).clear()
    vars(receptions._threads).clear()
    assert checksum(airspace) == expected


def test_threads_and_processes_give_the_same():
    thirds = [_crcs_of_third(third) for third in range(3)]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(_crcs_of_third, range(3))) == thirds
    for n in (2, 3):
        with ProcessPoolExecutor(n, mp_context=get_context("spawn")) as processes:
            assert list(processes.map(_crcs_of_third, range(3))) == thirds


def test_twenty_thousand_neighbours_of_one_hotspot():
    truth = fleet(20_001, spread_deg=0.002)
    airspace = airspace_of(truth, setting(LogDistance(exponent=2.0), "none", "none"), SENSITIVITY_DBM)
    found = links_compiled(airspace, 500, 502)
    assert np.diff(found.start).tolist() == [20_000, 20_000]
    _, heard = receptions_of(airspace, found, 500, 502, plain=False)
    assert np.diff(heard.start).min() > 15_000
    for k in range(len(heard.start) - 1):
        assert (np.diff(heard.delay_ns[heard.start[k] : heard.start[k + 1]]) >= 0).all()


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 180.0), (89.99, 10.0), (-89.999, 0.0), (60.0, -179.99)])
def test_antimeridian_and_poles_are_places_like_any_other(latitude, longitude):
    truth = fleet(250, latitude, longitude)
    airspace = airspace_of(truth, setting(), SENSITIVITY_DBM, 1500.0)
    plain, compiled = airspace.links_in_numpy(0, 250), links_compiled(airspace, 0, 250)
    assert len(plain) > 1000
    assert np.array_equal(rows(airspace, plain, 0, 250), rows(airspace, compiled, 0, 250))


@pytest.mark.parametrize("distance_m", [1.0, 3.7, 30.0, 1_000.0, 33_333.3, 100_000.0])
def test_loss_is_right_to_a_hundredth_of_a_decibel(distance_m):
    latitude = 47.0 + np.degrees(np.array([0.0, distance_m]) / EARTH_RADIUS_M)
    truth = fleet(2).replace(
        latitude_deg=latitude, longitude_deg=np.full(2, 9.0), height_m=np.full(2, 5.0), gain_dbi=np.zeros(2),
        power_dbm=np.full(2, 14.0),
    )  # fmt: skip
    model = LogDistance(exponent=2.0)
    airspace = airspace_of(truth, setting(model, "none", "rayleigh"), SENSITIVITY_DBM)
    assert airspace.law is not None
    mean_cdbm = airspace.law.mean_cdbm(airspace.ground.sites, np.array([0]), np.array([1]))
    loss_db = model.loss_db(Paths(distance_m, float(np.mean(PLAN.channels_hz)), 5.0, 5.0))
    assert 14.0 - mean_cdbm[0] / 100.0 == pytest.approx(loss_db, abs=0.01)


def test_draws_follow_theory():
    """Fading, delay, noise: uniform and independent for adjacent ids, swapped ids and the next seed."""
    n = 400
    ids = np.arange(n, dtype=np.uint64)  # adjacent ids, both as beacons and as hotspots
    calls = [calls_of(ids, ids, ids, Keys(seed)) for seed in (1, 2)]
    with np.errstate(over="ignore"):
        words, next_seed = (mix64(one.start(one.air)[:, None] ^ mix64(ids)[None]) for one in calls)
    upper, lower = (words >> np.uint64(32)).astype(np.uint32), words.astype(np.uint32)
    for part in (upper, lower, upper.T, (next_seed >> np.uint64(32)).astype(np.uint32)):
        assert kstest(part.ravel() * 2.0**-32, "uniform").pvalue > 1e-3
        counts = np.bincount(part.ravel() >> 24, minlength=256)
        assert chisquare(counts).pvalue > 1e-3
    noise = 4 / n  # four standard errors of n² pairs
    centred = upper * 2.0**-32 - 0.5
    for other in (lower, upper.T, np.roll(upper, 1, axis=0), np.roll(upper, 1, axis=1), next_seed >> np.uint64(32)):
        assert abs(12.0 * np.mean(centred * (other.astype(np.float64) * 2.0**-32 - 0.5))) < 1.5 * noise + 0.01
    deviates = normal(upper.ravel().view(np.int32))
    assert kstest(deviates, "norm").pvalue > 1e-3
    many = normal(mix64(np.arange(4_000_000, dtype=np.uint64)).astype(np.uint32).view(np.int32))
    assert 180 <= np.count_nonzero(np.abs(many) > 4.0) <= 330  # 253 expected
    assert np.count_nonzero(np.abs(many) > 5.0) <= 9  # 2.3 expected
    extra = delay_ns(np.full(n * n, 1.0), lower.ravel()) / 1e9 - 0.7
    assert kstest(extra / 0.3, "expon").pvalue > 1e-3


def test_receptions_are_as_frequent_as_the_fading_says():
    fading = FADING["rician"]()
    tables = tables_of(fading, SENSITIVITY_DBM, 6.0)
    words = mix64(np.arange(400_000, dtype=np.uint64)).astype(np.uint32)
    for margin_db in (-6.0, -1.0, 0.0, 3.0, 9.0):
        share = np.mean(words >= tables.least[round(100 * (SENSITIVITY_DBM + margin_db)) + 32768])
        p = float(fading.survival(margin_db))
        assert share == pytest.approx(p, abs=4.5 * np.sqrt(p * (1 - p) / len(words)) + 1e-9)
    fades = fade_cdb(tables, words) / 100.0
    assert np.abs(fades - fading.fading_db((words + 0.5) * 2.0**-32)).max() < 0.006


def test_a_closed_form_and_the_same_model_by_blocks_agree():
    """What `line_db` promises is what `loss_db` gives: the general path, with heights, against the line."""
    airspace = airspace_of(fleet(200), setting(LogDistance(exponent=3.0), "correlated", "rayleigh"), SENSITIVITY_DBM)
    line, general = airspace.links_in_numpy(0, 200), replace(airspace, law=None).links_in_numpy(0, 200)
    one, two = rows(airspace, line, 0, 200), rows(airspace, general, 0, 200)
    common = [{(int(a), int(b)): int(np.int64(np.uint64(c))) for a, b, c in table} for table in (one, two)]
    both = set(common[0]) & set(common[1])
    assert len(both) > 0.999 * max(len(one), len(two))
    assert max(abs(common[0][key] - common[1][key]) for key in both) <= 1  # of 0.01 dB


@pytest.mark.parametrize("some_down", [True, False])
def test_first_arrivals_are_the_head_of_all_receptions(some_down):
    airspace = airspace_of(fleet(300), setting(), SENSITIVITY_DBM)
    sites, found = airspace.ground.sites, links_compiled(airspace, 0, 300)
    calls, _ = receptions_of(airspace, found, 0, 300, plain=False)
    tables = tables_of(airspace.setting.radio.fading, SENSITIVITY_DBM, 6.0)
    down = np.where((sites.id_word >> np.uint64(62) == 0) & some_down, 20_000, 0).astype(np.uint16)
    heard = receptions_compiled(calls, found, sites, (down // 2, down * 2), tables)
    count = np.diff(heard.start)
    assert (count > 14).sum() > 50
    for most in (5, 14):
        n_links = int(np.diff(found.start).max())
        first, rows_found, work = first_of(len(calls.sender), most), found_of(BLOCK + n_links), queue(n_links)
        first_arrivals(
            calls, flat_links(found), sites, (down // 2, down * 2), tables, some_down, most, work, rows_found, first
        )  # fmt: skip
        assert np.array_equal(first.n_heard, count)
        assert np.array_equal(np.diff(first.start), np.minimum(count, most))
        for k in np.flatnonzero(count):
            head = slice(heard.start[k], heard.start[k] + min(count[k], most))
            mine = slice(first.start[k], first.start[k + 1])
            for name in ("witness", "delay_ns", "rssi_dbm", "snr_db"):
                assert np.array_equal(getattr(first, name)[mine], getattr(heard, name)[head]), name


def test_arrivals_are_the_same_in_place(monkeypatch):
    airspace = airspace_of(fleet(100), setting(), SENSITIVITY_DBM)
    calls, heard = receptions_of(airspace, links_compiled(airspace, 0, 100), 0, 100)
    heard_ns, row = np.arange(len(calls.sender)) * 10**9, airspace.ground.sites.row
    plain = hearing.arrivals(heard, heard_ns, row)
    monkeypatch.setattr(hearing, "COMPILED_FROM", 0)
    in_place = hearing.arrivals(heard, heard_ns, row)
    assert len(plain[0]) > 500
    for one, two in zip(plain, in_place, strict=True):
        assert np.array_equal(one, two) and one.dtype == two.dtype
