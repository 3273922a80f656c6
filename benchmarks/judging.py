"""Speed of judging: witness reports a second through checks, selection and shares, beside the plain numpy form.

    .venv/bin/python benchmarks/judging.py [--hotspots 10000] [--rounds 3] [--json FILE]

Every round runs the compiled form shard by shard on two threads and then the plain form on the same reports as tables,
both from reports to the shares of a day under helium-iot-2026. Rates are of CPU seconds, best round of each; verdicts
and shares of the two are compared by checksum. Reward rules: 100 unit rules from sufficient statistics against 100
passes over the verdicts, in the same rounds.
"""

from __future__ import annotations

import argparse
import json
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from poc.emulator import Emulation
from poc.rewards.statistics import statistics_by_row
from poc.rewards.tally import Tally
from poc.rewards.units import beaconer_units_e4, witness_units_e4
from poc.scenario import scenario_from
from poc.shard import ReportShard
from poc.spool import Spool
from poc.table import Array, Table
from poc.validator.shards.judge import ShardJudge
from poc.world.observers import OBSERVERS

N_RULES = 100


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """CPU seconds, wall seconds and the result."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return time.process_time() - cpu, time.perf_counter() - wall, result


def crc_of(tables: list[Table], key: str) -> int:
    """Checksum of all columns of tables, whatever the order of their rows."""
    whole = Table.concat(tables).sort(key)
    crc = 0
    for name in whole:
        crc = zlib.crc32(np.ascontiguousarray(whole[name]).tobytes(), crc)
    return crc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hotspots", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    side_km = 60.0 * (options.hotspots / 10_000) ** 0.5
    scenario = scenario_from({
        "map": {"synthetic": {"width_km": side_km, "height_km": side_km, "region": "EU868", "resolution": 7}},
        "fleet": {"n_hotspots": options.hotspots, "placement": {"name": "uniform"}},
        "radio": {"path_loss": {"name": "log-distance", "exponent": 3.5}},
        "detectors": {"of_profile": False, "also": []},
    }, "judging")  # fmt: skip
    emulation = Emulation.of(scenario, jobs=2)
    world, profile, span = emulation.world, emulation.profile, emulation._span(0)
    (kind,), limits = profile.evidence_kinds, profile.limits
    observer = OBSERVERS[kind.name](emulation.setting)
    shards: list[ReportShard] = list(observer.shards(world, span))
    tables = observer.observe(world, span)
    n_reports, state = sum(len(shard) for shard in shards), world.validator_state
    ids = world.hotspots["hotspot"]

    def in_shards(every_report: bool = False) -> tuple[list[dict[str, Table]], Table]:
        judge = ShardJudge(
            kind.rules, world.hotspots, state, limits, tables["entropies"], Spool(None),
            every_report=every_report, with_signal=False,
        )  # fmt: skip
        tally = Tally(profile.reward_rule, len(ids))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(judge.check, range(len(shards)), shards))
            settled = judge.settle()
            found = list(pool.map(lambda number: judge.verdicts(number, settled), range(len(shards))))
        for shard in found:
            for role, earned in (("beaconer", shard.beaconers), ("witness", shard.witnesses)):
                tally.add(role, earned.row, earned.scale_e4, earned.unit_e4)
        return [dict(shard.judgement.verdicts) for shard in found], tally.shares(ids)

    def plain() -> tuple[list[dict[str, Table]], Table]:
        judgement = kind.judge(world.hotspots, tables, state, limits)
        return [dict(judgement.verdicts)], profile.reward_rule.shares(kind.claims(judgement, limits), None, limits)

    fast, slow = in_shards(every_report=True), plain()  # compiles
    for name, key in (("beacon_verdicts", "beacon"), ("witness_verdicts", "report")):
        crcs = [crc_of([part[name] for part in parts], key) for parts, _ in (fast, slow)]
        assert crcs[0] == crcs[1], f"{name} differ"
    assert fast[1].equals(slow[1]), "shares differ"
    verdicts = slow[0][0]
    beacons, witnesses = verdicts["beacon_verdicts"], verdicts["witness_verdicts"]
    beacons = beacons.take(beacons["n_selected"] > 0)
    chosen = witnesses.take(witnesses["selected"])
    sent = world.hotspots.rows_of(beacons["hotspot"]), beacons["hex_scale_e4"], beacons["n_selected"]
    n_of_report = beacons["n_selected"][beacons.rows_of(chosen["beacon"])]
    heard = world.hotspots.rows_of(chosen["witness"]), chosen["hex_scale_e4"], n_of_report
    rules = [
        replace(limits, witness_redundancy=1 + number % 14, reward_decay=0.5 + 0.004 * number)
        for number in range(N_RULES)
    ]
    counts = np.arange(int(sent[2].max(initial=0)) + 1)

    def by_statistics() -> dict[str, Array]:
        return statistics_by_row(ids, sent, heard).shares_e8(rules)

    def by_passes() -> dict[str, Array]:
        """A pass over all participations for each rule, as `Tally` makes them."""
        passes: dict[str, list[Array]] = {"beacons": [], "witnesses": []}
        for rule in rules:
            for pool, part, units in (("beacons", sent, beaconer_units_e4), ("witnesses", heard, witness_units_e4)):
                unit = units(counts, rule)
                total = np.zeros(len(ids), np.int64)
                np.add.at(total, part[0], profile.reward_rule.weights_e8(part[1], unit[part[2]]))
                passes[pool].append(total)
        return {pool: np.stack(columns, axis=1) for pool, columns in passes.items()}

    few, many = by_statistics(), by_passes()
    assert all(np.array_equal(few[pool], many[pool]) for pool in few), "shares of rules differ"
    forms = {"compiled": in_shards, "plain": plain, "statistics": by_statistics, "passes": by_passes}
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in forms}
    for _ in range(options.rounds):
        for name, work in forms.items():
            rounds[name].append(timed(work)[:2])
    best = {name: min(cpu for cpu, _ in times) for name, times in rounds.items()}
    ratios = [slow[0] / fast[0] for fast, slow in zip(rounds["compiled"], rounds["plain"], strict=True)]
    figures = {
        "hotspots": options.hotspots,
        "reports": n_reports,
        "reports_per_cpu_s": n_reports / best["compiled"],
        "reports_per_wall_s_two_threads": n_reports / min(wall for _, wall in rounds["compiled"]),
        "plain_reports_per_cpu_s": n_reports / best["plain"],
        "times_plain": best["plain"] / best["compiled"],
        "times_plain_by_round": ratios,
        "rules": N_RULES,
        "rules_times_passes": best["passes"] / best["statistics"],
        "cpu_s": rounds,
    }
    print(f"{n_reports:,} reports, {options.hotspots:,} hotspots; verdicts and shares of both forms agree")
    print(f"compiled, two threads: {figures['reports_per_cpu_s']:,.0f} reports per CPU second")
    print(f"                       {figures['reports_per_wall_s_two_threads']:,.0f} per second of wall clock")
    print(f"plain numpy:           {figures['plain_reports_per_cpu_s']:,.0f} per CPU second")
    print(f"ratio:                 {figures['times_plain']:.1f} (rounds {', '.join(f'{r:.1f}' for r in ratios)})")
    print(f"{N_RULES} reward rules: {figures['rules_times_passes']:.0f} times the speed of {N_RULES} passes")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
