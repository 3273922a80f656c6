"""The validator's memory between epochs: times per hotspot, the denylist, and the link statistics of the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from poc.table import Column, Schema, Table

NEVER_NS = np.iinfo(np.int64).min

LAST_TIMES = Schema(
    "last_times",
    ("hotspot",),
    (
        Column("hotspot", "uint64", "", "permanent id of the hotspot"),
        Column("last_beacon_ns", "int64", "ns", "arrival of its last beacon that reached the checks; smallest = never"),
        Column("last_reciprocal_beacon_ns", "int64", "ns", "last valid beacon with a witness report attached"),
        Column("last_witness_ns", "int64", "ns", "last witness report that passed the checks"),
        Column(
            "earlier_reciprocal_beacon_ns",
            "int64",
            "ns",
            "last reciprocal beacon before the half-hour of the last: what the density map of that half-hour knew",
        ),
    ),
    "what the validator remembers of each hotspot",
)

DenylistStatus = Literal["absent", "unloaded", "loaded"]


@dataclass(frozen=True, slots=True)
class Denylist:
    """Denied hotspots and denied edges (unordered pairs).

    `absent`: the check is skipped, and the summary says so; `unloaded`: denies everybody, as Helium's verifier does
    before its filter arrives; `loaded`: denies what is listed. Source: oracles-iot `denylist/`, see
    `spec/helium-iot.md` §11.
    """

    status: DenylistStatus = "absent"
    hotspots: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    edges: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), np.uint64))
    tag: int = 0


@dataclass(frozen=True, slots=True)
class ValidatorState:
    """All that judging remembers. `last_times` is sorted by hotspot; a hotspot without a row was never seen."""

    last_times: Table = field(default_factory=LAST_TIMES.empty)
    denylist: Denylist = field(default_factory=Denylist)
