"""L1: are the asserted places within 100 km, by the chain's own measure? Exactly 100 km still is.

Source: helium/blockchain-core 0fc794e `tagged_witnesses`, `poc_distance_limit` (HIP-58), `spec/helium-iot.md` §12.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.legacy_distance import legacy_distance_km


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    distance_km = legacy_distance_km(receptions["beaconer_cell"], receptions["witness_cell"])
    return np.asarray(distance_km > limits.max_distance_km)


legacy_distance = Check(
    Reason.max_distance_exceeded,
    Side.witness,
    _fails,
    rule="The asserted places are near enough by the chain's own measure.",
    source="helium/blockchain-core 0fc794e `tagged_witnesses` (`witness_too_far`), HIP-58, spec/helium-iot.md "
    "§12.3, §12.4",
    gets_past="Every false place within the limit.",
    limits=("max_distance_km",),
)
