"""The contract of a check: a reason, the side to blame, and one function that says which rows fail.

To add a check: one file in this folder with one `Check`, one line in the tuple of a profile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from poc.reasons import Reason, Side
from poc.table import Table
from poc.validator.state import Denylist

Flags = npt.NDArray[np.bool_]
Times = npt.NDArray[np.int64]


def _unset() -> Times:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the validator knew when it came to each row: the denylist, and times [ns] in step with the rows.

    A time is `NEVER_NS` where there was no such event. Filled in are the times that the stage offers:
    `last_beacon_ns` of the beaconer for beacon checks, `last_witness_ns` of the beaconer for beacon reciprocity,
    `last_reciprocal_beacon_ns` of the witness for witness reciprocity; the others are empty.
    """

    denylist: Denylist = field(default_factory=Denylist)
    last_beacon_ns: Times = field(default_factory=_unset)
    last_witness_ns: Times = field(default_factory=_unset)
    last_reciprocal_beacon_ns: Times = field(default_factory=_unset)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. `fails(rows, limits, memory)` gives one flag for each row of JOINED_BEACONS or RECEPTIONS.

    It never raises and never warns, whatever stands in the rows. `rule` says in one sentence what must hold, `limits`
    which of the profile's constants it uses, `source` where it is taken from, `gets_past` which lie it does not see;
    `docs/protocol.md` and `poc profiles` are made of these. A witness check that reads columns of one party only may
    say so in `reads`: large runs then ask it once for each hotspot instead of once for each report.
    """

    reason: Reason
    side: Side
    fails: Callable[[Table, Any, Memory], Flags]
    rule: str = ""
    source: str = ""
    gets_past: str = ""
    limits: tuple[str, ...] = ()
    reads: Literal["report", "beaconer", "witness"] = "report"


def difference(later: npt.NDArray[np.int64], earlier: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """later − earlier, held at the ends of int64 where it would overflow: absurd reports get sane verdicts.

    >>> difference(np.array([5, 2**63 - 1]), np.array([7, -9])).tolist()
    [-2, 9223372036854775807]
    """
    plain = later - earlier
    bounds = np.iinfo(np.int64)
    over = (later >= 0) & (earlier < 0) & (plain < 0)
    under = (later < 0) & (earlier >= 0) & (plain >= 0)
    return np.where(over, bounds.max, np.where(under, bounds.min, plain))
