"""Paired differences, by hand."""

import pytest

from poc.experiments.compare_card import card, headline, readable
from poc.experiments.comparison import NETWORK_METRICS, Comparison


@pytest.fixture
def comparison(tiny):
    """Two worlds. Under the new rules the lone liar loses all, towers lose a tenth and plain sites win."""
    rows, network = [], []
    pay = {
        (1, "old"): {"everybody": 100, "liar: spoof": 40, "honest": 60, "honest: tower": 20},
        (1, "new"): {"everybody": 100, "liar: spoof": 0, "honest": 100, "honest: tower": 18},
        (2, "old"): {"everybody": 200, "liar: spoof": 90, "honest": 110, "honest: tower": 40},
        (2, "new"): {"everybody": 200, "liar: spoof": 0, "honest": 200, "honest: tower": 36},
    }
    for (seed, profile), groups in pay.items():
        for group, amount in groups.items():
            before = pay[seed, "old"][group]
            rows.append({
                "seed": seed, "profile": profile, "group": group, "n_hotspots": 2, "n_bones": amount * 10**8,
                "n_unpaid": 0, "n_winners": 2 * (amount > before), "n_losers": 2 * (amount < before),
                "hnt_per_hotspot_day": amount / 2,
            })  # fmt: skip
        leak = {"old": 0.4 + 0.05 * (seed == 2), "new": 0.0}[profile]
        for name in NETWORK_METRICS:
            value = leak if name == "leakage.share" else None if name == "rewards.gini" else 1.0
            network.append({"seed": seed, "profile": profile, "metric": name, "value": value})
    return Comparison(tiny, ("old", "new"), (1, 2), rows, network, True, {"old": ["no payloads."], "new": []})


def test_differences_are_paired_by_world(comparison):
    rows = {row["group"]: row for row in comparison.group_changes()}
    liar = rows["liar: spoof"]
    assert (liar["before_hnt"], liar["after_hnt"], liar["difference"]) == (32.5, 0.0, -32.5)
    assert liar["low"] == pytest.approx(-32.5 - 12.706204736 * 12.5)  # t quantile for 1 degree of freedom, s/√n = 12.5
    assert (liar["relative_change"], liar["winners_share"], liar["losers_share"]) == (-1.0, 0.0, 1.0)
    assert rows["honest: tower"]["relative_change"] == pytest.approx(-0.1)
    assert (rows["honest"]["before_share"], rows["honest"]["after_share"]) == (170 / 300, 1.0)


def test_a_metric_that_nobody_has_has_no_difference(comparison):
    rows = {row["metric"]: row for row in comparison.network_changes()}
    assert rows["rewards.gini"] == {
        "profile": "new", "metric": "rewards.gini", "before": None, "after": None,
        "difference": None, "low": None, "high": None, "n_seeds": 0,
    }  # fmt: skip
    assert rows["leakage.share"]["difference"] == pytest.approx(-0.425)


def test_the_headline_has_the_worst_news_first(comparison):
    assert headline(comparison, "new") == [
        "Worst off among the honest: tower sites, -10.0% pay (4 hotspots over all worlds).",
        "0% of the honest hotspots earn less, 100% more.",
        "Liars take 0.0% of the pay instead of 42.5%.",
    ]


def test_the_card_says_what_was_checked_simplified_and_how_to_repeat_it(comparison):
    text = card(comparison)
    assert text.startswith("# new against old\n")
    assert "judged the same reports to the byte (checked)" in text
    assert "Simplified in old: no payloads." in text
    assert "`poc compare tiny.toml --profile old --profile new --seeds 2 --seed 1`" in text
    assert "| liar: spoof | 4 | 32.5 | 0 | -32.5 [-191, +126] | -100.0% | 43.3% → 0.0% | 0% | 100% |" in text


def test_rows_for_people_and_for_programs_have_one_shape(comparison):
    assert len({tuple(row) for row in comparison.summary()}) == 1
    assert len({tuple(row) for row in readable(comparison)}) == 1
    assert len(readable(comparison)) == len(comparison.summary()) == len(NETWORK_METRICS) + 4
