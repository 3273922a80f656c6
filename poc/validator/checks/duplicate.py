"""Has this witness already reported this beacon? The earliest report is judged, even if it is a bad one.

Source: oracles-iot `poc.rs` `verify_witnesses`, `spec/helium-iot.md` §7 row D.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    # RECEPTIONS stand beacon by beacon in order of arrival, and a stable sort by witness keeps that order
    beacon, witness = receptions["beacon"], receptions["witness"]
    order = np.argsort(witness, kind="stable")
    again = (beacon[order][1:] == beacon[order][:-1]) & (witness[order][1:] == witness[order][:-1])
    fails = np.zeros(len(receptions), bool)
    fails[order[1:][again]] = True
    return fails


duplicate = Check(
    Reason.duplicate,
    Side.witness,
    _fails,
    rule="It is the witness's first report of this beacon; later ones count as duplicates even if the first was bad.",
    source="oracles-iot `poc.rs` `verify_witnesses`, spec/helium-iot.md §7 row D",
    gets_past="The same liar under two keys.",
)
