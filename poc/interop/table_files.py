"""Hotspots, beacons, witness reports, entropies and denylists from CSV, JSON Lines and Parquet, column by column.

Which columns there are stands in the tuples below. Times are floored to milliseconds, as Helium's server
stamps them; a row that cannot be read is rejected and counted, the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from maps.countries import plans_of
from maps.grid import are_valid, cells_from_coordinates, coordinates_from_cells, resolutions
from poc.beacon.entropy import REMOTE_BYTES
from poc.beacon.payload import digest
from poc.interop.names import Names
from poc.interop.rejections import Rejections
from poc.interop.reports import LAST_NS, MS_NS, BeaconRow, WitnessRow, payload_of_name, report_id, to_ms
from poc.interop.rows import (
    INT64_MAX,
    Rejected,
    Row,
    absent,
    hex_bytes,
    kept,
    number,
    read_rows,
    text,
    truth,
    whole,
)  # fmt: skip
from poc.interop.signature_check import SignatureCheck
from poc.interop.signed_rows import ask_of_row, key_of, signed_beacon, signed_witness
from poc.schema import HOTSPOTS
from poc.table import Table
from poc.validator.state import Denylist
from radio_models.lora.region_plans import REGION_NUMBERS, UNKNOWN_REGION_NUMBER

Parsed = TypeVar("Parsed", BeaconRow, WitnessRow)

HOTSPOT_COLUMNS = ("hotspot", "cell|latitude_deg", "cell|longitude_deg", "gain_dbi")
DENYLIST_COLUMNS = ("hotspot",)
BEACON_COLUMNS = ("beacon", "beaconer", "received_ns", "frequency_hz", "data_rate", "tx_power_dbm")
WITNESS_COLUMNS = ("beacon|payload", "witness", "received_ns", "rssi_dbm", "snr_db", "frequency_hz")
ENTROPY_COLUMNS = ("remote_entropy|data", "entropy_timestamp_s|timestamp")  # or by Helium's names
FINEST_USED, ASSERTED = 11, 12  # resolutions: cells must be at least as fine; coordinates become cells of res 12
_NUMBERS = {name.replace("-", "_").upper(): number for name, number in REGION_NUMBERS.items()}
_LORA, _OTHER_RATES = re.compile(r"SF([5-9]|1[0-2])BW(125|250|500)"), re.compile(r"LRFHSS[12]BW(137|336|1523)|FSK50")
_INT32, _GAINS_DBI = 2**31 - 1, (-100.0, 100.0)
DEFAULT_GAIN_DBI = 1.2  # spec/helium-iot.md §1


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the file of hotspots did not say: how many regions came from a country, from a coast within 50 km, or from
    nowhere (no country or one without a plan), and how many rows are silent on `is_full`.
    """

    n_by_country: int = 0
    n_by_coast: int = 0
    n_nowhere: int = 0
    n_capability: int = 0


def read_hotspots(
    path: Path,
    names: Names,
    counts: Rejections,
    required: tuple[str, ...] = HOTSPOT_COLUMNS,
    keys: dict[str, bytes] | None = None,
    fill_regions: bool = True,
) -> tuple[Table, Gaps]:
    """HOTSPOTS, and what had to be filled in; a hotspot that comes twice is rejected. Public keys that the file tells
    go into `keys` by name. Without `fill_regions` a region that the file does not tell stays unknown.
    """
    seen: set[int] = set()
    n_silent = 0

    def parse(row: Row) -> dict[str, Any]:
        nonlocal n_silent
        hotspot = names.id_of(text(row, "hotspot"))
        if hotspot in seen:
            raise Rejected("duplicate hotspot")
        parsed: dict[str, Any] = {
            "hotspot": hotspot,
            "owner": 0 if absent(row, "owner") else names.id_of(text(row, "owner")),
            "cell": _cell(row),
            "gain_dbi": DEFAULT_GAIN_DBI if absent(row, "gain_dbi") else round(number(row, "gain_dbi", *_GAINS_DBI), 1),
            "elevation_m": 0.0 if absent(row, "elevation_m") else number(row, "elevation_m", -_INT32, _INT32),
            "region": _region(row),
            "full": truth(row, "is_full", otherwise=True),
        }
        key = hex_bytes(row, "public_key")
        if key and keys is not None:
            keys[text(row, "hotspot")] = key
        seen.add(hotspot)
        n_silent += absent(row, "is_full")
        return parsed

    rows = list(kept(read_rows(path, required, counts), parse, counts))
    columns = {c.name: np.array([row[c.name] for row in rows], c.dtype) for c in HOTSPOTS.columns}
    unsaid = np.flatnonzero((columns["region"] < 0) & (columns["cell"] != 0))
    n_near = n_nowhere = 0
    if len(unsaid) and fill_regions:
        plans = plans_of(*coordinates_from_cells(columns["cell"][unsaid]))
        columns["region"][unsaid] = [REGION_NUMBERS.get(name, UNKNOWN_REGION_NUMBER) for name in plans.plan.tolist()]
        n_near, n_nowhere = int((plans.near & (plans.plan != "")).sum()), int((plans.plan == "").sum())
    columns["region"][columns["region"] < 0] = UNKNOWN_REGION_NUMBER
    return HOTSPOTS.table(**columns), Gaps(len(unsaid) - n_near - n_nowhere, n_near, n_nowhere, n_silent)


def _cell(row: Row) -> int:
    """The asserted cell; 0 where the row names no place."""
    if not absent(row, "cell"):
        number_itself = isinstance(row["cell"], int) and row["cell"] >= 0  # as Parquet and JSON may hold it
        value = format(row["cell"], "x") if number_itself else text(row, "cell").lower().removeprefix("0x")
        if not re.fullmatch(r"[0-9a-f]{1,16}", value):
            raise Rejected("cell is no hex text")
        cell = int(value, 16)
        if not are_valid(np.array([cell], np.uint64))[0]:
            raise Rejected("cell does not exist")
        if resolutions(np.array([cell], np.uint64))[0] < FINEST_USED:
            raise Rejected("cell is coarser than resolution 11")
        return cell
    if absent(row, "latitude_deg") and absent(row, "longitude_deg"):
        return 0
    latitude, longitude = number(row, "latitude_deg", -90.0, 90.0), number(row, "longitude_deg", -360.0, 360.0)
    return int(cells_from_coordinates(latitude, longitude, ASSERTED))


def _region(row: Row) -> int:
    """Helium's number of the region; −1 where the row says nothing."""
    if absent(row, "region"):
        return -1
    name = text(row, "region").replace("-", "_").upper()
    if name.isdecimal() and int(name[:9]) in REGION_NUMBERS.values():
        return int(name)
    if name not in _NUMBERS:
        raise Rejected("region is unknown")
    return _NUMBERS[name]


def read_beacons(path: Path, counts: Rejections, signatures: SignatureCheck | None = None) -> list[BeaconRow]:
    """The beacon reports of a table file."""
    parse = _with_signature(_beacon, signed_beacon, signatures)
    return list(kept(read_rows(path, BEACON_COLUMNS, counts), parse, counts))


def _with_signature(
    parse: Callable[[Row], Parsed], signed: Callable[[Row, Parsed, bytes], bytes | None], check: SignatureCheck | None
) -> Callable[[Row], Parsed]:
    """Parse a row and, where signatures are asked for, what it brings as one."""
    if check is None or not check.asks:
        return parse

    def parse_and_ask(row: Row) -> Parsed:
        parsed = parse(row)
        ask_of_row(check, row, parsed, signed)
        return parsed

    return parse_and_ask


def _beacon(row: Row) -> BeaconRow:
    beacon, beaconer, data = text(row, "beacon"), text(row, "beaconer"), hex_bytes(row, "payload")
    received_ns = to_ms(whole(row, "received_ns", 0, LAST_NS))
    start_s = None if absent(row, "entropy_timestamp_s") else whole(row, "entropy_timestamp_s", 0, LAST_NS // 10**9)
    return BeaconRow(
        beacon=beacon,
        hotspot=beaconer,
        received_ns=received_ns,
        sent_ns=received_ns,
        payload=digest(data) if data else payload_of_name(beacon),
        has_payload=bool(data),
        frequency_hz=whole(row, "frequency_hz", 0, INT64_MAX),
        spreading_factor=spreading_factor(row),
        power_dbm=whole(row, "tx_power_dbm", -(2**15), 2**15 - 1),
        local_entropy=hex_bytes(row, "local_entropy", 4),
        remote_entropy=hex_bytes(row, "remote_entropy", REMOTE_BYTES) or None,
        entropy_start_s=start_s,
        poc_id=_poc_id(data, received_ns, beaconer),
    )


def _poc_id(data: bytes, received_ns: int, beaconer: str) -> bytes:
    """Helium's id of the beacon where its payload is told and the hotspot goes by its address."""
    key = key_of(beaconer) if data else b""
    return report_id(data, received_ns // MS_NS, key) if key else b""


def spreading_factor(row: Row) -> int:
    """The spreading factor of `data_rate` at 125 kHz; 0 for other bandwidths and modulations.

    >>> spreading_factor({"data_rate": "SF9BW125"}), spreading_factor({"data_rate": "FSK50"})
    (9, 0)
    """
    rate = text(row, "data_rate").upper()
    match = _LORA.fullmatch(rate)
    if not match and not _OTHER_RATES.fullmatch(rate):
        raise Rejected("data_rate is unknown")
    return int(match[1]) if match and match[2] == "125" else 0


def read_witnesses(path: Path, counts: Rejections, signatures: SignatureCheck | None = None) -> list[WitnessRow]:
    """The witness reports of a table file."""
    parse = _with_signature(_witness, signed_witness, signatures)
    return list(kept(read_rows(path, WITNESS_COLUMNS, counts), parse, counts))


def _witness(row: Row) -> WitnessRow:
    data = hex_bytes(row, "payload")
    received_ns = to_ms(whole(row, "received_ns", 0, LAST_NS))
    return WitnessRow(
        beacon="" if data and absent(row, "beacon") else text(row, "beacon"),
        payload=digest(data) if data else None,
        hotspot=text(row, "witness"),
        received_ns=received_ns,
        heard_ns=received_ns,
        rssi_dbm=number(row, "rssi_dbm", -_INT32 / 10, _INT32 / 10),
        snr_db=number(row, "snr_db", -_INT32 / 10, _INT32 / 10),
        frequency_hz=whole(row, "frequency_hz", 0, INT64_MAX),
        spreading_factor=0 if absent(row, "data_rate") else spreading_factor(row),
    )


def read_entropies(path: Path, counts: Rejections) -> dict[bytes, tuple[int, int]]:
    """(timestamp [s], version) of each remote entropy; the first row of a value counts."""
    archive: dict[bytes, tuple[int, int]] = {}

    def parse(row: Row) -> None:
        data = hex_bytes(row, "data" if absent(row, "remote_entropy") else "remote_entropy", REMOTE_BYTES)
        version = 0 if absent(row, "version") else whole(row, "version", 0, 2**32 - 1)
        time = "timestamp" if absent(row, "entropy_timestamp_s") else "entropy_timestamp_s"
        start_s = whole(row, time, 0, LAST_NS // 10**9)
        if not data:
            raise Rejected("remote_entropy is missing")
        archive.setdefault(data, (start_s, version))

    for _ in kept(read_rows(path, ENTROPY_COLUMNS, counts), parse, counts):
        pass
    return archive


def read_denylist(path: Path, names: Names, counts: Rejections) -> Denylist:
    """Denied hotspots (rows with `hotspot` alone) and edges (with `other` as well).

    No row at all means unloaded, and so does a file without a single byte.
    """
    hotspots: list[int] = []
    edges: list[tuple[int, int]] = []

    def parse(row: Row) -> None:
        hotspot = names.id_of(text(row, "hotspot"))
        if absent(row, "other"):
            hotspots.append(hotspot)
        else:
            edges.append((hotspot, names.id_of(text(row, "other"))))

    for _ in () if _is_bare(path) else kept(read_rows(path, DENYLIST_COLUMNS, counts), parse, counts):
        pass
    if not hotspots and not edges:
        return Denylist("unloaded")
    return Denylist("loaded", np.array(hotspots, np.uint64), np.array(edges, np.uint64).reshape(-1, 2))


def _is_bare(path: Path) -> bool:
    """Whether a file of lines holds nothing but ends of lines, of which a few bytes tell."""
    try:
        with path.open("rb") as file:
            return path.suffix.lower() != ".parquet" and not file.read(64).strip(b"\xef\xbb\xbf\r\n \t")
    except OSError:
        return False  # the reader says what is wrong
