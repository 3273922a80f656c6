"""Which density map is in force when, and who counts in it."""

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.validator.state import NEVER_NS, Denylist, ValidatorState
from tests.oracle.events import HOUR, LOC1, LOC4, NOON, Scene

#: The next full half-hour after the scenes' noon.
TICK = (NOON // (HOUR // 2) + 1) * (HOUR // 2)


def _scale_at(received_ns, *, last_reciprocal_ns, overrides=None, neighbour_cell=LOC1, region=1):
    """Scale of hotspot 1's beacon, when it and a hotspot 2 beaconed reciprocally at the given times."""
    scene = Scene(overrides=overrides or {}).hotspot(1, cell=LOC1, region=region).hotspot(2, cell=neighbour_cell)
    scene.reciprocal(1, 2, at_ns=received_ns - HOUR)
    times = scene.state.last_times.replace(last_reciprocal_beacon_ns=np.array(last_reciprocal_ns))
    scene.state = ValidatorState(times, Denylist())
    scene.beacon(1, received_ns)
    return int(scene.judge().verdicts["beacon_verdicts"]["hex_scale_e4"][0])


@pytest.mark.parametrize(
    ("ago_ns", "scale"), [(61 * HOUR, 10_000), (61 * HOUR + 1, 2000), (1, 10_000), (0, 2000), (-(10**6), 2000)]
)
def test_sixty_one_hours_before_the_last_tick(ago_ns, scale):
    assert _scale_at(TICK + 7 * 10**9, last_reciprocal_ns=[TICK - ago_ns, NEVER_NS]) == scale


def test_neighbours_in_the_same_cell_share():
    received_ns = TICK + 10**9
    assert _scale_at(received_ns, last_reciprocal_ns=[NOON, NOON]) == 5000
    assert _scale_at(received_ns, last_reciprocal_ns=[NOON, NEVER_NS]) == 10_000
    assert _scale_at(received_ns, last_reciprocal_ns=[NEVER_NS, NOON]) == 10_000  # the cell is in the map
    assert _scale_at(received_ns, last_reciprocal_ns=[NEVER_NS, NOON], neighbour_cell=LOC4) == 2000


def test_who_has_no_region_does_not_count():
    scene = Scene().hotspot(1, cell=LOC1).hotspot(2, cell=LOC1, region=99)
    scene.reciprocal(1, 2, at_ns=NOON)
    scene.beacon(1, TICK + 10**9)
    assert scene.judge().verdicts["beacon_verdicts"]["hex_scale_e4"].tolist() == [10_000]


def test_a_beacon_counts_from_the_next_tick_on():
    scene = Scene().hotspot(1, cell=LOC1).hotspot(2, cell=LOC1).hotspot(3, cell=LOC4)
    scene.reciprocal(1, 2, 3, at_ns=TICK - 70 * HOUR)
    times = scene.state.last_times.replace(last_witness_ns=[TICK] * 3)
    scene.state = ValidatorState(times, Denylist())
    bucket = 6 * HOUR
    start = (TICK // bucket + 1) * bucket
    for hotspot, received_ns in ((1, start), (2, start + HOUR // 2 - 1), (1, start + bucket), (2, start + bucket + 1)):
        scene.report(3, scene.beacon(hotspot, received_ns))
    assert scene.judge().verdicts["beacon_verdicts"]["hex_scale_e4"].tolist() == [2000, 2000, 5000, 5000]


def test_other_tables_and_the_default_scale():
    at, both = TICK + 10**9, [NOON, NOON]
    assert _scale_at(at, last_reciprocal_ns=both, overrides={"density_table": "none"}) == 10_000
    assert _scale_at(at, last_reciprocal_ns=[NEVER_NS] * 2, overrides={"default_scale_e4": 77}) == 77
    assert _scale_at(at, last_reciprocal_ns=both, overrides={"density_table": "hip-17"}) == 5000


def test_minimal_has_no_density():
    assert PROFILES["minimal"].limits.density_table == "none"
