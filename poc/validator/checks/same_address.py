"""L1: does the witness report from the beaconer's own Internet address? The challenger dropped such reports.

Addresses are no part of any report file; the registered owner stands in for one, and an owner of 0 is nobody's. Which
hotspots share one is told by `poc.validator.addresses.judge_by_address`; elsewhere nothing fails.
Source: helium/miner `src/poc/miner_poc_mgr.erl`, `spec/helium-iot.md` §12.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return np.zeros(len(receptions), bool)


same_address = Check(
    Reason.self_witness,
    Side.witness,
    _fails,
    rule="The witness does not report from the beaconer's address; the registered owner stands in for the address.",
    source="helium/miner `src/poc/miner_poc_mgr.erl`, spec/helium-iot.md §12.1",
    gets_past="A second Internet connection, a VPN, or here a second owner's name.",
)
