"""Ours: can the report have come when it did, given when the beacon's came and how long the packet is on the air?

A hotspot reports its beacon as it begins to send; nobody has heard a packet before its last symbol. So a witness report
can come earlier after the beacon's than the packet lasts only by what the latter took to the server. Whoever knows the
payload beforehand and reports at once is refused, and no report, junk or not, starts a clock for the others, as it does
in `witness_lag`. Source: our own answer to `spec/helium-iot.md` §14.5 and §15.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.beacon.frame import FRAME_BYTES
from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory, difference
from radio_models.lora.airtime import airtime_s

_FACTORS = (7, 12)
#: Time on air [ns] of a beacon by spreading factor from 7 on.
_AIRTIME_NS = np.array([round(airtime_s(FRAME_BYTES, factor) * 1e9) for factor in range(7, 13)], np.int64)


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    lag_ns = difference(receptions["received_ns"], receptions["beacon_received_ns"])
    factor = np.clip(receptions["spreading_factor"], *_FACTORS).astype(np.int64)
    earliest_ns = _AIRTIME_NS[factor - _FACTORS[0]] - limits.max_beacon_delay_ms * 10**6
    return (lag_ns < earliest_ns) | (lag_ns > limits.max_lag_after_beacon_ms * 10**6)


possible_arrival = Check(
    Reason.too_late,
    Side.witness,
    _fails,
    rule="The report came neither before the beacon's packet can have ended nor too long after the beacon's report.",
    source="our own, against spec/helium-iot.md §14.5 and §15.4; Helium's reasons have no other word for a wrong time",
    gets_past="Friends who wait for the allowance and still report first; relays faster than the limit.",
    limits=("max_beacon_delay_ms", "max_lag_after_beacon_ms"),
)
