"""When a hotspot beacons: once in every 6 h segment of its own clock, at a uniform whole second.

Source: helium/gateway-rs `beaconer.rs` `mk_next_beacon_time`, see `spec/helium-iot.md` §2.4. Segments are aligned to
the Unix epoch (00, 06, 12, 18 UTC); a report is sent about when transmission starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from poc.beacon.entropy import bytes_of, entropies_between, tick_s
from poc.beacon.payload import payloads_and_digests
from poc.keys import Keys
from poc.table import Array, Table
from poc.world.truth import Span
from radio_models.lora.region_plans import RegionPlan

SEGMENT_S = 21_600


@dataclass(frozen=True, slots=True)
class Transmissions:
    """Beacons on the air: `sender` is a row of the truth, `time_ns` true time of the start [ns since 1970].

    `entropies` are the remote entropies (ENTROPIES) that were the newest at some time of the span.
    """

    beacon: Array
    sender: Array
    time_ns: Array
    clock_ns: Array
    payload: Array
    frequency_hz: Array
    entropy: Array
    local_entropy: Array
    entropies: Table

    def __len__(self) -> int:
        return len(self.beacon)

    def with_sender(self, sender: Array) -> Transmissions:
        """The same transmissions, senders counted in another table."""
        return replace(self, sender=sender)

    def take(self, rows: Array) -> Transmissions:
        return Transmissions(
            self.beacon[rows],
            self.sender[rows],
            self.time_ns[rows],
            self.clock_ns[rows],
            self.payload[rows],
            self.frequency_hz[rows],
            self.entropy[rows],
            self.local_entropy[rows],
            self.entropies,
        )


def entropies_of(span: Span, keys: Keys) -> Table:
    """The remote entropies (ENTROPIES) that are the newest at some time of the span."""
    return entropies_between(span.start_ns, span.end_ns, keys.of("beaconing").of("entropy"))


def beacon_times(
    truth: Table, span: Span, plan: RegionPlan, keys: Keys, entropies: Table | None = None
) -> Transmissions:
    """All transmissions whose true start lies in the span, ordered by time and id.

    `entropies` are those of the span, where they are at hand already.
    """
    entropies = entropies_of(span, keys) if entropies is None else entropies
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

    sender, time_ns, clock_ns = sender[inside], time_ns[inside], clock_ns[inside]
    beacon = keys.of("id").bits(hotspot[inside], segment[inside])
    row = entropies.rows_of(tick_s(time_ns), "start_s")
    local_entropy = (keys.of("local-entropy").bits(beacon) >> np.uint64(32)).astype(np.uint32)
    data, payload = payloads_and_digests(bytes_of(entropies), entropies["start_s"], row, local_entropy)
    channel = (data[:, 0] + 256 * data[:, 1].astype(np.int64)) % len(plan.channels_hz)
    on_air = Transmissions(
        beacon=beacon,
        sender=sender,
        time_ns=time_ns,
        clock_ns=clock_ns,
        payload=payload,
        frequency_hz=np.asarray(plan.channels_hz, np.int64)[channel],
        entropy=entropies["entropy"][row],
        local_entropy=local_entropy,
        entropies=entropies,
    )
    return on_air.take(np.lexsort((beacon, time_ns)))
