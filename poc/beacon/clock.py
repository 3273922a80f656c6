"""When a hotspot beacons next: once in every segment of six hours, at a random whole second.

Source: helium/gateway-rs `src/beaconer.rs` `mk_next_beacon_time`, `spec/helium-iot.md` §2.4. The scalar rule;
`poc.world.beaconing` draws all beacons of a run at once, one in each segment.
"""

from __future__ import annotations

from collections.abc import Callable

INTERVAL_S = 21_600

#: `draw(n)` is a whole number 0 … n − 1.
Draw = Callable[[int], int]


def next_beacon_s(now_s: int, planned_s: int | None, draw: Draw) -> int:
    """The time [s since 1970] of the next beacon, given the one planned so far (None at the start).

    A plan in the future is kept. One that passed in the current segment gives way to a second of the next segment, one
    that passed earlier to a second of what is left of the current one.

    >>> next_beacon_s(now_s=1000, planned_s=2000, draw=lambda n: 0)
    2000
    >>> next_beacon_s(now_s=1000, planned_s=900, draw=lambda n: 0)
    21600
    """
    segment_s = now_s // INTERVAL_S * INTERVAL_S
    if planned_s is None:
        planned_s = segment_s + draw(INTERVAL_S)
    if planned_s > now_s:
        return planned_s
    if planned_s >= segment_s:
        return segment_s + INTERVAL_S + draw(INTERVAL_S)
    return now_s + draw(segment_s + INTERVAL_S - now_s)
