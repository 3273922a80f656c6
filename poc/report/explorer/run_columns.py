"""What happened to each hotspot under one profile: heard, judged, suspected, paid; by frame of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import great_circle_m
from poc.metrics.columns import Columns, columns, newest_rows, rows_in
from poc.metrics.labels import labels_from
from poc.reasons import Reason, Side
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import microdegrees, steps, tenths
from poc.report.explorer.planes import Planes
from poc.report.findings import ANYWHERE_M, BONES_PER_HNT
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

MAX_ROWS_READ = 12_000_000
MAX_EVIDENCE = 3_000
VERDICTS = ("unscored", "honest", "undecided", "suspect")
_SAME_PLACE_M = 50.0


def run_columns(run: RunData, hotspots: Hotspots, planes: Planes) -> tuple[dict[str, Array], dict[str, Any]]:
    """(columns, facts) of one run; a column whose table the run did not keep is left out."""
    made: dict[str, Array] = {}
    facts: dict[str, Any] = {"detectors": [], "evidence": {}}
    _add_payment(run, hotspots, planes, made)
    _add_scale(run, hotspots, planes, made)
    _add_links(run, hotspots, planes, made)
    _add_signal(run, hotspots, planes, made)
    _add_verdicts(run, hotspots, planes, made)
    _add_scores(run, hotspots, planes, made, facts)
    return made, facts


def read(run: RunData, name: str, *names: str) -> Columns | None:
    """Columns of a table of a run; None where the run did not keep it or where it is too long for a page."""
    if name not in run.tables:
        return None
    counted = getattr(run.tables, "n_rows", None)
    n_rows = counted(name) if counted else run.tables[name].num_rows
    return columns(run.tables, name, *names) if n_rows <= MAX_ROWS_READ else None


def _add_payment(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    rewards = read(run, "rewards", "hotspot", "amount_bones")
    if rewards is not None:
        row = rows_in(hotspots.ids, rewards["hotspot"])
        paid = planes.total(rewards["epoch"], row, rewards["amount_bones"])
        made["paid_hnt"] = (paid / BONES_PER_HNT).astype(np.float32)


def _add_scale(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    verdicts = read(run, "beacon_verdicts", "hotspot", "reason", "hex_scale_e4")
    if verdicts is None:
        return
    row = np.where(verdicts["reason"] == Reason.none, rows_in(hotspots.ids, verdicts["hotspot"]), -1)
    made["scale"] = steps(planes.mean(verdicts["epoch"], row, verdicts["hex_scale_e4"] / 1e4), 1e-4)


def _add_links(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    """Number of different witnesses of a hotspot, and the median loss on the way to them."""
    statistics = read(run, "link_statistics", "beaconer", "witness", "mean_loss_db")
    found = statistics or read(run, "witness_verdicts", "beaconer", "witness")
    if found is None:
        return
    _add_life(run, hotspots, planes, found, made)
    row, peer = (rows_in(hotspots.ids, found[end]) for end in ("beaconer", "witness"))
    row = np.where((peer >= 0) & (peer != row), row, -1)
    n = planes.n_distinct(found["epoch"], row, np.maximum(peer, 0))
    made["n_witnesses"] = np.minimum(n, 0xFFFE).astype(np.uint16)
    if statistics is not None:
        made["loss_tenths_db"] = tenths(planes.median(found["epoch"], row, found["mean_loss_db"]))


def _add_life(run: RunData, hotspots: Hotspots, planes: Planes, links: Columns, made: dict[str, Array]) -> None:
    """Whether a hotspot sent anything: a miss counts only for a receiver that showed life."""
    activity = read(run, "activity", "hotspot", "n_beacons", "n_witnessed")
    if activity is None:
        living = np.append(links["beaconer"], links["witness"])
    else:
        sent = (activity["n_beacons"] > 0) | (activity["n_witnessed"] > 0)
        living = activity["hotspot"][sent & (activity["epoch"] >= planes.first_measured)]
    made["alive"] = np.isin(hotspots.ids, living).astype(np.uint8)


def _add_signal(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    """Median RSSI at which the beacons of a hotspot are reported, as tenths of dB above −200 dBm."""
    receptions = read(run, "receptions", "beaconer", "rssi_dbm")
    if receptions is not None:
        row = rows_in(hotspots.ids, receptions["beaconer"])
        made["rssi_tenths_db_over_minus_200"] = tenths(
            planes.median(receptions["epoch"], row, receptions["rssi_dbm"]) + 200.0
        )


def _add_verdicts(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    """Valid witnessings that a hotspot took part in, those between honest ones apart, and reasons with counts."""
    beacons = read(run, "beacon_verdicts", "hotspot", "reason")
    reports = read(run, "witness_verdicts", "beaconer", "witness", "reason", "side")
    groups: list[tuple[Array, int, Array]] = []
    first = planes.first_measured
    if beacons is not None:
        measured = beacons["epoch"] >= first
        row = rows_in(hotspots.ids, beacons["hotspot"][measured])
        groups.append((row, 0, beacons["reason"][measured]))
    if reports is not None:
        sender, witness = (rows_in(hotspots.ids, reports[end]) for end in ("beaconer", "witness"))
        valid = reports["reason"] == Reason.none
        ends = np.append(np.where(valid, sender, -1), np.where(valid, witness, -1))
        epoch = np.tile(reports["epoch"], 2)
        made["valid"] = (planes.n(epoch, ends) > 0).astype(np.uint8)
        labels = labels_from(run.tables)
        if labels is not None:
            honest = ~(labels.liars(reports["beaconer"]) | labels.liars(reports["witness"]))
            made["vouched"] = (planes.n(epoch, np.where(np.tile(honest, 2), ends, -1)) > 0).astype(np.uint8)
        own = reports["side"] != Side.beaconer
        measured = reports["epoch"] >= first
        for rows, which, whose in (
            (witness, measured & (valid | own), 1), (witness, measured & ~valid & ~own, 2),
            (sender, measured & (valid | own), 3),
        ):  # fmt: skip
            groups.append((rows[which], whose, reports["reason"][which]))
    if groups:
        _add_reasons(groups, made)


def _add_reasons(groups: list[tuple[Array, int, Array]], made: dict[str, Array]) -> None:
    """Sparse counts. `reason_whose`: 0 its beacons, 1 its reports, 2 those that fell with the beaconer, 3 about it."""
    parts = []
    for row, whose, reason in groups:
        known = row >= 0
        parts.append((row[known] * 4 + whose) * 256 + reason[known].astype(np.int64))
    key, n = np.unique(np.concatenate(parts), return_counts=True)
    made["reason_row"] = (key // 1024).astype(np.uint32)
    made["reason_whose"] = (key // 256 % 4).astype(np.uint8)
    made["reason_number"] = (key % 256).astype(np.uint8)
    made["reason_n"] = n.astype(np.uint32)


def _add_scores(
    run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array], facts: dict[str, Any]
) -> None:
    scores = read(
        run, "scores", "detector", "hotspot", "probability", "verdict", "estimated_latitude_deg",
        "estimated_longitude_deg", "credible_radius_m", "evidence",
    )  # fmt: skip
    if scores is None:
        return
    for number, detector in enumerate(np.unique(scores["detector"]).tolist()):
        mine = {name: array[scores["detector"] == detector] for name, array in scores.items()}
        row = rows_in(hotspots.ids, mine["hotspot"])
        verdict = np.select([mine["verdict"] == word for word in VERDICTS], range(len(VERDICTS)), 0).astype(np.uint8)
        made[f"detector{number}_verdict"] = planes.newest(mine["epoch"], row, verdict, 0)
        made[f"detector{number}_probability"] = steps(
            planes.newest(mine["epoch"], row, mine["probability"], np.nan), 1e-4
        )
        newest = newest_rows(mine, "hotspot")
        newest = newest[row[newest] >= 0]
        _add_estimates(hotspots, mine, newest, row[newest], number, made)
        told = newest[(mine["verdict"][newest] != "honest") & (mine["evidence"][newest] != "")]
        told = told[np.argsort(-mine["probability"][told], kind="stable")][:MAX_EVIDENCE]
        facts["detectors"].append(detector)
        facts["evidence"][detector] = {str(row[at]): str(mine["evidence"][at]) for at in told.tolist()}


def _add_estimates(
    hotspots: Hotspots, mine: Columns, newest: Array, row: Array, number: int, made: dict[str, Array]
) -> None:
    """Places of a detector that estimates any: nothing where all stay at the asserted places without a radius."""
    latitude, longitude = mine["estimated_latitude_deg"][newest], mine["estimated_longitude_deg"][newest]
    radius_m = mine["credible_radius_m"][newest]
    found = np.isfinite(latitude) & np.isfinite(longitude) & (radius_m <= ANYWHERE_M)
    asserted = np.isfinite(hotspots.latitude_deg[row])
    moved_m = great_circle_m(
        np.where(found, latitude, 0.0), np.where(found, longitude, 0.0),
        np.where(asserted, hotspots.latitude_deg[row], 0.0), np.where(asserted, hotspots.longitude_deg[row], 0.0),
    )  # fmt: skip
    if not found.any() or not (np.isfinite(radius_m[found]).any() or (moved_m[found] > _SAME_PLACE_M).any()):
        return
    places = {"latitude": latitude, "longitude": longitude}
    for name, values in places.items():
        column = np.full(len(hotspots.ids), np.nan)
        column[row[found]] = values[found]
        made[f"detector{number}_{name}"] = microdegrees(column)
    radius = np.full(len(hotspots.ids), np.nan, np.float32)
    radius[row[found]] = np.where(np.isfinite(radius_m[found]), radius_m[found], np.nan)
    made[f"detector{number}_radius_m"] = radius
