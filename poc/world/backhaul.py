"""From the hotspot to the server: latency, jitter and outages; they decide the first 14 and `too_late`.

A report takes the hotspot's typical latency times (0.7 + 0.3 E) with E exponential of mean 1, drawn for each report.
A hotspot that has an outage in an epoch is down for a keyed stretch of it: it neither beacons nor witnesses.
"""

from __future__ import annotations

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.truth import Span


def arrival_ns(leaves_ns: Array, latency_s: Array, keys: Keys, *ids: Array) -> Array:
    """Server time [ns] of reports that leave at `leaves_ns`, keyed by the ids of the report."""
    delay_s = latency_s * (0.7 + 0.3 * keys.of("jitter").exponential(*ids))
    return leaves_ns + np.round(delay_s * 1e9).astype(np.int64)


def is_up(truth: Table, rows: Array, time_ns: Array, span: Span, keys: Keys) -> Array:
    """Whether the hotspot of each row is up at each time of the span."""
    keys = keys.of("outage")
    hotspot = truth["hotspot"][rows]
    affected = keys.of("whether").uniform(hotspot, span.epoch) < truth["outage_share"][rows]
    start = keys.of("start").uniform(hotspot, span.epoch)
    end = start + keys.of("length").uniform(hotspot, span.epoch)
    place = (time_ns - span.start_ns) / (span.end_ns - span.start_ns)
    return np.asarray(~(affected & (place >= start) & (place < end)))
