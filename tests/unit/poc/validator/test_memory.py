"""As-of look-ups against a walk through the events."""

import numpy as np

from poc.validator.memory import Events, last_times_after, last_times_before
from poc.validator.state import LAST_TIMES, NEVER_NS

COLUMN = "last_witness_ns"


def _events(*rows):
    hotspot, position, received_ns = zip(*rows, strict=True) if rows else ((), (), ())
    return Events(np.array(hotspot, np.uint64), np.array(position, np.int64), np.array(received_ns, np.int64))


def _remembered(**times):
    ids = np.array(sorted(int(key[1:]) for key in times), np.uint64)
    values = [times[f"h{hotspot}"] for hotspot in ids]
    return LAST_TIMES.table(
        hotspot=ids, last_beacon_ns=values, last_reciprocal_beacon_ns=values, last_witness_ns=values,
        earlier_reciprocal_beacon_ns=NEVER_NS,
    )  # fmt: skip


def _ask(events, remembered, *queries, including=False):
    hotspot, position = zip(*queries, strict=True)
    return last_times_before(
        events, remembered, COLUMN, np.array(hotspot, np.uint64), np.array(position), including=including
    ).tolist()


def test_before_and_including():
    events = _events((5, 1, 100), (5, 3, 50))
    queries = [(5, position) for position in range(5)]
    assert _ask(events, _remembered(h5=7), *queries) == [7, 7, 100, 100, 50]
    assert _ask(events, _remembered(h5=7), *queries, including=True) == [7, 100, 100, 50, 50]


def test_strangers_and_neighbours_in_id():
    events = _events((5, 0, 100), (9, 0, 200))
    assert _ask(events, LAST_TIMES.empty(), (4, 3), (5, 3), (6, 3), (9, 3), (2**64 - 1, 3)) == [
        NEVER_NS, 100, NEVER_NS, 200, NEVER_NS,
    ]  # fmt: skip


def test_no_events_and_no_queries():
    assert _ask(_events(), _remembered(h5=7), (5, 0), (6, 0)) == [7, NEVER_NS]
    none = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    assert len(last_times_before(_events((5, 0, 1)), LAST_TIMES.empty(), COLUMN, *none, including=True)) == 0


def test_against_a_walk():
    rng = np.random.default_rng(3)
    n = 2000
    position = np.sort(rng.integers(0, 300, n))
    rows = list(
        zip(rng.integers(0, 40, n).tolist(), position.tolist(), rng.integers(-1000, 1000, n).tolist(), strict=True)
    )
    queries = list(zip(rng.integers(0, 45, 500).tolist(), rng.integers(0, 301, 500).tolist(), strict=True))
    for including in (False, True):
        walked = []
        for hotspot, at in queries:
            known = [time for who, when, time in rows if who == hotspot and (when < at or (including and when == at))]
            walked.append(known[-1] if known else NEVER_NS)
        assert _ask(_events(*rows), LAST_TIMES.empty(), *queries, including=including) == walked


def test_memory_after_keeps_the_old_and_adds_the_new():
    nothing = _events()
    after = last_times_after(
        _remembered(h2=20, h5=50),
        {
            "last_beacon_ns": _events((5, 0, 1), (7, 4, 2)),
            "last_reciprocal_beacon_ns": nothing,
            "last_witness_ns": nothing,
        },
        10,
    )
    assert after["hotspot"].tolist() == [2, 5, 7]
    assert after["last_beacon_ns"].tolist() == [20, 1, 2]
    assert after["last_witness_ns"].tolist() == [20, 50, NEVER_NS]


def test_memory_keeps_what_the_map_of_the_last_beacon_knew():
    nothing = _events()
    events = {"last_beacon_ns": nothing, "last_witness_ns": nothing}
    after = last_times_after(
        _remembered(h1=5, h2=21, h3=21, h4=7),
        events | {"last_reciprocal_beacon_ns": _events((1, 0, 12), (2, 1, 25), (3, 1, 33), (1, 2, 27), (5, 3, 40))},
        10,
    )
    assert after["hotspot"].tolist() == [1, 2, 3, 4, 5]
    assert after["last_reciprocal_beacon_ns"].tolist() == [27, 25, 33, 7, 40]
    assert after["earlier_reciprocal_beacon_ns"].tolist() == [12, NEVER_NS, 21, NEVER_NS, NEVER_NS]
    again = last_times_after(after, events | {"last_reciprocal_beacon_ns": _events((1, 0, 29))}, 10)
    assert again["earlier_reciprocal_beacon_ns"].tolist()[:2] == [12, NEVER_NS]
