"""Is the beacon the one that its entropies, region and gain allow? Payload, channel and data rate are compared.

Power is not (the comparison is switched off upstream). A report that names no entropy, or one that the archive lacks,
cannot be rebuilt and passes. Channels count in Helium's listing and in the band that radios really use: they differ in
EU433 alone. Source: oracles-iot `poc.rs` `verify_beacon_payload`, `spec/helium-iot.md` §2.3, §6 row 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from radio_models.lora.region_plans import REGION_PLANS


def _fails(beacons: Table, limits: Any, memory: Memory) -> Flags:
    # a region without a plan matches nothing, so its beacons fail
    region, frequency_hz, word = beacons["beaconer_region"], beacons["frequency_hz"], beacons["rebuilt_channel_word"]
    matches = np.zeros(len(beacons), bool)
    for plan in REGION_PLANS.values():
        rows = np.flatnonzero(region == plan.number)
        channel = word[rows] % np.uint16(len(plan.channels_hz))
        on_channel = (np.asarray(plan.listed_channels_hz)[channel] == frequency_hz[rows]) | (
            np.asarray(plan.channels_hz)[channel] == frequency_hz[rows]
        )
        power_left = beacons["beaconer_gain_dbi"][rows] <= plan.max_eirp_dbm
        at_rate = beacons["spreading_factor"][rows] == plan.poc_spreading_factor
        matches[rows] = on_channel & power_left & at_rate
    matches &= beacons["rebuilt_payload"] == beacons["payload"]
    return beacons["rebuilt"] & ~matches


beacon_payload = Check(
    Reason.invalid_packet,
    Side.beaconer,
    _fails,
    rule="Payload, channel and data rate are those that the entropies, the asserted region and gain give; "
    "power is not compared.",
    source="oracles-iot `poc.rs` `verify_beacon_payload`, helium/proto `beacon/src/lib.rs`, spec/helium-iot.md "
    "§2.3, §6 row 5",
    gets_past="A beacon computed without a radio; any claimed power; the same beacon claimed by several hotspots of "
    "one region, since no key goes into it.",
)
