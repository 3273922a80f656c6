"""When a hotspot beacons: once in every 6 h segment of its own clock, at a uniform whole second.

Source: helium/gateway-rs `beaconer.rs` `mk_next_beacon_time`, see `spec/helium-iot.md` §2.4. Segments are aligned to
the Unix epoch (00, 06, 12, 18 UTC); a report is sent about when transmission starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.truth import Span
from radio_models.lora.region_plans import RegionPlan

SEGMENT_S = 21_600


@dataclass(frozen=True, slots=True)
class Transmissions:
    """Beacons on the air: `sender` is a row of the truth, `time_ns` true time of the start [ns since 1970]."""

    beacon: Array
    sender: Array
    time_ns: Array
    clock_ns: Array
    payload: Array
    frequency_hz: Array

    def __len__(self) -> int:
        return len(self.beacon)

    def take(self, rows: Array) -> Transmissions:
        return Transmissions(
            self.beacon[rows],
            self.sender[rows],
            self.time_ns[rows],
            self.clock_ns[rows],
            self.payload[rows],
            self.frequency_hz[rows],
        )


def beacon_times(truth: Table, span: Span, plan: RegionPlan, keys: Keys) -> Transmissions:
    """All transmissions whose true start lies in the span, ordered by time and id."""
    keys = keys.of("beaconing")
    segment_ns = SEGMENT_S * 10**9
    offset_ns = np.round(truth["clock_offset_s"] * 1e9).astype(np.int64)
    reach_ns = int(np.abs(offset_ns).max(initial=0))
    first = (span.start_ns - reach_ns) // segment_ns
    segments = np.arange(first, (span.end_ns + reach_ns) // segment_ns + 1)

    sender = np.repeat(np.arange(len(truth)), len(segments))
    segment = np.tile(segments, len(truth))
    hotspot = truth["hotspot"][sender]
    second = keys.of("second").integers(SEGMENT_S, hotspot, segment)
    fraction_ns = keys.of("fraction").integers(10**9, hotspot, segment)
    clock_ns = segment * segment_ns + second * 10**9 + fraction_ns
    time_ns = clock_ns - offset_ns[sender]
    inside = (time_ns >= span.start_ns) & (time_ns < span.end_ns)

    beacon = keys.of("id").bits(hotspot, segment)
    channels_hz = np.asarray(plan.channels_hz, np.int64)
    all_of_them = Transmissions(
        beacon=beacon,
        sender=sender,
        time_ns=time_ns,
        clock_ns=clock_ns,
        payload=keys.of("payload").bits(beacon),
        frequency_hz=channels_hz[keys.of("channel").integers(len(channels_hz), beacon)],
    ).take(inside)
    return all_of_them.take(np.lexsort((all_of_them.beacon, all_of_them.time_ns)))
