"""What each attack does to the reports of a judged day, and what the live rules of Helium say to it."""

from functools import cache

import numpy as np
import pytest

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from poc.reasons import Reason
from poc.running import run_in_memory
from poc.scenario import scenario_from
from poc.world.attacks import ATTACKS
from radio_models.lora.receiver import esp_dbm_from


class Day:
    """One day of 90 hotspots, 30 of them in one attack, under helium-iot: its tables and who is who."""

    def __init__(self, name, region="", **settings):
        document = {
            "seed": 8, "fleet": {"n_hotspots": 90, "region": region}, "detectors": {"also": []},
            "attacks": [{"name": name, "share": 1 / 3, **settings}],
        }  # fmt: skip
        run = run_in_memory(scenario_from(document, "behaviour"))
        self.hotspots, self.truth = run.table("hotspots"), run.table("truth")
        self.verdicts, self.receptions = run.table("witness_verdicts"), run.table("receptions")
        self.beacons, self.reports = run.table("beacons"), run.table("witness_reports")
        self.liars = self.truth["hotspot"][self.truth["attack"] != ""]
        self.by_liar = np.isin(self.receptions["witness"], self.liars)
        self.of_liar = np.isin(self.receptions["beaconer"], self.liars)
        group = self.truth["group"]
        rows = [self.truth.rows_of(self.receptions[side]) for side in ("witness", "beaconer")]
        self.inside = self.by_liar & self.of_liar & (group[rows[0]] == group[rows[1]])
        self.deeds = run.table("deeds")
        self.reason = self.verdicts["reason"][self.verdicts.rows_of(self.receptions["report"])]

    def share(self, reason, rows):
        return (self.reason[rows] == reason).mean()

    def lie_m(self):
        row = self.truth.rows_of(self.liars)
        asserted = coordinates_from_cells(self.hotspots["cell"][row])
        return great_circle_m(*asserted, self.truth["latitude_deg"][row], self.truth["longitude_deg"][row])

    def lag_s(self, rows):
        return (self.receptions["received_ns"][rows] - self.receptions["beacon_received_ns"][rows]) / 1e9

    def packet_spread_db(self, rows):
        """Median standard deviation of the signal power (ESP) of one link with four packets."""
        found = self.receptions.take(rows)
        esp_dbm = esp_dbm_from(found["rssi_dbm"], found["snr_db"])  # RSSI flattens at the noise floor
        link = found["beaconer"] * np.uint64(31) + found["witness"]
        _, link, count = np.unique(link, return_inverse=True, return_counts=True)
        return float(np.median([esp_dbm[link == k].std() for k in np.flatnonzero(count >= 4)]))


@cache
def day(name, settings=()):
    return Day(name, **dict(settings))


def test_none():
    assert (
        day("none").lie_m().max() < 320
    )  # sloppy assertions were taken from the members' labels, not from their cells


def test_location_spoof():
    spoof = day("location-spoof", (("min_km", 2.0), ("max_km", 3.0)))
    assert spoof.lie_m().min() > 1990
    assert spoof.lie_m().max() < 3010
    capped = day("location-spoof", (("forging", "fspl-aware"), ("min_km", 2.0), ("max_km", 3.0)))
    assert capped.receptions["rssi_dbm"][capped.by_liar].max() <= -102  # free space over 20 km of EU868
    assert capped.share(Reason.bad_rssi, capped.by_liar & ~capped.of_liar) == 0
    assert capped.share(Reason.bad_rssi, spoof.by_liar) <= spoof.share(Reason.bad_rssi, spoof.by_liar)


def test_attic_farm():
    farm = day("attic-farm")
    assert farm.share(Reason.bad_rssi, farm.inside) > 0.8
    aware = day("attic-farm", (("forging", "fspl-aware"),))
    assert aware.share(Reason.bad_rssi, aware.inside) == 0
    model = day("attic-farm", (("forging", "model-aware"),))
    assert model.share(Reason.bad_rssi, model.inside) < 0.02
    assert model.packet_spread_db(model.inside) > 1.8  # it fades as radio does


def test_attenuator_rig():
    rig = day("attenuator-rig")
    assert rig.inside.sum() > 1000
    assert not (rig.by_liar & ~rig.inside).any()  # no cable leads outside
    assert not (rig.of_liar & ~rig.inside).any()
    assert 0.7 < rig.packet_spread_db(rig.inside) < 1.5  # the receiver's own; 1.0 to 1.5 dB with rounding
    honest = ~rig.by_liar & ~rig.of_liar
    assert rig.packet_spread_db(honest) > 1.8
    assert rig.share(Reason.bad_rssi, rig.inside) == 0
    fading = day("attenuator-rig", (("software_fading", True), ("antenna", True)))
    assert fading.packet_spread_db(fading.inside) > 1.8
    assert (fading.by_liar & ~fading.of_liar).any()


def test_witness_stuffing():
    fed = day("witness-stuffing", (("forging", "none"), ("group_size", 10)))
    of_stranger = fed.by_liar & ~fed.of_liar
    heard = fed.receptions.take(of_stranger)
    group = fed.truth["group"][fed.truth.rows_of(heard["witness"])]
    _, count = np.unique(np.stack([heard["beacon"], group]), axis=1, return_counts=True)
    assert np.median(count) == 10  # one packet, ten reports
    assert not (fed.of_liar & ~fed.by_liar & ~np.isin(fed.receptions["beaconer"], fed.truth["group"])).any()
    assert fed.share(Reason.bad_rssi, of_stranger) > 0.001
    aware = day("witness-stuffing", (("group_size", 10),))
    assert aware.share(Reason.bad_rssi, aware.by_liar & ~aware.of_liar) == 0


def test_relay():
    relay = day("relay")
    keys = relay.liars[~np.isin(relay.liars, relay.truth["group"])]
    assert len(keys) == 24
    by_key = np.isin(relay.receptions["witness"], keys)
    of_key = np.isin(relay.receptions["beaconer"], keys)
    assert (by_key & ~relay.of_liar).sum() > 500
    assert not (of_key & ~relay.by_liar).any()  # nobody honest hears a key
    late = day("relay", (("delay_s", 10.0),))
    assert relay.share(Reason.too_late, by_key) < 0.02
    assert late.share(Reason.too_late, np.isin(late.receptions["witness"], keys) & ~late.of_liar) > 0.9


@pytest.mark.parametrize("region", ["US915", "EU868"])
def test_wormhole(region):
    hole, plain = (Day(name, region=region) for name in ("wormhole", "none"))
    honest = ~hole.by_liar & ~hole.of_liar
    victims = honest & ~np.isin(hole.receptions["report"], plain.receptions["report"])
    assert victims.sum() > 200
    airtime_s = {"US915": 0.329, "EU868": 2.466}[region]
    assert np.median(hole.lag_s(victims)) == pytest.approx(2 * airtime_s + 0.07, abs=0.05)
    # a packet of EU868 is so long that its copy ends beyond the lag limit; one of US915 passes
    assert (hole.share(Reason.too_late, victims) > 0.9) == (region == "EU868")
    told = hole.by_liar & ~np.isin(hole.receptions["report"], plain.receptions["report"])
    over_net = np.flatnonzero(told)[hole.lag_s(told) < airtime_s + 0.3]
    assert len(over_net) > 200
    assert hole.share(Reason.too_late, over_net) < 0.01  # over the net alone it is soon enough, slow backhauls excepted


def test_on_air_replay():
    replay, plain = day("on-air-replay"), day("none")
    victims = ~replay.by_liar & ~np.isin(replay.receptions["report"], plain.receptions["report"])
    assert victims.sum() > 200
    assert replay.share(Reason.too_late, victims) > 0.9
    late = day("on-air-replay", (("delay_s", 300.0), ("share", 0.1)))
    copied = ~late.by_liar & ~np.isin(late.receptions["report"], plain.receptions["report"])
    assert late.share(Reason.entropy_expired, copied) > 0.9


def test_signal_forging():
    constant = day("signal-forging", (("level", "constant"),))
    assert (constant.receptions["rssi_dbm"][constant.by_liar] == -140).all()
    assert (constant.receptions["snr_db"][constant.by_liar] == -20).all()
    assert constant.share(Reason.bad_rssi, constant.by_liar) == 0
    drawn = day("signal-forging")
    spread = [drawn.packet_spread_db(rows & ~drawn.of_liar) for rows in (drawn.by_liar, ~drawn.by_liar)]
    assert spread[0] > 2 * spread[1]
    boost = day("signal-forging", (("level", "boost"), ("boost_db", 40.0)))
    assert boost.share(Reason.bad_rssi, boost.by_liar) > 0.05


@pytest.mark.parametrize("forging", ["none", "fspl-aware", "model-aware"])
def test_closed_clique(forging):
    clique = day("closed-clique", (("forging", forging),))
    assert (clique.by_liar == clique.of_liar).all()  # nobody else
    assert clique.inside.sum() > 200
    bad = clique.share(Reason.bad_rssi, clique.inside)
    assert bad == 0 if forging == "fspl-aware" else bad < 0.02 if forging == "model-aware" else bad > 0.02
    if forging == "model-aware":  # both directions of a link share what is frozen
        found = clique.receptions.take(clique.inside)
        ids = np.unique(clique.liars)
        total, n = np.zeros((2, len(ids), len(ids)))
        at = np.searchsorted(ids, found["beaconer"]), np.searchsorted(ids, found["witness"])
        np.add.at(total, at, found["rssi_dbm"])
        np.add.at(n, at, 1)
        both = (n >= 3) & (n.T >= 3)
        mean = total[both] / n[both], total.T[both] / n.T[both]
        assert np.corrcoef(*mean)[0, 1] > 0.6


def test_a_remote_clique_asserts_far_away():
    remote = day("closed-clique", (("remote_km", 60.0), ("spread_km", 2.0)))
    apart = remote.receptions["distance_m"][remote.inside]
    assert apart.max() < 4100
    assert np.median(remote.lie_m()) > 45_000


def test_sybil_station():
    station = day("sybil-station")
    assert not station.inside.any()  # a radio does not hear itself
    of_stranger = station.by_liar & ~station.of_liar
    heard = station.receptions.take(of_stranger)
    group = station.truth["group"][station.truth.rows_of(heard["witness"])]
    words, place = np.unique(heard["beacon"] ^ group, return_inverse=True)
    spread = [heard["rssi_dbm"][place == k].std() for k in range(0, len(words), 97)]
    assert max(spread) == 0.0  # the six keys of a station report the same strength of the same packet
    assert station.packet_spread_db(station.of_liar & ~station.by_liar) > 1.8  # but its beacons are real
    assert day("sybil-station", (("forging", "model-aware"),)).inside.any()


def test_antenna_misreport():
    hot, plain = day("antenna-misreport"), day("none")
    assert hot.of_liar.sum() > 1.3 * plain.of_liar.sum()
    claimed = day("antenna-misreport", (("hidden_db", 0.0), ("claimed_db", 6.0), ("claimed_m", 50.0)))
    row = claimed.hotspots.rows_of(claimed.liars)
    assert (claimed.hotspots["gain_dbi"][row] > plain.hotspots["gain_dbi"][row]).all()
    assert (claimed.hotspots["elevation_m"][row] == plain.hotspots["elevation_m"][row] + 50).all()
    assert claimed.of_liar.sum() == plain.of_liar.sum()  # the radio is the same


def test_low_power():
    low, plain = day("low-power"), day("none")
    assert low.of_liar.sum() < 0.6 * plain.of_liar.sum()
    own = np.isin(low.beacons["hotspot"], low.liars)
    half = day("low-power", (("lower_db", 0.0), ("beacon_share", 0.5), ("witness_share", 0.5)))
    assert 0.35 < np.isin(half.beacons["hotspot"], half.liars).sum() / own.sum() < 0.65
    told = (half.by_liar & ~half.of_liar).sum() / (plain.by_liar & ~plain.of_liar).sum()
    assert 0.45 < told < 0.55


def test_starvation():
    rush, plain = day("starvation"), day("none")
    assert (rush.lag_s(rush.inside) > -2.0).all()
    assert (rush.lag_s(rush.inside) < -0.9).all()
    honest_of_liar = rush.of_liar & ~rush.by_liar
    assert rush.share(Reason.too_late, honest_of_liar) > 0.9  # EU868: the beacon itself takes 2.5 s
    assert plain.share(Reason.too_late, plain.of_liar & ~plain.by_liar) < 0.1
    selected = rush.verdicts.take(rush.verdicts["selected"] & np.isin(rush.verdicts["beaconer"], rush.liars))
    assert np.isin(selected["witness"], rush.liars).mean() > 0.95


def test_software_only():
    soft = day("software-only", (("group_size", 15),))
    radio = soft.truth["gain_dbi"] > -100
    deaf = soft.truth["hotspot"][~radio]
    assert 20 <= len(deaf) < 30
    assert not (np.isin(soft.receptions["beaconer"], deaf) & ~soft.by_liar).any()
    told = np.isin(soft.receptions["witness"], deaf) & ~soft.of_liar
    assert told.sum() > 100
    assert soft.inside.any()


def test_hex_hopping_moves_into_empty_hexagons():
    document = {
        "seed": 8, "fleet": {"n_hotspots": 90}, "detectors": {"also": []}, "time": {"n_epochs": 3},
        "profile": {"base": "minimal"}, "attacks": [{"name": "hex-hopping", "share": 1 / 3, "budget_usd": 10.0}],
    }  # fmt: skip
    run = run_in_memory(scenario_from(document, "behaviour"))
    moves = run.table("moves")
    assert len(moves) > 10
    assert set(moves["kind"].tolist()) == {"reassert"}
    assert np.unique(moves["hotspot"], return_counts=True)[1].max() == 1  # the budget holds one assertion
    first, last = run.table("hotspots", 0), run.table("hotspots", 2)
    moved = first["cell"] != last["cell"]
    assert set(first["hotspot"][moved].tolist()) == set(moves["hotspot"].tolist())
    truth = run.table("truth", 2)
    assert set(truth["attack"][moved].tolist()) == {"hex-hopping"}


def test_deeds_name_what_no_honest_receiver_heard():
    replay, plain = day("on-air-replay"), day("none")
    assert len(plain.deeds) == 0
    assert set(replay.deeds["deed"].tolist()) == {"sent-again"}
    new = np.setdiff1d(replay.reports["report"], plain.reports["report"])
    assert np.array_equal(np.sort(replay.deeds["report"]), new)
    spoof = day("location-spoof", (("forging", "fspl-aware"), ("min_km", 2.0), ("max_km", 3.0)))
    assert set(spoof.deeds["deed"].tolist()) == {"changed"}
    assert np.isin(spoof.deeds["report"], spoof.reports["report"]).all()
    clique = day("closed-clique", (("forging", "model-aware"),))
    assert set(clique.deeds["deed"].tolist()) == {"forged"}
    by = clique.reports["hotspot"][clique.reports.rows_of(clique.deeds["report"])]
    assert np.isin(by, clique.liars).all()
    assert len(clique.deeds) == np.isin(clique.reports["hotspot"], clique.liars).sum()


def _looks(found, rows, most=31):
    """Median power [dBm] of each link of these rows, and the share of beacons that its witness heard."""
    heard = found.receptions.take(rows)
    link = heard["beaconer"] * np.uint64(most) + heard["witness"]
    _, link, count = np.unique(link, return_inverse=True, return_counts=True)
    power = np.bincount(link, esp_dbm_from(heard["rssi_dbm"], heard["snr_db"])) / count
    return power, count / count.max()


@pytest.mark.parametrize("name", ["closed-clique", "attic-farm", "attenuator-rig"])
def test_groups_that_look_like_neighbours_are_heard_as_neighbours_are(name):
    settings = (("forging", "fspl-aware"), ("group_size", 30), ("spread_km", 2.0))
    plain, alike = day(name, settings), day(name, (*settings, ("as_neighbours", True), ("margin_db", 10.0)))
    honest = _looks(alike, ~alike.by_liar & ~alike.of_liar)
    before, after = _looks(plain, plain.inside), _looks(alike, alike.inside)
    assert alike.inside.sum() < 0.8 * plain.inside.sum()
    assert before[1].mean() > 0.9 > after[1].mean()  # every beacon of every pair, against some
    assert after[0].std() > 5.0
    assert abs(after[0].mean() - honest[0].mean()) < 0.5 * abs(before[0].mean() - honest[0].mean())
    assert alike.share(Reason.bad_rssi, alike.inside) < 0.005  # receivers spread by 2 dB around what was dialled


@pytest.mark.parametrize("name", ["relay", "witness-stuffing"])
def test_keys_with_receivers_of_their_own_report_signals_that_fit(name):
    settings = (("forging", "model-aware"), ("group_size", 10))
    own = (("own_receiver", True), ("least_fed_share", 0.1), ("fed_share", 0.6))
    plain, alike = day(name, settings), day(name, settings + own)
    strangers = [found.by_liar & ~found.of_liar & ~np.isin(found.receptions["witness"], found.truth["group"])
                 for found in (plain, alike)]  # fmt: skip
    assert strangers[1].sum() < 0.8 * strangers[0].sum()
    honest = alike.receptions["snr_db"][~alike.by_liar & ~alike.of_liar]
    medians = [np.median(found.receptions["snr_db"][rows]) - np.median(honest)
               for found, rows in zip((plain, alike), strangers, strict=True)]  # fmt: skip
    assert abs(medians[1]) < 0.5 * abs(medians[0])
    _, count = np.unique(alike.receptions["witness"][strangers[1]], return_counts=True)
    assert count.max() > 3 * count.min()  # each key has a share of its own


def test_sizes_of_groups_are_drawn():
    from poc.keys import Keys
    from poc.world.forging.groups import leaders

    ids = np.arange(1000, dtype=np.uint64)
    leader = leaders(ids, 12, Keys(3), smallest=5)
    sizes = np.sort(np.unique(leader, return_counts=True)[1])
    assert set(sizes[1:].tolist()) == set(range(5, 13))  # the last group is what is left
    assert (leader[leader] == leader).all()
    shuffled = np.random.default_rng(0).permutation(len(ids))
    assert (ids[shuffled][leaders(ids[shuffled], 12, Keys(3), smallest=5)] == ids[leader][shuffled]).all()
    for name in ("attic-farm", "attenuator-rig", "closed-clique", "relay", "sybil-station", "witness-stuffing"):
        with pytest.raises(ValueError, match="smallest_group = 9, expected 0 to group_size = 8"):
            ATTACKS[name](group_size=8, smallest_group=9)


def test_every_attack_has_a_test_of_its_own():
    tested = " ".join(name for name in globals() if name.startswith("test_"))
    for name in ATTACKS:
        assert name.replace("-", "_") in tested, name
