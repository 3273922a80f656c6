"""Source: helium/oracles-iot at 5b063b7^, `iot_verifier/src/runner.rs` `reward_unit_calculations`, `reward_share.rs`
tests, `tests/integrations/rewarder_poc_dc.rs`; HIP-15; restated in `spec/helium-iot-vectors.md` §9, §11. Amounts in
bones.
"""

from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.rewards.amounts import DataTransfer, bones_from_data_credits, pay, price_of_share
from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.schema import SHARES
from poc.table import Table

PROFILE = PROFILES["helium-iot-2026"]
WITNESS_UNITS = (
    "0 1.0000 1.0000 1.0000 1.0000 0.7600 0.6067 0.5017 0.4262 0.3697 0.3262 0.2918 0.2640 0.2411 0.2220 0.2057"
)
BEACONER_UNITS = (
    "0 0.2500 0.5000 0.7500 1.0000 1.2000 1.3600 1.4880 1.5904 1.6723 1.7379 1.7903 1.8322 1.8658 1.8926 1.9141"
)


def _e4(words):
    return [int(Decimal(word) * 10_000) for word in words.split()]


def test_units():
    counts = np.arange(16)
    assert witness_units_e4(counts, PROFILE.limits).tolist() == _e4(WITNESS_UNITS)
    assert beaconer_units_e4(counts, PROFILE.limits).tolist() == _e4(BEACONER_UNITS)


@pytest.mark.parametrize(
    ("heard_by", "earned"),
    [
        ({"a": "b", "b": "a"}, {"a": 1.25, "b": 1.25}),
        ({"a": "b", "b": "c", "c": "d", "d": "e", "e": ""}, {"a": 0.25, "b": 1.25, "c": 1.25, "d": 1.25, "e": 1.0}),
        ({"a": "bcdef", **dict.fromkeys("bcdef", "a")}, {"a": 6.20, "b": 1.01, "f": 1.01}),
        ({x: "abcde".replace(x, "") for x in "abcde"}, dict.fromkeys("abcde", 5.0)),
    ],
)
def test_hip_15_topologies(heard_by, earned):
    """One beacon each; with 24 in a ring every one hears all others and the cap of witnesses does not apply."""
    income = dict.fromkeys(heard_by, 0)
    for sender, witnesses in heard_by.items():
        n = np.array([len(witnesses)])
        income[sender] += beaconer_units_e4(n, PROFILE.limits)[0]
        for witness in witnesses:
            income[witness] += witness_units_e4(n, PROFILE.limits)[0]
    assert {name: round(int(income[name]) / 10_000, 2) for name in earned} == earned


def test_hip_15_ring_of_24():
    n = np.array([23])
    total = beaconer_units_e4(n, PROFILE.limits)[0] + 23 * witness_units_e4(n, PROFILE.limits)[0]
    assert round(int(total) / 10_000, 2) == 5.00


def _emission(bones):
    return replace(PROFILE.emission, bones_per_day=bones)


def _shares(pool, by_hotspot, unit=10**8):
    return SHARES.table(
        pool=np.full(len(by_hotspot), pool),
        hotspot=np.array(list(by_hotspot)),
        shares=np.array([round(value * unit) for value in by_hotspot.values()]),
    )


def _paid(rewards, pool):
    rows = rewards.take(rewards["pool"] == pool)
    return dict(zip(rows["hotspot"].tolist(), rows["amount_bones"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("used", "beacons", "witnesses"),
    [
        (50_000_000_000_000, 6_000_000_000_000, 24_000_000_000_000),
        (49_000_000_000_000, 6_200_000_000_000, 24_800_000_000_000),
    ],
)
def test_pools(used, beacons, witnesses):
    credits = _shares("data", {9: 1}, unit=1)
    data = DataTransfer(credits, Decimal("0.00001") / used)
    shares = Table.concat([_shares("beacons", {1: 1}), _shares("witnesses", {2: 1})])
    rewards, unpaid = pay(shares, _emission(100_000_000_000_000), 1.0, 0, data)
    assert (_paid(rewards, "beacons"), _paid(rewards, "witnesses")) == ({1: beacons}, {2: witnesses})
    assert (unpaid["operations"], unpaid["oracles"]) == (7_000_000_000_000, 7_000_000_000_000)


def test_data_credits_in_bones():
    assert bones_from_data_credits(1, Decimal(1)) == Decimal("0.00001")
    assert bones_from_data_credits(2, Decimal(1)) == Decimal("0.00002")
    used = bones_from_data_credits(1_000_000, Decimal("0.00000359"))
    assert used == Decimal("2785515.320334261838441")
    assert int(used * Decimal("0.00000359") / Decimal("0.00001")) == 1_000_000


EPOCH = 618_340_943_683
USD_PER_BONE = Decimal("0.000000000359")
BEACON_SHARES = {1: 10, 2: 200, 3: 75, 4: 0, 5: 20, 6: 150}
WITNESS_SHARES = {1: 300, 2: 550, 3: 400, 4: 0, 5: 700, 6: 350}
with localcontext() as _context:
    T = int(EPOCH * Decimal("0.5") * USD_PER_BONE / Decimal("0.00001"))


def test_t_is_the_derived_one():
    assert T == 11_099_219


@pytest.mark.parametrize(
    ("credits", "beacons", "witnesses", "data", "unallocated"),
    [
        (
            {1: 502, 2: 5000, 3: 5000, 4: 0, 5: 0, 6: 50_000},
            {1: 2_166_977_856, 2: 43_339_557_139, 3: 16_252_333_927, 5: 4_333_955_713, 6: 32_504_667_854},
            {1: 51_442_169_996, 2: 94_310_644_993, 3: 68_589_559_995, 5: 120_031_729_992, 6: 60_015_864_996},
            {1: 13_983_286, 2: 139_275_766, 3: 139_275_766, 6: 1_392_757_660},
            7,
        ),
        (
            {1: T / 10, 2: T / 10, 3: T / 10, 5: T / 10, 6: T * 8 / 10},
            {1: 815_394_651, 2: 16_307_893_020, 3: 6_115_459_882, 5: 1_630_789_302, 6: 12_230_919_765},
            {1: 19_356_759_976, 2: 35_487_393_289, 3: 25_809_013_301, 5: 45_165_773_277, 6: 22_582_886_638},
            {1: 25_764_205_986, 2: 25_764_205_986, 3: 25_764_205_986, 5: 25_764_205_986, 6: 206_113_647_894},
            7,
        ),
        (
            {1: T / 10, 2: 0, 3: T * 2 / 10, 5: T * 5 / 100, 6: T * 2 / 10},
            {1: 1_426_940_702, 2: 28_538_814_050, 3: 10_702_055_268, 5: 2_853_881_405, 6: 21_404_110_537},
            {1: 33_874_331_459, 2: 62_102_941_009, 3: 45_165_775_279, 5: 79_040_106_739, 6: 39_520_053_369},
            {1: 30_917_044_568, 3: 61_834_089_136, 5: 15_458_522_284, 6: 61_834_089_136},
            5,
        ),
    ],
)
def test_three_epochs(credits, beacons, witnesses, data, unallocated):
    shares = Table.concat([_shares("beacons", BEACON_SHARES), _shares("witnesses", WITNESS_SHARES)])
    # upstream's tenths and twentieths of T are not whole credits: counted in hundredths here, at 100 times the price
    transfer = DataTransfer(_shares("data", credits, unit=100), USD_PER_BONE * 100)
    rewards, unpaid = pay(shares, _emission(EPOCH), 1.0, 0, transfer)
    assert _paid(rewards, "data") == data
    assert _paid(rewards, "beacons") == beacons
    assert _paid(rewards, "witnesses") == witnesses
    assert unpaid["unallocated"] == unallocated


def test_prices_of_the_first_epoch():
    cap = Decimal("0.50") * EPOCH
    used = bones_from_data_credits(60_502, USD_PER_BONE)
    rest = cap - used
    price = price_of_share(Decimal("0.06") * EPOCH + Decimal("0.2") * rest, Decimal(455))
    assert price == Decimal("216697785.699908292264838")
    price = price_of_share(Decimal("0.24") * EPOCH + Decimal("0.8") * rest, Decimal(2300))
    assert price == Decimal("171473899.988623083444350")
    assert price_of_share(used, Decimal(60_502)) == Decimal("27855.153203342618384")


def test_whole_epoch():
    shares = Table.concat([_shares("beacons", {1: 1.0, 3: 2.0}), _shares("witnesses", {2: 1.0, 4: 1.5})])
    transfer = DataTransfer(_shares("data", {1: 1000, 2: 2000}, unit=1), Decimal("1e-16"))
    rewards, unpaid = pay(shares, PROFILE.emission, 1.0, 0, transfer)
    assert _paid(rewards, "beacons") == {1: 1_780_821_917_808, 3: 3_561_643_835_616}
    assert _paid(rewards, "witnesses") == {2: 8_547_945_205_479, 4: 12_821_917_808_219}
    assert _paid(rewards, "data") == {1: 14_840_182_648_401, 2: 29_680_365_296_803}
    assert unpaid["unallocated"] == 2
    assert (unpaid["operations"], unpaid["oracles"]) == (6_232_876_712_328, 6_232_876_712_328)
