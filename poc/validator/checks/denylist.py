"""Is the hotspot denied? An unloaded denylist denies everybody, an absent one nobody.

Source: oracles-iot `poc.rs` `verify_denylist`, `denylist/`, `spec/helium-iot.md` §6 row 1, §7 row 1, §11.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _denied(hotspots: npt.NDArray[np.uint64], memory: Memory) -> Flags:
    if memory.denylist.status == "loaded":
        return np.isin(hotspots, memory.denylist.hotspots)
    return np.full(len(hotspots), memory.denylist.status == "unloaded")


def _beaconer(beacons: Table, limits: Any, memory: Memory) -> Flags:
    return _denied(beacons["beaconer"], memory)


def _witness(receptions: Table, limits: Any, memory: Memory) -> Flags:
    return _denied(receptions["witness"], memory)


beaconer_denylist = Check(
    Reason.denied,
    Side.beaconer,
    _beaconer,
    rule="The beaconer is not on the denylist; a list that is not loaded denies everybody.",
    source="oracles-iot `poc.rs` `verify_denylist`, spec/helium-iot.md §6 row 1, §11",
    gets_past="Whoever is not listed yet: the list came about weekly from the data of the two weeks before, from "
    "closed code; a new key starts clean.",
)
witness_denylist = Check(
    Reason.denied,
    Side.witness,
    _witness,
    rule="The witness is not on the denylist; a list that is not loaded denies everybody.",
    source="oracles-iot `poc.rs` `verify_denylist`, spec/helium-iot.md §7 row 1, §11",
    gets_past="Whoever is not listed yet; a denied witness still starts the clock of the lag check.",
    reads="witness",
)
