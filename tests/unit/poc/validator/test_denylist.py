"""Scores to denylist: who is on it, what it replaces, which tag wins."""

import numpy as np

from poc.schema import SCORES
from poc.validator.denylist import denylist_from_scores, suspects
from poc.validator.state import Denylist, ValidatorState


def scores(*rows):
    detector, hotspot, verdict = zip(*rows, strict=True)
    return SCORES.table(
        detector=np.array(detector), hotspot=np.array(hotspot), probability=0.5, log_likelihood_ratio=0.0,
        verdict=np.array(verdict), estimated_latitude_deg=0.0, estimated_longitude_deg=0.0, credible_radius_m=0.0,
        family="", evidence="",
    )  # fmt: skip


TODAY = scores(("a", 9, "suspect"), ("a", 3, "honest"), ("b", 3, "suspect"), ("b", 9, "suspect"), ("b", 4, "undecided"))


def test_one_detector_is_enough_and_undecided_is_not():
    assert suspects(TODAY).tolist() == [3, 9]


def test_a_new_list_replaces_the_old_and_keeps_the_edges():
    edges = np.array([[1, 2]], np.uint64)
    state = ValidatorState(denylist=Denylist("loaded", np.array([5], np.uint64), edges, tag=1))
    after = denylist_from_scores(TODAY, state, tag=2).denylist
    assert (after.status, after.hotspots.tolist(), after.tag) == ("loaded", [3, 9], 2)
    assert after.edges.tolist() == [[1, 2]]


def test_an_old_tag_is_refused_but_any_tag_loads_the_first_list():
    loaded = ValidatorState(denylist=Denylist("loaded", tag=7))
    assert denylist_from_scores(TODAY, loaded, tag=7) is loaded
    assert denylist_from_scores(TODAY, ValidatorState(denylist=Denylist("unloaded")), tag=0).denylist.status == "loaded"


def test_no_scores_load_an_empty_list():
    assert denylist_from_scores(SCORES.empty(), ValidatorState(), tag=1).denylist.hotspots.tolist() == []
