"""Is this pair of hotspots denied, in whichever order?

Source: oracles-iot `poc.rs` `verify_edge_denylist`, `spec/helium-iot.md` §7 row 2, §11.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.checks.check import Check, Flags, Memory


def _fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
    denylist = memory.denylist
    if denylist.status != "loaded":
        return np.full(len(receptions), denylist.status == "unloaded")
    low = np.minimum(receptions["beaconer"], receptions["witness"])
    high = np.maximum(receptions["beaconer"], receptions["witness"])
    ids = np.unique(denylist.edges)
    listed = np.isin(low, ids) & np.isin(high, ids)
    edges = np.searchsorted(ids, np.sort(denylist.edges, axis=1))
    pairs = np.searchsorted(ids, low) * len(ids) + np.searchsorted(ids, high)
    return listed & np.isin(pairs, edges[:, 0] * len(ids) + edges[:, 1])


denied_edge = Check(
    Reason.denied_edge,
    Side.witness,
    _fails,
    rule="The pair of hotspots, in whichever order, is not on the denylist.",
    source="oracles-iot `poc.rs` `verify_edge_denylist`, spec/helium-iot.md §7 row 2, §11",
    gets_past="Every pair that no batch has listed yet; the same liars under a new key are a new pair.",
)
