"""Judge beacons and witness reports: checks in order, memory, reciprocity, selection, scale and units. No loop.

Source: oracles-iot `runner.rs`, `poc.rs`, `spec/helium-iot.md` §5.2, §6, §7, §14. Reciprocity looks at earlier *check*
results only (never at earlier reciprocity), so every stage is one pass over columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.reasons import Side
from poc.rewards.activity import scales_over_time
from poc.table import Array, Table
from poc.validator.checks.check import Check, Flags, Memory
from poc.validator.findings import Findings
from poc.validator.joining import join
from poc.validator.judgement import Judgement
from poc.validator.memory import Events, last_times_after, last_times_before
from poc.validator.state import ValidatorState
from poc.validator.verdict_tables import beacon_verdicts_of, witness_verdicts_of


@dataclass(frozen=True, slots=True)
class Rules:
    """The ordered checks of one protocol, stage by stage.

    A beacon that fails `readiness` is never judged: it and its witnesses are stale, each by themselves. A beacon that
    fails `admission` leaves no trace; one that fails `beacon` has used up its schedule bucket and spoils
    all its witnesses. `beacon_reciprocity` and `witness_reciprocity` are asked after the witnesses were checked.
    `select(receptions, beacon_row, valid, limits)` picks the rewarded witnesses. A valid beacon keeps its hotspot in
    the density map if a report is attached, or anyway where `counts_unheard`.
    """

    admission: tuple[Check, ...]
    beacon: tuple[Check, ...]
    witness: tuple[Check, ...]
    beacon_reciprocity: tuple[Check, ...]
    witness_reciprocity: tuple[Check, ...]
    select: Callable[[Table, Array, Flags, Any], Flags]
    readiness: tuple[Check, ...] = ()
    counts_unheard: bool = False

    @property
    def stages(self) -> dict[str, tuple[Check, ...]]:
        """The checks by stage, in the order in which they are asked."""
        return {
            "readiness": self.readiness,
            "admission": self.admission,
            "beacon": self.beacon,
            "witness": self.witness,
            "beacon reciprocity": self.beacon_reciprocity,
            "witness reciprocity": self.witness_reciprocity,
        }


def judge(rules: Rules, hotspots: Table, reports: Mapping[str, Table], state: ValidatorState, limits: Any) -> Judgement:
    """Verdicts on the tables `beacons` and `witness_reports` of one epoch, and the validator's memory after it.

    Raises for no report whatsoever; the result does not depend on the order of rows.
    """
    joined = join(
        hotspots,
        reports["beacons"],
        reports["witness_reports"],
        reports.get("entropies"),
        reports.get("named_beacons"),
    )
    beacons, receptions, row = joined.beacons, joined.receptions, joined.beacon_row
    position = np.arange(len(beacons))
    memory = state.last_times

    of_beacon = Findings.clean(len(beacons))
    of_beacon.run(rules.readiness, beacons, limits, Memory(state.denylist))
    waiting = ~of_beacon.valid
    of_beacon.run(rules.admission, beacons, limits, Memory(state.denylist))
    beaconed = _events(beacons["beaconer"], position, beacons["received_ns"], of_beacon.valid)
    last_beacon_ns = last_times_before(
        beaconed, memory, "last_beacon_ns", beacons["beaconer"], position, including=False
    )
    of_beacon.run(rules.beacon, beacons, limits, Memory(state.denylist, last_beacon_ns=last_beacon_ns))
    passed = of_beacon.valid
    counted = passed & ((beacons["n_reports"] > 0) | rules.counts_unheard)
    reciprocal = _events(beacons["beaconer"], position, beacons["received_ns"], counted)

    of_witness = Findings.clean(len(receptions))
    of_witness.run(rules.witness, receptions, limits, Memory(state.denylist))
    of_witness.spoil(~passed[row], of_beacon.reason[row], of_beacon.fired[row])
    witnessed = _events(receptions["witness"], row, receptions["received_ns"], of_witness.valid)

    last_witness_ns = last_times_before(
        witnessed, memory, "last_witness_ns", beacons["beaconer"], position, including=True
    )
    of_beacon.run(rules.beacon_reciprocity, beacons, limits, Memory(state.denylist, last_witness_ns=last_witness_ns))
    last_reciprocal_ns = last_times_before(
        reciprocal, memory, "last_reciprocal_beacon_ns", receptions["witness"], row, including=True
    )
    of_witness.run(
        rules.witness_reciprocity,
        receptions,
        limits,
        Memory(state.denylist, last_reciprocal_beacon_ns=last_reciprocal_ns),
    )
    of_witness.spoil(~of_beacon.valid[row], of_beacon.reason[row], of_beacon.fired[row])

    of_beacon.write_off(waiting, Side.beaconer)
    of_witness.write_off(waiting[row], Side.witness)

    selected = rules.select(receptions, row, of_witness.valid, limits)
    scale_e4 = np.where(
        of_beacon.valid, scales_over_time(hotspots, memory, reciprocal, beacons, of_beacon.valid, limits), 0
    )
    n_valid, n_selected = (np.bincount(row[rows], minlength=len(beacons)) for rows in (of_witness.valid, selected))
    verdicts = {
        "beacon_verdicts": beacon_verdicts_of(beacons, of_beacon, n_valid, n_selected, scale_e4, limits),
        "witness_verdicts": witness_verdicts_of(receptions, row, of_witness, selected, n_selected, scale_e4, limits),
    }
    events = {"last_beacon_ns": beaconed, "last_reciprocal_beacon_ns": reciprocal, "last_witness_ns": witnessed}
    return Judgement(
        verdicts=verdicts,
        joined={"joined_beacons": beacons, "receptions": receptions},
        state=ValidatorState(last_times_after(memory, events, limits.density_refresh_s * 10**9), state.denylist),
        n_dropped=joined.n_dropped,
    )


def _events(hotspot: Array, position: Array, received_ns: Array, happened: Flags) -> Events:
    return Events(hotspot[happened], position[happened], received_ns[happened])
