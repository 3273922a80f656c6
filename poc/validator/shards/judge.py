"""An epoch judged shard by shard, to the same verdicts as `poc.validator.judge.judge`. Nothing of its size is held.

Three steps, since reciprocity and density need what happened in other shards: `check` looks at each shard by itself,
`settle` puts the memory of the epoch together, `verdicts` decides each shard. Between the first and the last a shard
waits in a spool. `check` and `verdicts` may run on several threads at once; the results do not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from poc.rewards.activity import scales_by_row
from poc.schema import RECEPTIONS
from poc.shard import ReportShard
from poc.spool import Spool
from poc.table import Array, Table
from poc.validator.checks.check import Check, Memory
from poc.validator.checks.denied_edge import denied_edge
from poc.validator.checks.rssi import witness_rssi
from poc.validator.findings import Findings
from poc.validator.judge import Rules
from poc.validator.shards.grouping import pairs_of
from poc.validator.shards.joined import Sorted, in_order, joined_beacons, receptions, report_ids
from poc.validator.shards.memory import (
    ADMITTED,
    PASSED,
    RECIPROCAL,
    OwnBeacons,
    Remembered,
    last_beacons_before,
    last_times_after,
    own_beacons,
    witnessed,
)
from poc.validator.shards.report_checks import COMPILED, Beacons, bits_of, fired_by, life_of, limits_of, pair_failures
from poc.validator.shards.sites import Pairs, Sites, pairs_between, sites_of, without_places
from poc.validator.shards.verdicts import ShardVerdicts, verdicts_of_shard
from poc.validator.shards.waiting import Waiting, waiting_of
from poc.validator.state import ValidatorState


@dataclass(frozen=True, slots=True)
class Settled:
    """The memory of the epoch, the density scale [1e-4] of each entry of `own`, and the beacons of each shard, by its
    number, in the order handed in.
    """

    own: OwnBeacons
    scale_e4: Array
    of_shard: Mapping[int, slice]

    def entries(self, number: int) -> Array:
        """The entry in `own` of each beacon of a shard."""
        return self.own.place[self.of_shard[number]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` found in one shard, for those who look at reports before they are judged."""

    ordered: Sorted
    joined: Table
    pairs: Pairs
    pair: Array


class ShardJudge:
    """Judges one epoch by `rules`. `strangers` are ids that reports name and HOTSPOTS does not list.

    With `every_report` all reports are kept until their verdict, else only those that passed the row checks, and their
    signal only `with_signal`.
    """

    def __init__(
        self,
        rules: Rules,
        hotspots: Table,
        state: ValidatorState,
        limits: Any,
        entropies: Table | None,
        spool: Spool,
        *,
        every_report: bool,
        with_signal: bool,
        strangers: Array | None = None,
    ) -> None:
        self.rules, self.state, self.limits, self.entropies = rules, state, limits, entropies
        self.every_report, self.with_signal = every_report, with_signal
        self.sites: Sites = sites_of(hotspots, np.zeros(0, np.uint64) if strangers is None else strangers)
        self.remembered = Remembered.of(state.last_times, self.sites.hotspots["hotspot"])
        self.bits = bits_of(rules.witness)
        self.site_failed = self._failed_by("witness", _of_witnesses(self.sites))
        self._spool, self._root = spool, 0
        self._handed: dict[int, tuple[Array, Array, Array]] = {}

    def check(self, number: int, shard: ReportShard) -> Checked:
        """Row checks of the shard of that number. Shards stand by ascending numbers, whichever is checked first."""
        rules, limits, sites, denylist = self.rules, self.limits, self.sites, self.state.denylist
        self._root = shard.report_root
        ordered = in_order(shard, sites)
        shard, row = ordered.shard, ordered.row
        joined = joined_beacons(ordered, sites, self.entropies)
        received_ns = joined["received_ns"]
        findings = Findings.clean(len(row))
        findings.run(rules.readiness, joined, limits, Memory(denylist))
        unready = ~findings.valid
        findings.run(rules.admission, joined, limits, Memory(denylist))
        admitted = findings.valid
        last_ns = last_beacons_before(row, received_ns, admitted, self.remembered.beacon_ns)
        findings.run(rules.beacon, joined, limits, Memory(denylist, last_beacon_ns=last_ns))
        passed = findings.valid
        reciprocal = passed & ((joined["n_reports"] > 0) | rules.counts_unheard)
        flags = (ADMITTED * admitted + PASSED * passed + RECIPROCAL * reciprocal).astype(np.uint8)
        self._handed[number] = (row, received_ns, flags)

        beaconer, witness, pair = pairs_of(row, ordered.begin, ordered.end, shard.witness_row, len(sites))
        pairs = pairs_between(sites, beaconer, witness, int(getattr(limits, "min_distance_cells", 0)))
        checked = Checked(ordered, joined, pairs, pair)
        failed = self._failed(checked)
        kept = (pairs, pair) if self.every_report else None
        self._spool.put(number, waiting_of(ordered, joined, findings, unready, failed, sites, kept, self.with_signal))
        return checked

    def settle(self, pool: ThreadPoolExecutor | None = None) -> Settled:
        """The memory of the epoch, once every shard has been checked; a pool may draw density maps meanwhile."""
        self.sites = without_places(self.sites)
        numbers = sorted(self._handed)
        first = np.cumsum([0, *(len(self._handed[number][0]) for number in numbers)]).tolist()
        of_shard = {number: slice(*ends) for number, ends in zip(numbers, pairwise(first), strict=True)}
        row, received_ns, flags = (np.empty(first[-1], dtype) for dtype in (np.int32, np.int64, np.uint8))
        for number, mine in of_shard.items():
            row[mine], received_ns[mine], flags[mine] = self._handed.pop(number)
        own = own_beacons(row, received_ns, flags, len(self.sites), lambda: self._beacons(numbers))
        del row, received_ns, flags
        scaling = None if pool is None else pool.submit(self._scales, own)
        for number, mine in of_shard.items():
            heard = Waiting(self._spool.get(number), self.sites).passed()
            witnessed(own, own.place[mine], heard.begin, heard.end, heard.witness_row, heard.received_ns)
        return Settled(own, self._scales(own) if scaling is None else scaling.result(), of_shard)

    def verdicts(self, number: int, settled: Settled) -> ShardVerdicts:
        """Verdicts on the shard of that number; it can be asked for once."""
        entry = settled.entries(number)
        return verdicts_of_shard(
            self.rules,
            Waiting(self._spool.take(number), self.sites),
            settled.own,
            entry,
            settled.scale_e4[entry],
            self.remembered,
            self.state,
            self.limits,
            self._root,
        )

    def state_after(self, settled: Settled) -> ValidatorState:
        """What the validator remembers after the epoch."""
        times = last_times_after(
            settled.own, self.remembered, self.state.last_times, self.sites.hotspots["hotspot"],
            self.limits.density_refresh_s * 10**9,
        )  # fmt: skip
        return ValidatorState(times, self.state.denylist)

    def _failed(self, checked: Checked) -> Array:
        """The mask of failures of each report by the row checks."""
        limits, sites, bits, pairs = self.limits, self.sites, self.bits, checked.pairs
        shard, joined, row = checked.ordered.shard, checked.joined, checked.ordered.row
        budget_db = np.zeros(len(row))
        if witness_rssi in bits:
            wave_per_m = 4.0 * np.pi * joined["frequency_hz"] / limits.light_speed_m_per_s
            with np.errstate(divide="ignore", invalid="ignore"):
                budget_db = joined["power_dbm"] + sites.whole_gain_db[row] - 20.0 * np.log10(wave_per_m)
        life = life_of(joined["entropy_start_s"], int(getattr(limits, "entropy_life_s", 0)))
        beacons = Beacons(
            checked.ordered.begin, checked.ordered.end, joined["received_ns"], joined["first_received_ns"],
            *life, joined["frequency_hz"], budget_db,
            self._failed_by("beaconer", Table(RECEPTIONS, joined.columns)),
        )  # fmt: skip
        failed, doubt = fired_by(
            bits,
            beacons,
            limits_of(limits),
            (shard.witness_row, shard.received_ns, shard.rssi_dbm),
            checked.pair,
            (pair_failures(bits, pairs, sites, limits), pairs.loss_of_distance_db),
            (self.site_failed, sites.whole_gain_db),
            shard.frequency_hz,
        )
        if witness_rssi in bits and len(doubt):
            self._ask((witness_rssi,), checked, failed, np.sort(doubt))
        rest = tuple(c for c in self.rules.witness if c.reads == "report" and c not in COMPILED and self._matters(c))
        if rest:
            self._ask(rest, checked, failed, None)
        return failed

    def _matters(self, check: Check) -> bool:
        """A list without edges denies no edge."""
        denylist = self.state.denylist
        return check is not denied_edge or denylist.status == "unloaded" or len(denylist.edges) > 0

    def _ask(self, checks: tuple[Check, ...], checked: Checked, failed: Array, reports: Array | None) -> None:
        """Let the checks' own functions decide about some reports, or about all of them in order."""
        ordered, pairs = checked.ordered, checked.pairs
        reports = ordered.reports() if reports is None else reports
        beacon_row = ordered.beacon_of(reports)
        shard = ordered.shard
        of_report = {
            "witness_row": shard.witness_row, "received_ns": shard.received_ns, "pair": checked.pair,
            "rssi_dbm": shard.rssi_dbm.astype(np.float64), "snr_db": shard.snr_db.astype(np.float64),
        }  # fmt: skip
        own_hz = shard.frequency_hz
        hz = checked.joined["frequency_hz"][beacon_row] if own_hz is None else own_hz[reports]
        of_report = {name: values[reports] for name, values in of_report.items()}
        of_report |= {"frequency_hz": hz, "report": report_ids(ordered, reports, self.sites)}
        rows = receptions(
            checked.joined, of_report, beacon_row, None, self.sites, (pairs.beaconer, pairs.witness, pairs.distance_m)
        )
        for check in checks:
            fails = check.fails(rows, self.limits, Memory(self.state.denylist))
            bit = np.uint32(self.bits[check])
            failed[reports] = np.where(fails, failed[reports] | bit, failed[reports] & ~bit)

    def _failed_by(self, party: str, rows: Table) -> Array:
        """The mask of failures by the witness checks that read columns of one party only."""
        failed = np.zeros(len(rows), np.uint32)
        for check in self.rules.witness:
            if check.reads == party:
                failed[check.fails(rows, self.limits, Memory(self.state.denylist))] |= np.uint32(self.bits[check])
        return failed

    def _beacons(self, numbers: list[int]) -> Array:
        """The ids of all beacons in the order handed in."""
        return np.concatenate([self._spool.get(number)["beacon"] for number in numbers])

    def _scales(self, own: OwnBeacons) -> Array:
        """Density scale of each entry that passed."""
        row, reciprocal = own.row_of_entry(), own.flags & RECIPROCAL != 0
        return scales_by_row(
            self.sites.hotspots,
            (self.remembered.reciprocal_ns, self.remembered.earlier_reciprocal_ns),
            (row[reciprocal], own.received_ns[reciprocal]),
            row,
            own.received_ns,
            own.flags & PASSED != 0,
            self.limits,
        )


def _of_witnesses(sites: Sites) -> Table:
    """Every site in the columns of a witness."""
    hotspots = sites.hotspots
    columns = {f"witness_{name}": hotspots[name] for name in ("cell", "gain_dbi", "region", "full")}
    return Table(RECEPTIONS, {"witness": hotspots["hotspot"], "witness_known": sites.known, **columns})
