from collections.abc import Callable

import numpy as np

from poc.report.expected_witnesses import expected_witnesses
from poc.store import RunData


def test_an_honest_hotspot_is_heard_as_expected(hand_run: RunData) -> None:
    surprises = [expected_witnesses(hand_run, hotspot, 1) for hotspot in range(1001, 1041)]
    assert all(found is not None for found in surprises)
    # everybody within 1.8 km hears: expectation and count agree over the fleet
    expected = sum(found.n_expected for found in surprises if found)
    heard = sum(found.n_heard for found in surprises if found)
    assert abs(expected - heard) < 0.25 * heard


def test_a_liar_is_silent_near_and_heard_far(make_run: Callable[..., RunData]) -> None:
    run = make_run(n_honest=150, n_liars=8)
    found = [each for hotspot in range(1151, 1159) if (each := expected_witnesses(run, hotspot, 1))]
    odd = [each for each in found if len(each.silent_near()) and len(each.heard_far())]
    assert len(odd) >= 2
    for each in odd:
        assert each.distance_m[each.heard_far()].min() > each.distance_m[each.silent_near()].max()
    honest = [expected_witnesses(run, hotspot, 1) for hotspot in range(1001, 1041)]
    usual = np.quantile([each.surprise for each in honest if each], 0.9)
    assert all(each.surprise > usual for each in odd)


def test_a_dead_receiver_is_no_miss(make_run: Callable[..., RunData]) -> None:
    run = make_run(n_honest=30, n_liars=0)
    everybody = expected_witnesses(run, 1001, 1)
    assert everybody is not None
    activity = run.tables["activity"]
    keep = np.asarray(activity.column("hotspot")) != everybody.witness[~everybody.heard][0]
    tables = {**run.tables, "activity": activity.filter(keep)}
    fewer = expected_witnesses(RunData(run.manifest, {}, tables), 1001, 1)
    assert fewer is not None
    assert len(fewer.witness) == len(everybody.witness) - 1


def test_nothing_to_say_without_links_or_place(hand_run: RunData, make_run: Callable[..., RunData]) -> None:
    assert expected_witnesses(make_run(leave_out=("link_statistics", "witness_verdicts")), 1001, 1) is None
    assert expected_witnesses(hand_run, 5, 1) is None
