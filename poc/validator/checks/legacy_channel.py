"""L1: does the report name a frequency at all, and (v11) is it within 1000 Hz of a channel of the region?

Source: helium/blockchain-core 0fc794e `tagged_witnesses` (`witness_zero_freq`, `incorrect_frequency`),
`spec/helium-iot.md` §12.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
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
