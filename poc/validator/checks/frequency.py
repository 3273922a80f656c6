"""Are both on the same channel? The distance is cut to its lowest 32 bits and read as a signed number before it is
compared, as Helium does, so frequencies about 2^31 to 2^32 Hz apart pass.

Source: oracles-iot `poc.rs` `verify_witness_freq` (`abs_diff as i32`), `spec/helium-iot.md` §7 row 8.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    sent_hz, heard_hz = receptions["beacon_frequency_hz"], receptions["frequency_hz"]
    apart_hz = np.maximum(sent_hz, heard_hz).astype(np.uint64) - np.minimum(sent_hz, heard_hz).astype(np.uint64)
    return np.asarray(apart_hz.astype(np.uint32).view(np.int32) > limits.max_frequency_offset_hz)


witness_frequency = Check(
    Reason.invalid_frequency,
    Side.witness,
    _fails,
    rule="The witness names the beacon's frequency, to a tolerance.",
    source="oracles-iot `poc.rs` `verify_witness_freq`, spec/helium-iot.md §7 row 8",
    gets_past="A copied number: frequency is declared, not measured. One that is 2^31 to 2^32 Hz off passes as well.",
    limits=("max_frequency_offset_hz",),
)
