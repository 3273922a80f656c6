"""From the hotspot to the server: latency, jitter and outages; they decide the first 14 and `too_late`.

A report takes the hotspot's typical latency times (0.7 + 0.3 E) with E exponential of mean 1, drawn for each report.
A hotspot that has an outage in an epoch is down for a keyed stretch of it: it neither beacons nor witnesses. Outages
begin and end at whole ticks, of which an epoch has 65,536.
"""

from __future__ import annotations

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.truth import Span
from radio_models.float32 import uniform_log

TICKS = 65_536
LEAST_DELAY, MEAN_EXTRA_DELAY = np.float32(0.7), np.float32(0.3)  # of the typical latency


def arrival_ns(leaves_ns: Array, latency_s: Array, keys: Keys, *ids: Array) -> Array:
    """Server time [ns] of reports that leave at `leaves_ns`, keyed by the ids of the report."""
    word = keys.of("jitter").bits(*ids).astype(np.uint32)  # the lower half
    return leaves_ns + delay_ns(latency_s, word)


def delay_ns(latency_s: Array, word: Array) -> Array:
    """Delay [ns] of reports of hotspots with these latencies, from 32 random bits each.

    >>> delay_ns(np.array([0.1]), np.uint32([2**32 - 1])).tolist()
    [70000000]
    """
    delay_s = np.asarray(latency_s, np.float32) * (LEAST_DELAY + MEAN_EXTRA_DELAY * uniform_log(word))
    return np.rint(delay_s.astype(np.float64) * 1e9).astype(np.int64)


def outages(truth: Table, span: Span, keys: Keys) -> tuple[Array, Array]:
    """First tick of each hotspot's outage in the span and the tick that ends it (uint16); both 0 without one."""
    keys = keys.of("outage")
    begin, end = np.zeros(len(truth), np.uint16), np.zeros(len(truth), np.uint16)
    affected = np.flatnonzero(keys.of("whether").uniform(truth["hotspot"], span.epoch) < truth["outage_share"])
    hotspot = truth["hotspot"][affected]
    start = keys.of("start").uniform(hotspot, span.epoch)
    begin[affected] = start * TICKS
    end[affected] = np.minimum((start + keys.of("length").uniform(hotspot, span.epoch)) * TICKS, TICKS - 1)
    return begin, end


def ticks(time_ns: Array, span: Span) -> Array:
    """The tick of the span in which each time [ns] lies (uint16); the first or last for times outside."""
    tick = (time_ns - span.start_ns) / (span.end_ns - span.start_ns) * TICKS
    return np.clip(tick, 0, TICKS - 1).astype(np.uint16)


def is_up(down: tuple[Array, Array], rows: Array, tick: Array) -> Array:
    """Whether the hotspot of each row is up at each tick; `down` from `outages`."""
    begin, end = down
    return np.asarray((tick < begin[rows]) | (tick >= end[rows]))
