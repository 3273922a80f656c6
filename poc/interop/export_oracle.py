"""A finished run as Helium oracle files: ingest reports, entropies, valid and invalid PoC, reward shares, manifest.

Source: helium/proto `poc_lora.proto`, oracles-iot `runner.rs`, `rewarder.rs`, `spec/helium-iot.md` §3, §10. Hotspots
get ed25519 keys that follow from the run's seed; `hotspots.csv` beside the files says which address is which hotspot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from maps.grid import are_valid
from poc.interop.frames import file_name, write_frames
from poc.interop.messages import FILE_TYPES
from poc.interop.reports import report_id
from poc.interop.run_reports import Row, RunReports
from poc.interop.run_rewards import EpochMoney, money_by_epoch
from poc.interop.signing import are_sampled
from poc.interop.wire import encode
from poc.interop.wire_reports import BEACON_MESSAGE, WITNESS_MESSAGE, signed_bytes, wire_beacon, wire_witness
from poc.ledger.keys import public_key, sign
from poc.reasons import Reason
from poc.store import RunData

MS_NS, DAY_S = 10**6, 86_400
#: Pool → field of the manifest that holds the bones for one share.
PRICES = {
    "beacons": "poc_bones_per_beacon_reward_share",
    "witnesses": "poc_bones_per_witness_reward_share",
    "data": "dc_bones_per_share",
}
TOKEN_HNT = 1
_POC, _ORACLE = 0, 2
#: Unpaid parts of the emission → Helium's type of unallocated reward; operations is a reward of its own.
UNALLOCATED = {"unallocated": _POC, "rounding": _POC, "oracles": _ORACLE}


@dataclass(frozen=True)
class OracleFiles:
    """A run and what it takes to write it in Helium's form; `sign_share` of the reports carry a signature."""

    run: RunData
    reports: RunReports
    sign_share: float = 0.0

    def write(self, folder: Path) -> dict[str, int]:
        """Write one file of each type and give the frames in each, by file name."""
        time_ms = int(self.run.manifest["start_s"]) * 1000
        messages: dict[str, Iterable[Row]] = {
            "entropy_report": self.reports.entropies,
            "iot_beacon_ingest_report": self._ingest(self.reports.beacons, self._beacon),
            "iot_witness_ingest_report": self._ingest(self.reports.witnesses, self._witness),
            "iot_poc": self._poc(),
            "iot_invalid_beacon": self._invalid_beacons(),
            "iot_invalid_witness": self._invalid_witnesses(),
            "iot_network_reward_shares_v1": self._rewards(),
        }
        written = {}
        for file_type, rows in messages.items():
            name = file_name(file_type, time_ms)
            written[name] = write_frames(folder / name, (encode(FILE_TYPES[file_type], row) for row in rows))
        shares = file_name("iot_network_reward_shares_v1", time_ms)
        name = file_name("network_reward_manifest_v1", time_ms)
        written[name] = write_frames(folder / name, (encode("reward_manifest", row) for row in self._manifests(shares)))
        return written

    @cached_property
    def keys(self) -> dict[int, bytes]:
        """Tagged public key of every hotspot that reports or is registered."""
        rows = [*self.reports.hotspots, *self.reports.beacons, *self.reports.witnesses]
        return {hotspot: public_key(self._seed, hotspot) for hotspot in {row["hotspot"] for row in rows}}

    @cached_property
    def _hotspots(self) -> dict[int, Row]:
        return {row["hotspot"]: row for row in self.reports.hotspots}

    @cached_property
    def _beacon_verdicts(self) -> dict[int, Row]:
        return {row["beacon"]: row for row in self.run.tables["beacon_verdicts"].to_pylist()}

    @cached_property
    def _witness_verdicts(self) -> dict[int, list[tuple[Row, Row]]]:
        """(verdict, report) pairs of each beacon, in order of arrival."""
        reports = {row["report"]: row for row in self.reports.witnesses}
        heard: dict[int, list[tuple[Row, Row]]] = {}
        for verdict in self.run.tables["witness_verdicts"].sort_by("received_ns").to_pylist():
            heard.setdefault(verdict["beacon"], []).append((verdict, reports[verdict["report"]]))
        return heard

    def _ingest(self, rows: list[Row], report: Any) -> Iterator[Row]:
        return ({"received_timestamp": row["received_ns"] // MS_NS, "report": report(row)} for row in rows)

    def _beacon(self, row: Row) -> Row:
        report = wire_beacon(row, self.keys[row["hotspot"]])
        return self._signed(BEACON_MESSAGE, report, row["hotspot"], row["beacon"])

    def _witness(self, row: Row) -> Row:
        report = wire_witness(row, self.keys[row["hotspot"]])
        return self._signed(WITNESS_MESSAGE, report, row["hotspot"], row["report"])

    def _signed(self, message: str, report: Row, hotspot: int, number: int) -> Row:
        if self.sign_share > 0 and are_sampled(self._seed, self.sign_share, number):
            report["signature"] = sign(self._seed, hotspot, signed_bytes(message, report))
        return report

    @property
    def _seed(self) -> int:
        return int(self.run.manifest["seed"])

    def _place(self, hotspot: int) -> Row:
        """Asserted cell as a decimal number, gain in tenths of a dBi, height; nothing for a hotspot without a place."""
        row = self._hotspots.get(hotspot)
        if row is None or not are_valid([row["cell"]])[0]:
            return {}
        return {"location": str(row["cell"]), "gain": round(row["gain_dbi"] * 10), "elevation": int(row["elevation_m"])}

    def _poc(self) -> Iterator[Row]:
        for row in self.reports.beacons:
            verdict = self._beacon_verdicts[row["beacon"]]
            if verdict["reason"]:
                continue
            received_ms = row["received_ns"] // MS_NS
            beacon = {
                "received_timestamp": received_ms,
                "hex_scale": verdict["hex_scale_e4"],
                "report": self._beacon(row),
                "reward_unit": verdict["reward_unit_e4"],
                **self._place(row["hotspot"]),
            }
            heard = self._witness_verdicts.get(row["beacon"], [])
            verified = [(v["selected"], self._verified(v, r)) for v, r in heard if v["witness"] != v["beaconer"]]
            yield {
                "poc_id": report_id(row["data"], received_ms, self.keys[row["hotspot"]]),
                "beacon_report": beacon,
                "selected_witnesses": [witness for selected, witness in verified if selected],
                "unselected_witnesses": [witness for selected, witness in verified if not selected],
            }

    def _verified(self, verdict: Row, report: Row) -> Row:
        return {
            "received_timestamp": report["received_ns"] // MS_NS,
            "status": int(verdict["reason"] != 0),
            "report": self._witness(report),
            "hex_scale": verdict["hex_scale_e4"],
            "reward_unit": verdict["reward_unit_e4"],
            "invalid_reason": verdict["reason"],
            "participant_side": verdict["side"],
            **self._details(verdict),
            **self._place(report["hotspot"]),
        }

    def _details(self, verdict: Row) -> Row:
        """The tag of the denylist that denied it: here a list is adopted after each epoch, tagged with the next one."""
        if verdict["reason"] not in (Reason.denied, Reason.denied_edge):
            return {}
        return {"invalid_details": {"denylist_tag": str(verdict["epoch"])}}

    def _invalid_beacons(self) -> Iterator[Row]:
        for row in self.reports.beacons:
            verdict = self._beacon_verdicts[row["beacon"]]
            if verdict["reason"]:
                yield {
                    "received_timestamp": row["received_ns"] // MS_NS,
                    "reason": verdict["reason"],
                    "report": self._beacon(row),
                    **self._details(verdict),
                    **({} if verdict["reason"] == Reason.stale else self._place(row["hotspot"])),
                }

    def _invalid_witnesses(self) -> Iterator[Row]:
        """The witnesses of invalid beacons, with the beacon's reason; those of valid ones stand in the PoC."""
        for row in self.reports.beacons:
            verdict = self._beacon_verdicts[row["beacon"]]
            for of_witness, report in self._witness_verdicts.get(row["beacon"], []) if verdict["reason"] else []:
                yield {
                    "received_timestamp": report["received_ns"] // MS_NS,
                    "reason": of_witness["reason"],
                    "report": self._witness(report),
                    "participant_side": of_witness["side"],
                    **self._details(of_witness),
                }

    def _period(self, epoch: int) -> tuple[int, int]:
        start_s, epoch_s = int(self.run.manifest["start_s"]), int(self.run.manifest["epoch_s"])
        return start_s + epoch * epoch_s, start_s + (epoch + 1) * epoch_s

    def _rewards(self) -> Iterator[Row]:
        """Hotspots epoch by epoch, then what went to nobody."""
        fields = {"beacons": "beacon_amount", "witnesses": "witness_amount", "data": "dc_transfer_amount"}
        amounts: dict[tuple[int, int], Row] = {}
        for row in self.run.tables["rewards"].to_pylist():
            reward = amounts.setdefault((row["epoch"], row["hotspot"]), {"hotspot_key": self.keys[row["hotspot"]]})
            field = fields.get(row["pool"], "witness_amount")
            reward[field] = reward.get(field, 0) + row["amount_bones"]
        for (epoch, _), reward in sorted(amounts.items()):
            start_s, end_s = self._period(epoch)
            yield {"start_period": start_s, "end_period": end_s, "gateway_reward": reward}
        for epoch, unpaid in self._unpaid.items():
            start_s, end_s = self._period(epoch)
            period = {"start_period": start_s, "end_period": end_s}
            if "operations" in unpaid:
                yield {**period, "operational_reward": {"amount": unpaid["operations"]}}
            for kind in sorted(set(UNALLOCATED.values())):
                amount = sum(unpaid.get(name, 0) for name, of in UNALLOCATED.items() if of == kind)
                if amount:
                    yield {**period, "unallocated_reward": {"reward_type": kind, "amount": amount}}

    @cached_property
    def _money(self) -> dict[int, EpochMoney]:
        return money_by_epoch(self.run)

    @property
    def _unpaid(self) -> dict[int, dict[str, int]]:
        """Bones that went to nobody by epoch; all with the last one where only their sum is known."""
        if self._money:
            return {epoch: money.unpaid for epoch, money in self._money.items()}
        return {int(self.run.manifest["n_epochs"]) - 1: self.run.manifest["unpaid_bones"]}

    def _manifests(self, shares_file: str) -> Iterator[Row]:
        for epoch in range(int(self.run.manifest["warm_up_epochs"]), int(self.run.manifest["n_epochs"])):
            start_s, end_s = self._period(epoch)
            prices = self._money[epoch].prices if self._money else {}
            yield {
                "written_files": [shares_file],
                "start_timestamp": start_s,
                "end_timestamp": end_s,
                "iot_reward_data": {
                    **{PRICES[pool]: {"value": f"{price:f}"} for pool, price in prices.items() if pool in PRICES},
                    "token": TOKEN_HNT,
                },
                "epoch": start_s // DAY_S,
            }
