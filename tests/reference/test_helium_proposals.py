"""Source: HIP-42, 44, 62, 94, 136 examples and helium/blockchain-core `witness_reward_decay_SUITE.erl`, restated in
`spec/helium-iot-vectors.md` §13 and §14. Milliseconds after the first report, res-11 cells, bones.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from maps.grid import disks, distances, parents
from poc.profiles import PROFILES
from poc.reasons import Reason
from poc.rewards.witness_limits import daily_limits, decay_weights
from poc.validator.addresses import balance
from poc.validator.redundant_coverage import spread_witnesses
from poc.validator.state import Denylist, ValidatorState
from tests.oracle.events import LOC4, NOON, Scene

NOW = NOON + 60 * 10**9


def _scene(profile, witnesses):
    """A beaconer 1 and witnesses (id → changes), all with both reciprocal timestamps."""
    scene = Scene(profile).hotspot(1)
    for witness, changes in witnesses.items():
        scene.hotspot(witness, **({"cell": LOC4} | changes))
    scene.reciprocal(1, *witnesses, at_ns=NOW - 8 * 3600 * 10**9)
    scene.state = ValidatorState(scene.state.last_times, Denylist("loaded"))
    return scene


def _judged(scene):
    """(reason, selected) of each witness."""
    verdicts = scene.judge().verdicts["witness_verdicts"]
    columns = (verdicts[name].tolist() for name in ("witness", "reason", "selected"))
    return {witness: (Reason(reason).name, selected) for witness, reason, selected in zip(*columns, strict=True)}


@pytest.mark.parametrize(
    ("n_base", "n_extended", "n_later", "selected_base", "selected_extended"),
    [(4, 3, 1, 4, 3), (20, 4, 1, 14, 0), (10, 8, 7, 10, 4)],  # the text says 6 of the 8, where 14 − 10 is 4
)
def test_hip_94(n_base, n_extended, n_later, selected_base, selected_extended):
    lags_ms = [*range(0, 200, 10)][:n_base] + [201 + i for i in range(n_extended - 1)] + [500] + [501] * n_later
    scene = _scene("hip-94", {100 + i: {} for i in range(len(lags_ms))})
    beacon = scene.beacon(1, NOW)
    for i, lag_ms in enumerate(lags_ms):
        scene.report(100 + i, beacon, received_ns=NOW + 5_000 * 10**6 + lag_ms * 10**6)  # no matter how long after
    found = _judged(scene)
    base, extended = range(100, 100 + n_base), range(100 + n_base, 100 + n_base + n_extended)
    assert sum(found[w][1] for w in base) == selected_base
    assert sum(found[w][1] for w in extended) == selected_extended
    later = range(100 + n_base + n_extended, 100 + len(lags_ms))
    assert {found[w] for w in later} == {("too_late", False)}
    assert {found[w][0] for w in (*base, *extended)} == {"none"}


def test_hip_94_draws_another_fourteen_for_each_beacon():
    chosen = []
    for payload in (1, 2):
        scene = _scene("hip-94", {100 + i: {} for i in range(25)})
        beacon = scene.beacon(1, NOW, payload=payload, beacon=payload)
        for i in range(25):
            scene.report(100 + i, beacon, received_ns=NOW + i * 10**6, report=10 * i + payload)
        chosen.append({w for w, (_, selected) in _judged(scene).items() if selected})
    assert len(chosen[0]) == len(chosen[1]) == 14 and chosen[0] != chosen[1]


def _line():
    """Cells A, B, C of res 11 in a row, A–B and B–C 5 apart, A–C 10; and far ones for the crowd, all 8 apart."""
    centre = np.uint64(parents(np.uint64(LOC4), 11))
    ring = disks(np.array([centre]), 5)[1]
    ring = ring[distances(np.full(len(ring), centre), ring) == 5]
    pairs = [(a, c) for a in ring for c in ring if distances(a, c) == 10]
    a, c = pairs[0]
    around = disks(np.array([centre]), 60)[1]
    far, at = [], 0
    while len(far) < 14:
        if all(distances(around[at], np.array([a, centre, c, *far], np.uint64)) >= 8):
            far.append(around[at])
        at += 1
    return [int(x) for x in (a, centre, c)], [int(x) for x in far]


LINE, CROWD = _line()


@pytest.mark.parametrize(
    ("order", "n_crowd", "kept"),
    [
        ("AB", 13, "A"), ("BA", 13, "B"), ("BAC", 12, "B"), ("ABC", 12, "AC"), ("CBA", 12, "AC"),
        ("ABC", 11, "ABC"),  # fourteen witnesses: nothing is redundant
    ],
)  # fmt: skip
def test_hip_136(order, n_crowd, kept):
    cells = [LINE["ABC".index(letter)] for letter in order] + CROWD[:n_crowd]
    n = len(cells)
    receptions = {"witness_cell": np.array(cells, np.uint64)}
    limits = SimpleNamespace(max_witnesses=14, min_distance_cells=8)
    chosen = spread_witnesses(_Rows(receptions), np.zeros(n, np.int64), np.ones(n, bool), limits)
    assert "".join(sorted(letter for letter, stays in zip(order, chosen, strict=False) if stays)) == kept
    assert chosen[len(order) :].all()


def test_hip_136_keeps_fourteen_and_looks_at_each_beacon_by_itself():
    cells = np.array([*LINE, *CROWD, LINE[0], LINE[1]], np.uint64)
    row = np.array([0] * 17 + [1] * 2)
    valid = np.ones(19, bool)
    limits = SimpleNamespace(max_witnesses=14, min_distance_cells=8)
    chosen = spread_witnesses(_Rows({"witness_cell": cells}), row, valid, limits)
    assert chosen[:17].sum() == 14 and chosen[17:].all() and not chosen[1]
    again = spread_witnesses(_Rows({"witness_cell": cells[row == 1]}), row[row == 1], valid[row == 1], limits)
    assert again.all()


class _Rows(dict):
    def __len__(self):
        return len(next(iter(self.values())))


def test_hip_62():
    """Beacon at A; witnesses at A, A, B, B, C, D, and E (too close), F (judged invalid as of another country)."""
    address = np.array([1, 1, 2, 2, 3, 4, 5, 6], np.uint64)
    valid = np.array([True] * 6 + [False] * 2)
    rows = _Rows({"report": np.arange(8, dtype=np.uint64), "beacon": np.zeros(8, np.uint64)})
    row, beaconer = np.zeros(8, np.int64), np.full(8, 1, np.uint64)
    stays = balance(rows, row, valid, address, beaconer, 1.0)
    assert stays[4:6].all() and stays[:4].sum() == 2 and not stays[6:].any()
    for ratio, n_irregular in ((0.0, 0), (0.5, 1), (2.0, 4), (-1.0, 4)):
        assert balance(rows, row, valid, address, beaconer, ratio)[:4].sum() == n_irregular


def test_hip_62_under_judgement():
    owners = {100: 1, 101: 1, 102: 2, 103: 2, 104: 3, 105: 0}
    scene = _scene("hip-62", {witness: {"owner": owner} for witness, owner in owners.items()})
    scene.hotspots[1]["owner"] = 1
    beacon = scene.beacon(1, NOW)
    for i, witness in enumerate(owners):
        scene.report(witness, beacon, received_ns=NOW + i * 10**6)
    found = _judged(scene)
    assert {reason for reason, _ in found.values()} == {"none"}
    assert found[104][1] and found[105][1] and sum(found[w][1] for w in range(100, 104)) == 2


def test_hip_42():
    limits = PROFILES["hip-42"].limits
    assert daily_limits([360, 3, 0], limits.compensation_factor, limits.least_daily_witnesses).tolist() == [576, 24, 24]


def test_hip_42_in_rewards():
    profile = PROFILES["hip-42"].bend({"least_daily_witnesses": 2})
    scene = _scene("hip-42", {2: {}})
    scene.overrides = {"least_daily_witnesses": 2, "beacon_interval_s": 1}
    for i in range(5):
        scene.report(2, scene.beacon(1, NOW + i * 10 * 10**9))
    claims = profile.evidence_kinds[0].claims(scene.judge(), profile.limits)
    assert int((claims["role"] == "witness").sum()) == 2 and int((claims["role"] == "beaconer").sum()) == 5


@pytest.mark.parametrize(
    ("n", "total"),
    [(1, 1), (2, 2), (3, 3), (4, 4.0), (5, 4.923116346386636), (10, 8.577140471334872), (15, 11.02650609098551),
     (20, 12.668364965907838)],
)  # fmt: skip
def test_hip_44_sums(n, total):
    limits = PROFILES["hip-44"].limits
    weights = decay_weights(np.arange(1, n + 1), limits.witness_decay_rate, limits.decay_exclusion)
    assert weights.sum() == pytest.approx(total, abs=1e-12)


def test_hip_44_in_rewards():
    scene = _scene("hip-44", {2: {}})
    scene.overrides = {"beacon_interval_s": 1}
    for i in range(6):
        scene.report(2, scene.beacon(1, NOW + i * 10 * 10**9))
    profile = PROFILES["hip-44"]
    claims = profile.evidence_kinds[0].claims(scene.judge(), profile.limits)
    units = claims["reward_unit_e4"][claims["role"] == "witness"]
    assert units.tolist() == [10_000] * 4 + [9231, 8521]


POOL = 8_680_555_556


@pytest.mark.parametrize(
    ("rate", "b", "d", "others"),
    [
        (0.0, 4_340_277_778, 1_446_759_259, 723_379_630),
        (0.6, 4_170_712_034, 1_503_281_174, 751_640_587),
        (0.7, 4_150_224_857, 1_510_110_233, 755_055_116),
        (0.8, 4_131_526_220, 1_516_343_112, 758_171_556),
        (0.9, 4_114_473_474, 1_522_027_360, 761_013_680),
        (1.0, 4_098_932_958, 1_527_207_533, 763_603_766),
    ],
)
def test_witness_decay_of_the_chain(rate, b, d, others):
    """Six beacons: b witnesses all, d two of them, c, e, f, g one each; counts begin at 0."""
    worth = {who: decay_weights(np.arange(n), rate, 4).sum() for who, n in (("b", 6), ("d", 2), ("c", 1))}
    total = worth["b"] + worth["d"] + 4 * worth["c"]
    assert [round(POOL * worth[who] / total) for who in "bdc"] == pytest.approx([b, d, others], abs=1)


def test_hip_127_draws_from_three_powers():
    from poc.validator.checks.dynamic_power import drawn_power_dbm

    rows = _Rows({
        "power_dbm": np.full(6, 27), "beaconer_gain_dbi": np.full(6, 1.2),
        "beaconer_region": np.array([0, 0, 0, 1, 1, 99]), "beacon_payload": np.array([0, 1, 2, 0, 2, 1], np.uint64),
    })  # fmt: skip
    assert drawn_power_dbm(rows).round(1).tolist() == [27.0, 20.8, 14.8, 14.8, 11.8, 27.0]
