"""One's own measurements: packets or links from CSV or Parquet, columns by many names, gathered into links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from maps.geodesy import great_circle_m
from poc.errors import DataError
from poc.paths import Places
from poc.table import Array
from radio_models.errors import RadioError
from radio_models.lora.receiver import esp_dbm_from, sensitivity_dbm

#: Our column → the names under which it is looked for, in lower case, best first.
NAMES: dict[str, tuple[str, ...]] = {
    "tx_latitude_deg": ("tx_latitude_deg", "tx_latitude", "tx_lat", "device_lat", "sender_lat", "from_lat", "lat"),
    "tx_longitude_deg": (
        "tx_longitude_deg", "tx_longitude", "tx_lon", "tx_lng", "device_lon", "device_lng", "sender_lon", "from_lon",
        "lon", "lng",
    ),
    "rx_latitude_deg": (
        "rx_latitude_deg", "rx_latitude", "rx_lat", "gateway_lat", "gw_lat", "hotspot_lat", "witness_lat", "to_lat",
    ),
    "rx_longitude_deg": (
        "rx_longitude_deg", "rx_longitude", "rx_lon", "rx_lng", "gateway_lon", "gateway_lng", "gw_lon", "hotspot_lon",
        "hotspot_lng", "witness_lon", "to_lon",
    ),
    "rssi_dbm": ("rssi_dbm", "rssi", "signal", "level_dbm"),
    "snr_db": ("snr_db", "snr", "lsnr"),
    "spreading_factor": ("spreading_factor", "sf", "spreading", "datr", "data_rate"),
    "heard": ("heard", "received", "success"),
    "n_sent": ("n_sent", "attempts", "sent", "n_attempts"),
    "n_heard": ("n_heard", "n_received", "count"),
    "tx": ("tx", "tx_id", "device", "device_id", "dev_eui", "sender"),
    "rx": ("rx", "rx_id", "gateway", "gateway_id", "gateway_eui", "hotspot", "witness", "receiver"),
    "distance_m": ("distance_m", "distance"),
    "tx_height_m": ("tx_height_m", "tx_height", "device_height"),
    "rx_height_m": ("rx_height_m", "rx_height", "gateway_height", "antenna_height"),
}  # fmt: skip
_NEEDED = ("tx_latitude_deg", "tx_longitude_deg", "rx_latitude_deg", "rx_longitude_deg", "rssi_dbm")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What holds where the file does not say: heights above ground [m], spreading factor, noise figure [dB]."""

    tx_height_m: float = 2.0
    rx_height_m: float = 10.0
    spreading_factor: int = 12
    noise_figure_db: float = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Links as columns; a link is one pair of places at one spreading factor.

    `level_dbm` mean ESP of the packets heard (NaN where none), `spread_db` their standard deviation (NaN below two),
    `n_sent` None where the file counts no losses, `tx` and `rx` the ends as whole numbers into `tx_names`, `rx_names`.
    """

    senders: Places
    receivers: Places
    distance_m: Array
    n_heard: Array
    n_sent: Array | None
    level_dbm: Array
    spread_db: Array
    sensitivity_dbm: Array
    tx: Array
    rx: Array
    tx_names: Array
    rx_names: Array

    @property
    def heard(self) -> Array:
        return np.asarray(self.n_heard > 0)


def read_measurements(path: Path, assumed: Assumed | None = None) -> Measured:
    """The links of a table of packets (one row each) or of links (with counts of sent and heard).

    A packet is lost where `heard` is false, or where its RSSI is empty; `n_sent` makes a row a link of so many
    attempts. Where nothing of this says that anything was lost, losses count as unknown.
    Raises DataError for a file or column that cannot be read, naming what was looked for.
    """
    return measured_from(_columns(path), str(path), assumed or Assumed())


def measured_from(columns: Mapping[str, Any], where: str, assumed: Assumed) -> Measured:
    """The links of columns by lower-case name; see `read_measurements`.

    >>> columns = {"tx_lat": [47.0, 47.0], "tx_lon": [9.0, 9.0], "rx_lat": [47.01, 47.01], "rx_lon": [9.0, 9.0],
    ...            "rssi": [-101.0, None]}
    >>> links = measured_from(columns, "an example", Assumed())
    >>> links.n_sent.tolist(), links.level_dbm.tolist()
    ([2.0], [-101.0])
    """
    found = {ours: next((columns[name] for name in names if name in columns), None) for ours, names in NAMES.items()}
    for name in _NEEDED:
        if found[name] is None:
            raise DataError(
                f"{where} has the columns {', '.join(columns) or 'none'}, expected one for {name}; "
                f"call it {NAMES[name][0]}."
            )
    number = {name: _numbers(found[name], name, where) for name in found if name not in ("tx", "rx", "heard")}
    n = len(number["rssi_dbm"])
    for name in _NEEDED[:4]:
        wrong = np.flatnonzero(~(np.abs(number[name]) <= (90.0 if "latitude" in name else 180.0)))
        if len(wrong):
            raise DataError(
                f"row {wrong[0] + 1} of {where} has {name} {number[name][wrong[0]]:g}, expected degrees; correct it."
            )
    rssi_dbm, snr_db = number["rssi_dbm"], number["snr_db"]
    level_dbm = np.where(np.isnan(snr_db), rssi_dbm, esp_dbm_from(rssi_dbm, np.nan_to_num(snr_db)))
    factor = _or(number["spreading_factor"], assumed.spreading_factor, n)
    try:
        limit_dbm = sensitivity_dbm(factor, assumed.noise_figure_db)
    except RadioError as error:
        raise DataError(f"{where}: {error}") from error
    n_heard, n_sent = _counts(found["heard"], number, where)
    latitude_1, longitude_1, latitude_2, longitude_2 = (number[name] for name in _NEEDED[:4])
    straight_m = great_circle_m(latitude_1, longitude_1, latitude_2, longitude_2)
    distance_m = np.where(np.isnan(number["distance_m"]), straight_m, number["distance_m"])
    tx_m, rx_m = (
        _or(number["tx_height_m"], assumed.tx_height_m, n), _or(number["rx_height_m"], assumed.rx_height_m, n)
    )  # fmt: skip
    distance_m = np.maximum(np.hypot(distance_m, tx_m - rx_m), 1.0)
    tx_names, tx = _ends(found["tx"], latitude_1, longitude_1)
    rx_names, rx = _ends(found["rx"], latitude_2, longitude_2)

    key = np.column_stack([latitude_1, longitude_1, latitude_2, longitude_2, factor, distance_m, tx, rx])
    _, first, link = np.unique(key, axis=0, return_index=True, return_inverse=True)
    link = link.reshape(n)
    heard_by_link = np.bincount(link, n_heard)
    level = np.where(n_heard > 0, level_dbm, 0.0)
    some = np.maximum(heard_by_link, 1.0)
    mean_dbm = np.bincount(link, n_heard * level) / some
    squares = np.bincount(link, n_heard * (level - mean_dbm[link]) ** 2)
    rows_heard = np.bincount(link, n_heard > 0)
    return Measured(
        senders=Places(latitude_1[first], longitude_1[first], tx_m[first]),
        receivers=Places(latitude_2[first], longitude_2[first], rx_m[first]),
        distance_m=distance_m[first],
        n_heard=heard_by_link,
        n_sent=None if n_sent is None else np.bincount(link, n_sent),
        level_dbm=np.where(heard_by_link > 0, mean_dbm, np.nan),
        spread_db=np.where(rows_heard > 1, np.sqrt(squares / np.maximum(heard_by_link - 1.0, 1.0)), np.nan),
        sensitivity_dbm=limit_dbm[first],
        tx=tx[first],
        rx=rx[first],
        tx_names=tx_names,
        rx_names=rx_names,
    )


def _columns(path: Path) -> dict[str, Any]:
    try:
        if path.suffix.lower() == ".parquet":
            table = pq.read_table(path)
        else:
            with pa.input_stream(str(path)) as stream:
                header = stream.read(8192).split(b"\n")[0].decode("utf-8", "replace")
            separator = max(",;\t", key=header.count)
            table = pyarrow.csv.read_csv(path, parse_options=pyarrow.csv.ParseOptions(delimiter=separator))
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"'{path}' cannot be read as a table ({reason}); give CSV with a header, or Parquet."
        ) from error
    if not table.num_rows:
        raise DataError(f"'{path}' has no rows, expected one for each packet or link; give more.")
    names = [name.strip().lower() for name in table.column_names]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"'{path}' has more than one column '{twice[:40]}'; give CSV with a header, or Parquet.")
    return dict(zip(names, table.columns, strict=True))


def _numbers(values: Any, name: str, where: str) -> Array:
    """A column as float64, NaN where it is missing or absent altogether."""
    if values is None:
        return np.asarray(np.nan)
    column = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values)
    if name == "spreading_factor" and pa.types.is_string(column.type):
        column = pa.array([_factor(text) for text in column.to_pylist()], pa.float64())
    try:
        return np.asarray(pc.cast(column, pa.float64()), np.float64)
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{where}: the column for {name} does not hold numbers ({reason}); correct it.") from error


def _or(values: Array, otherwise: float, n: int) -> Array:
    """The values, `otherwise` where they are missing, one for each of `n` rows."""
    return np.array(np.broadcast_to(np.where(np.isnan(values), otherwise, values), n))


def _factor(text: str | None) -> float | None:
    """12 from "12", "SF12" or "SF12BW125"."""
    match = re.match(r"\s*(?:SF)?(\d+)", text or "", re.IGNORECASE)
    return float(match[1]) if match else None


def _counts(heard: Any, number: Mapping[str, Array], where: str) -> tuple[Array, Array | None]:
    """Packets heard and sent in each row; None for sent where losses are unknown."""
    has_level = ~np.isnan(number["rssi_dbm"])
    if number["n_sent"].ndim:
        n_sent = np.nan_to_num(number["n_sent"])
        counted = number["n_heard"] if number["n_heard"].ndim else has_level.astype(np.float64)
        n_heard = np.where(has_level, np.nan_to_num(counted, nan=1.0), 0.0)
        wrong = np.flatnonzero(n_heard > n_sent)
        if len(wrong):
            raise DataError(
                f"row {wrong[0] + 1} of {where} heard {n_heard[wrong[0]]:g} of {n_sent[wrong[0]]:g} packets, expected "
                "no more than were sent; correct the counts."
            )
        return n_heard, n_sent
    arrived = has_level
    if heard is not None:
        flags = heard.to_pylist() if isinstance(heard, (pa.Array, pa.ChunkedArray)) else list(heard)
        arrived = has_level & np.array([str(flag).strip().lower() in ("1", "1.0", "true", "yes") for flag in flags])
    n_heard = arrived.astype(np.float64)
    return n_heard, None if arrived.all() and heard is None else np.ones(len(n_heard))


def _ends(names: Any, latitude_deg: Array, longitude_deg: Array) -> tuple[Array, Array]:
    """The distinct ends and the number of each row's: by name, else by place."""
    if names is None:
        places, row = np.unique(np.column_stack([latitude_deg, longitude_deg]), axis=0, return_inverse=True)
        return np.array([f"{a:.5f},{b:.5f}" for a, b in places]), row.reshape(-1)
    listed = names.to_pylist() if isinstance(names, (pa.Array, pa.ChunkedArray)) else list(names)
    known, row = np.unique(np.array([str(name) for name in listed]), return_inverse=True)
    return known, row.reshape(-1)
