"""L1: does the report name a frequency at all, is it within 1000 Hz of a channel of the region (v11), and is that the
channel of the beacon? Reports carry no channel number here, so the channel nearest to the frequency stands for it.

Source: helium/blockchain-core 0fc794e `tagged_witnesses` (`witness_zero_freq`, `incorrect_frequency`),
`spec/helium-iot.md` §12.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.nearest_channel import nearest_channel
from radio_models.lora.region_plans import REGION_PLANS

TOLERANCE_HZ = 1000


def _names_none(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return np.asarray(receptions["frequency_hz"] == 0)


def _off_channel(receptions: Table, limits: Any, memory: Memory) -> Flags:
    near = np.zeros(len(receptions), bool)
    for plan in REGION_PLANS.values():
        rows = np.flatnonzero(receptions["beaconer_region"] == plan.number)
        channels_hz = np.array([*plan.channels_hz, *plan.listed_channels_hz], np.float64)
        # floats, since a reported frequency may be any 64-bit number
        offset_hz = np.abs(receptions["frequency_hz"][rows, None].astype(np.float64) - channels_hz)
        near[rows] = (offset_hz <= TOLERANCE_HZ).any(axis=1)
    return ~near


def _another_channel(receptions: Table, limits: Any, memory: Memory) -> Flags:
    same = np.zeros(len(receptions), bool)
    for plan in REGION_PLANS.values():
        rows = np.flatnonzero(receptions["beaconer_region"] == plan.number)
        heard = nearest_channel(receptions["frequency_hz"][rows], plan.channels_hz)
        same[rows] = heard == nearest_channel(receptions["beacon_frequency_hz"][rows], plan.channels_hz)
    return ~same


no_frequency = Check(
    Reason.invalid_frequency,
    Side.witness,
    _names_none,
    rule="The report names a frequency at all.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses` (`witness_zero_freq`), spec/helium-iot.md §12.3",
    gets_past="Any number but zero.",
)
off_channel = Check(
    Reason.invalid_frequency,
    Side.witness,
    _off_channel,
    rule="The frequency is within 1000 Hz of a channel of the region.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses` (`incorrect_frequency`), spec/helium-iot.md §12.3",
    gets_past="A number from the list of channels.",
)
another_channel = Check(
    Reason.invalid_frequency,
    Side.witness,
    _another_channel,
    rule="The witness heard it on the channel of the beacon, told by the nearest channel of the region.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses` (`witness_on_incorrect_channel`), "
    "spec/helium-iot.md §12.3",
    gets_past="A copied number: the channel follows from the payload, which everybody who was told it knows.",
)
