"""What judging one epoch of one evidence kind leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poc.table import Table
from poc.validator.state import ValidatorState


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came out of judging one epoch of one evidence kind.

    `verdicts` are tables by name (for beacon_witness: beacon_verdicts, witness_verdicts), `joined` the tables that
    were judged (joined_beacons, receptions), `state` the validator's memory after the epoch, `n_dropped` the reports
    that got no verdict because they belong to no event (unknown payload, or an id that was already there).
    """

    verdicts: Mapping[str, Table]
    joined: Mapping[str, Table]
    state: ValidatorState
    n_dropped: int = 0
