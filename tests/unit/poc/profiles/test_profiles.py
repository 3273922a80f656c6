"""Every profile is complete and adds up; limits can be bent, but not to nonsense."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from cli.commands.profiles import group
from poc.errors import ScenarioError
from poc.profiles import ALIASES, PROFILES
from poc.profiles.helium_iot_2026 import ADMISSION_CHECKS, BEACON_CHECKS, HELIUM_IOT_2026, WITNESS_CHECKS
from poc.profiles.limits import HELIUM_BOUNDS, HELIUM_WORDS, HeliumLimits
from poc.profiles.pages import comparison, limits_of
from poc.rewards.rules import RULES
from poc.schema import CLAIMS
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.possible_arrival import possible_arrival
from poc.validator.discarding import discard
from poc.validator.judge import Rules


def test_aliases_lead_somewhere():
    assert set(ALIASES.values()) <= set(PROFILES)
    assert not set(ALIASES) & set(PROFILES)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_complete(name):
    profile = PROFILES[name]
    assert profile.name == name
    assert profile.sources
    assert type(profile.reward_rule) in RULES.values()
    assert [kind.name for kind in profile.evidence_kinds] == ["beacon_witness"]
    assert profile.status and profile.gets_past
    for kind in profile.evidence_kinds:
        if kind.judge is discard:
            assert not kind.checks
            continue
        assert list(kind.checks) == [
            "readiness",
            "admission",
            "beacon",
            "witness",
            "beacon reciprocity",
            "witness reciprocity",
        ]
        assert isinstance(kind.judge.args[0], Rules)
        assert kind.checks == kind.judge.args[0].stages


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_emission_is_cut_into_the_whole(name):
    emission = PROFILES[name].emission
    parts = [pool.emission_share for pool in emission.pools] + [emission.data_share, *emission.reserved.values()]
    assert sum(parts) == Decimal(1)
    takers = sum((pool.unused_data_share for pool in emission.pools), Decimal(bool(emission.unused_data_to)))
    assert takers == (1 if emission.data_share else 0)
    assert emission.unused_data_to in ("", *emission.reserved)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_the_rule_pays_into_pools_that_exist(name):
    profile = PROFILES[name]
    claims = CLAIMS.table(
        kind="beacon_witness", evidence=[1, 2, 3, 4, 5], hotspot=[1, 2, 1, 2, 3],
        role=["beaconer", "witness", "reach", "witness", "challenger"], peer=[0, 1, 2, 1, 1],
        cell=[0, *[631615575095659519] * 3, 0], strength_db=10.0, hex_scale_e4=10_000,
        reward_unit_e4=10_000,
    )  # fmt: skip
    shares = profile.reward_rule.shares(claims, None, profile.limits)
    pools = {pool.name for pool in profile.emission.pools}
    assert set(shares["pool"].tolist()) == pools or not pools


def test_helium_s_order_of_checks():
    assert [check.reason.name for check in (*ADMISSION_CHECKS, *BEACON_CHECKS)] == [
        "gateway_not_found", "not_asserted", "denied", "entropy_expired", "invalid_capability", "irregular_interval",
        "invalid_packet",
    ]  # fmt: skip
    assert [check.reason.name for check in WITNESS_CHECKS] == [
        "duplicate", "gateway_not_found", "not_asserted", "not_asserted", "denied", "denied_edge", "self_witness",
        "entropy_expired", "too_late", "invalid_packet", "invalid_capability", "invalid_frequency", "invalid_region",
        "below_min_distance", "max_distance_exceeded", "bad_rssi",
    ]  # fmt: skip


def test_guarded_keeps_helium_s_checks_but_the_one_that_starvation_turns_around():
    guarded, helium = (PROFILES[name].evidence_kinds[0].checks for name in ("guarded", "helium-iot-2026"))
    assert guarded.keys() == helium.keys()
    exchanged = [
        (old, new) for stage in helium for old, new in zip(helium[stage], guarded[stage], strict=True) if old is not new
    ]
    assert exchanged == [(witness_lag, possible_arrival)]


def test_every_limit_has_bounds():
    assert {field.name for field in fields(HeliumLimits)} == {*HELIUM_BOUNDS, *HELIUM_WORDS}


def test_bending_is_remembered():
    bent = HELIUM_IOT_2026.bend({"max_distance_km": 50, "max_witnesses": 14})
    assert bent.limits.max_distance_km == 50.0
    assert bent.differences == {"limits.max_distance_km": "100.0 -> 50.0"}


@pytest.mark.parametrize(
    ("name", "limit", "value", "message"),
    [
        ("helium-iot-2026", "max_distance", 5.0, "did you mean 'max_distance_km'"),
        ("helium-iot-2026", "max_witnesses", 2.5, "expected int"),
        ("helium-iot-2026", "max_distance_km", float("nan"), "expected 0 to 20040"),
        ("helium-iot-2026", "density_refresh_s", 0, "expected 1 to"),
        ("helium-iot-2026", "density_table", "hip-105", "did you mean 'hip-104'"),
        ("guarded", "overlap_decay", 1.5, "expected 0 to 1"),
        ("guarded", "coverage_res", 12, "expected 0 to 11"),
        ("guarded", "value_layer", "populaton", "did you mean 'population'"),
    ],
)
def test_nonsense_is_refused(name, limit, value, message):
    with pytest.raises(ScenarioError, match=message):
        PROFILES[name].bend({limit: value})


def test_replaced_limits_are_checked_too():
    with pytest.raises(ScenarioError):
        replace(PROFILES["guarded"].limits, max_paid=0)


def test_limits_say_where_they_come_from():
    for profile in PROFILES.values():
        assert all(rule.source for rule in limits_of(profile)), profile.name


def test_two_profiles_side_by_side():
    rows = {(row["part"], row["rule"]): row for row in comparison(HELIUM_IOT_2026, PROFILES["hip-94"])}
    late = rows["witness check", "too_late"]
    assert (
        not late["same"]
        and "4000" in late["helium-iot-2026"]
        and "500" in late["hip-94"]
        and "HIP-94" in late["source"]
    )
    assert rows["limit", "base_window_ms"]["helium-iot-2026"] == "–"
    assert rows["witness check", "bad_rssi"]["same"]
    assert all(row["same"] for row in comparison(HELIUM_IOT_2026, HELIUM_IOT_2026))


@pytest.mark.parametrize("form", ["json", "csv"])
def test_compare_as_a_command(form):
    done = CliRunner().invoke(group, ["compare", "helium-iot", "hip-136", "--format", form])
    assert done.exit_code == 0 and "redundant" in done.stdout and "below_min_distance" not in done.stdout
    assert "of them the same" in done.stderr
