"""Judging after HIP-149: reports are still taken in, and nobody looks at them.

Source: helium/oracles-iot 955739e (2026-08-14) `iot_verifier/README.md`, `spec/helium-iot.md` §0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poc.schema import BEACON_VERDICTS, JOINED_BEACONS, RECEPTIONS, WITNESS_VERDICTS
from poc.table import Table
from poc.validator.judgement import Judgement
from poc.validator.state import ValidatorState


def discard(hotspots: Table, reports: Mapping[str, Table], state: ValidatorState, limits: Any) -> Judgement:
    """No verdict on any report, an unchanged memory, and the count of what was thrown away."""
    return Judgement(
        verdicts={"beacon_verdicts": BEACON_VERDICTS.empty(), "witness_verdicts": WITNESS_VERDICTS.empty()},
        joined={"joined_beacons": JOINED_BEACONS.empty(), "receptions": RECEPTIONS.empty()},
        state=state,
        n_dropped=len(reports["beacons"]) + len(reports["witness_reports"]),
    )
