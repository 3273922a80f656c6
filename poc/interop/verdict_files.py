"""What `poc verify` leaves: verdicts.parquet, rewards.parquet, summary.json and the validator's memory.

Names of reasons and sides are Helium's (helium/proto `poc_lora.proto`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from poc.errors import DataError, StoreError
from poc.interop.names import Names
from poc.interop.rejections import Rejections
from poc.interop.rows import absent, kept, read_rows, text, whole
from poc.interop.verify import Verified, claims_by_day
from poc.reasons import Reason, Side
from poc.rewards.amounts import DataTransfer, pay, prices
from poc.schema import SHARES
from poc.store import write_json
from poc.table import Table, table_from_arrow
from poc.validator.state import LAST_TIMES, ValidatorState

BONES_PER_TOKEN, DAY_S = 10**8, 86_400
_SINGULAR = {"beacons": "beacon", "witnesses": "witness"}
STATE_FILE = "last_times.parquet"
#: Names that data credits go by, in a table of ours or of Helium's packet verifier.
_CREDITS = ("data_credits", "num_dcs")

VERDICT_COLUMNS = pa.schema(
    [
        ("kind", pa.string()), ("beacon", pa.string()), ("hotspot", pa.string()), ("status", pa.string()),
        ("reason", pa.string()), ("side", pa.string()), ("fired", pa.string()), ("selected", pa.bool_()),
        ("hex_scale", pa.float64()), ("reward_unit", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Money:
    """What is to be shared out: bones a day and, if data was carried, the price of a token [USD] and who carried it."""

    bones_per_day: int
    usd_per_token: Decimal | None = None
    data: Path | None = None


def reason_name(reason: int) -> str:
    """Helium's name of a reason.

    >>> reason_name(0), reason_name(22)
    ('reason_none', 'too_late')
    """
    return "reason_none" if reason == Reason.none else Reason(reason).name


def side_name(side: int) -> str:
    """Helium's name of a side.

    >>> side_name(0), side_name(3)
    ('side_none', 'witness')
    """
    return "side_none" if side == Side.none else Side(side).name


def fired_names(fired: int) -> str:
    """All reasons whose bit is set, by number, joined by commas.

    >>> fired_names(1 << 9 | 1 << 22)
    'denied,too_late'
    """
    return ",".join(reason.name for reason in Reason if reason and fired >> reason & 1)


def verdict_rows(verified: Verified) -> pa.Table:
    """One row for each accepted report: beacons first, in order of processing."""
    hotspots, beacons = verified.hotspot_names.text_of, verified.reports.beacon_names.text_of
    rows: list[tuple[Any, ...]] = []
    sent, heard = verified.judgement.verdicts["beacon_verdicts"], verified.judgement.verdicts["witness_verdicts"]
    side = np.where(sent["reason"] == 0, Side.none, Side.beaconer)
    for kind, table, who, sides, selected in (
        ("beacon", sent, "hotspot", side, sent["n_selected"] > 0),
        ("witness", heard, "witness", heard["side"], heard["selected"]),
    ):
        columns = [
            table[name].tolist() for name in ("beacon", who, "reason", "fired", "hex_scale_e4", "reward_unit_e4")
        ]
        for beacon, hotspot, reason, fired, scale, unit, blamed, chosen in zip(
            *columns, sides.tolist(), selected.tolist(), strict=True
        ):
            status = "invalid" if reason else "valid"
            rows.append(
                (kind, beacons[beacon], hotspots[hotspot], status, reason_name(reason), side_name(blamed),
                 fired_names(fired), chosen, scale / 1e4, unit / 1e4)
            )  # fmt: skip
    by_column = zip(*rows, strict=True) if rows else ((),) * len(VERDICT_COLUMNS)
    arrays = [pa.array(column, f.type) for column, f in zip(by_column, VERDICT_COLUMNS, strict=True)]
    return pa.table(arrays, VERDICT_COLUMNS)


def reward_rows(verified: Verified, money: Money | None) -> tuple[pa.Table, dict[str, Any]]:
    """Shares by hotspot and epoch (UTC day since 1970), amounts if there is money; and by epoch what went to nobody
    [bones] and the bones for one share of each pool (15 decimals, as text).
    """
    claims = claims_by_day(verified)
    data = _data_credits(money, verified.hotspot_names, verified.counts, sorted(claims))
    names = verified.hotspot_names.text_of
    found: dict[tuple[int, int], dict[str, Any]] = {}
    epochs: dict[str, Any] = {}
    for day in sorted({*claims, *data}):
        shares = SHARES.empty()
        if day in claims:
            shares = verified.profile.reward_rule.shares(claims[day], None, verified.profile.limits)
        _add(found, day, shares, "shares", "_share", 1e-8)
        if money is None:
            continue
        emission = replace(verified.profile.emission, bones_per_day=money.bones_per_day)
        transfer = (
            DataTransfer(data[day], money.usd_per_token / BONES_PER_TOKEN)
            if day in data and money.usd_per_token
            else None
        )
        paid, left = pay(shares, emission, 1.0, day, transfer)
        _add(found, day, paid, "amount_bones", "_bones", 1)
        per_share = {name: f"{price:f}" for name, price in prices(shares, emission, 1.0, transfer).items()}
        period = {"start_s": day * DAY_S, "end_s": (day + 1) * DAY_S}
        epochs[str(day)] = {**period, "bones_per_share": per_share, "unpaid_bones": left}
    keys = sorted(found, key=lambda key: (key[1], names[key[0]]))
    columns: dict[str, Any] = {
        "hotspot": pa.array([names[hotspot] for hotspot, _ in keys], pa.string()),
        "epoch": pa.array([day for _, day in keys], pa.int32()),
    }
    kinds = [("_share", pa.float64(), 0.0)] + ([("_bones", pa.int64(), 0)] if money else [])
    for suffix, kind, nothing in kinds:
        given = {name.removesuffix(suffix) for values in found.values() for name in values if name.endswith(suffix)}
        wanted = ["beacons", "witnesses", *(["data"] if suffix == "_bones" else [])]
        for pool in [*wanted, *sorted(given - set(wanted))]:
            values = [found[key].get(pool + suffix, nothing) for key in keys]
            columns[_SINGULAR.get(pool, pool) + suffix] = pa.array(values, kind)
    return pa.table(columns), epochs


def _add(
    found: dict[tuple[int, int], dict[str, Any]], day: int, table: Table, column: str, suffix: str, unit: Any
) -> None:
    for pool, hotspot, value in zip(
        table["pool"].tolist(), table["hotspot"].tolist(), table[column].tolist(), strict=True
    ):
        found.setdefault((hotspot, day), {})[pool + suffix] = round(value * unit, 8) if unit != 1 else value


def _data_credits(
    money: Money | None, names: Names, counts: dict[str, Rejections], days_judged: list[int]
) -> dict[int, Table]:
    """Data credits by epoch from a table with `hotspot`, `data_credits` and `epoch`, as SHARES.

    Without a column `epoch` they belong to the only day that was judged.
    """
    if money is None or money.data is None:
        return {}
    if money.usd_per_token is None or money.usd_per_token <= 0:
        raise DataError("data transfer was given without a price, expected the price of a token in USD; add --price.")
    counts["data"] = Rejections()
    carried: Counter[tuple[int, int]] = Counter()

    def parse(row: dict[str, Any]) -> None:
        named = next((name for name in _CREDITS if not absent(row, name)), _CREDITS[0])
        credits = whole(row, named, 0, 10**15)
        day = days_judged[0] if absent(row, "epoch") and len(days_judged) == 1 else whole(row, "epoch", 0, 10**6)
        carried[day, names.id_of(text(row, "hotspot"))] += credits

    columns = ("hotspot", "|".join(_CREDITS), *(() if len(days_judged) == 1 else ("epoch",)))
    for _ in kept(read_rows(money.data, columns, counts["data"]), parse, counts["data"]):
        pass
    days: dict[int, list[tuple[int, int]]] = {}
    for (day, hotspot), n_credits in sorted(carried.items()):
        days.setdefault(day, []).append((hotspot, n_credits))
    return {
        day: SHARES.table(
            pool=np.full(len(rows), "data"),
            hotspot=np.array([hotspot for hotspot, _ in rows], np.uint64),
            shares=np.array([n for _, n in rows], np.int64),
        )
        for day, rows in days.items()
    }


def write_verified(folder: Path, verified: Verified, money: Money | None = None) -> dict[str, Any]:
    """Write the files of a verification and give the summary. The folder must be there."""
    verdicts = verdict_rows(verified)
    rewards, epochs = reward_rows(verified, money)
    pq.write_table(verdicts, folder / "verdicts.parquet", compression="zstd")
    pq.write_table(rewards, folder / "rewards.parquet", compression="zstd")
    summary = {
        "profile": verified.profile.name,
        "differences": dict(verified.profile.differences),
        "counts": {name: counts.summary() for name, counts in verified.counts.items() if counts.n_received},
        "verdicts": _verdict_counts(verdicts),
        "reward_epochs": epochs,
        "signatures": dict(sorted(verified.signatures.items())),
        "notes": verified.notes,
    }
    write_json(folder / "summary.json", summary)
    return summary


def _verdict_counts(verdicts: pa.Table) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {"beacon": Counter(), "witness": Counter()}
    for kind, reason in zip(verdicts["kind"].to_pylist(), verdicts["reason"].to_pylist(), strict=True):
        counted[kind][reason] += 1
    return {kind: dict(sorted(reasons.items())) for kind, reasons in counted.items()}


def load_state(folder: Path) -> ValidatorState:
    """The validator's memory that `save_state` left in a folder; empty where there is none."""
    path = folder / STATE_FILE
    if folder.exists() and not folder.is_dir():
        raise DataError(f"'{folder}' is a file, expected a folder for the validator's memory; choose another --state.")
    if not path.exists():
        return ValidatorState()
    try:
        return ValidatorState(table_from_arrow(LAST_TIMES, pq.read_table(path)).sort("hotspot"))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"'{path}' is no memory of a validator ({error}); remove it to start empty.") from error


def save_state(folder: Path, state: ValidatorState) -> None:
    """Keep the times that judging remembers for the next call."""
    unfinished = folder / (STATE_FILE + ".unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(state.last_times.to_arrow(), unfinished)
        unfinished.replace(folder / STATE_FILE)
    except OSError as error:
        raise StoreError(
            f"the memory could not be written to '{folder}' ({error.strerror or error}); choose another --state."
        ) from error
