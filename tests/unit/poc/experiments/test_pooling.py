"""Hotspots of several worlds are ranked together, against pairs counted one by one."""

import itertools

from poc.experiments.executors import Failure
from poc.experiments.pooling import pooled
from poc.metrics.ranking import area_under


def world(attacks, probability, ratio, scored=None):
    """One world whose hotspots carry the same ids as those of any other."""
    ids = list(range(10, 10 + len(attacks)))
    kept = ids if scored is None else scored
    return {
        "hotspot": ids, "attack": attacks,
        "scores": {"d": {"hotspot": kept, "probability": probability, "log_likelihood_ratio": ratio}},
    }  # fmt: skip


def test_the_pooled_area_is_the_share_of_pairs_in_order():
    worlds = [
        world(["lie", "", ""], [0.6, 0.7, 0.1], [1.0, 2.0, 0.0]),
        world(["lie", "lie", ""], [0.9, 0.7, 0.7], [3.0, 5.0, 5.0]),
    ]
    liars = [(0.6, 1.0), (0.9, 3.0), (0.7, 5.0)]
    honest = [(0.7, 2.0), (0.1, 0.0), (0.7, 5.0)]
    wins = sum((a > b) + 0.5 * (a == b) for a, b in itertools.product(liars, honest))
    pool = pooled(["lie", "lie"], worlds)["lie", "d"]
    assert area_under(pool.roc) == wins / 9
    assert pool.n_worlds == 2


def test_a_hotspot_without_a_score_ranks_last_and_failed_worlds_are_left_out():
    pools = pooled(["lie", "lie"], [world(["lie", ""], [0.0], [-9.0], scored=[11]), Failure("no")])
    assert area_under(pools["lie", "d"].roc) == 0.0
    assert pools["lie", "d"].n_worlds == 1


def test_liars_found_at_one_percent_and_their_interval():
    pool = pooled(["lie"], [world(["lie"] * 4 + [""] * 100, [0.9, 0.8, 0.7, 0.1] + [0.75] + [0.2] * 99, [0.0] * 104)])[
        "lie", "d"
    ]
    assert pool.n_found == 3  # at most one of a hundred honest hotspots may be accused
    low, high = pool.interval
    assert low < 0.75 < high
