"""What happened to each hotspot under one profile: heard, judged, suspected, paid; by frame of time.

Tables are read piece by piece, so that memory follows the number of hotspots, not of reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from poc.metrics.columns import Columns, parts, rows_in
from poc.metrics.labels import labels_from
from poc.reasons import Reason, Side
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.link_columns import Links
from poc.report.explorer.payload import steps, tenths
from poc.report.explorer.planes import Planes
from poc.report.findings import BONES_PER_HNT
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData


def run_columns(run: RunData, hotspots: Hotspots, planes: Planes, links: Links | None) -> dict[str, Array]:
    """Columns of one run, those of its scores apart; a column whose table the run did not keep is left out.

    Without `links` (too many to hold) witnesses are counted by epoch and averaged.
    """
    made: dict[str, Array] = {}
    _add_payment(run, hotspots, planes, made)
    if links is not None:
        _add_witnesses(links, planes, made)
    _add_loss(run, hotspots, planes, made)
    _add_life(run, hotspots, planes, links, made)
    _add_signal(run, hotspots, planes, made)
    reasons = _Reasons()
    _add_beacons(run, hotspots, planes, made, reasons)
    _add_reports(run, hotspots, planes, made, reasons)
    made |= reasons.columns()
    return made


def _add_payment(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    pieces = parts(run.tables, "rewards", "hotspot", "amount_bones")
    if pieces is None:
        return
    paid = planes.tally()
    for piece in pieces:
        paid.add(piece["epoch"], rows_in(hotspots.ids, piece["hotspot"]), piece["amount_bones"])
    made["paid_hnt"] = (paid.total / BONES_PER_HNT).astype(np.float32)


def _add_witnesses(links: Links, planes: Planes, made: dict[str, Array]) -> None:
    """Number of different witnesses of a hotspot."""
    n = np.zeros(planes.shape, np.int64)
    for frame in range(planes.n_frames):
        there = (links.frames >> np.uint64(frame)) & np.uint64(1) > 0
        n[frame] = np.bincount(links.sender[there], minlength=planes.n_rows)
    n[-1] = np.bincount(links.sender[links.n_heard > 0], minlength=planes.n_rows)
    made["n_witnesses"] = np.minimum(n, 0xFFFE).astype(np.uint16)


def _add_loss(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    """Mean loss of the links of a hotspot; and its witnesses, by epoch and averaged, where they were not counted."""
    pieces = parts(run.tables, "link_statistics", "beaconer", "witness", "mean_loss_db")
    if pieces is None:
        return
    heard = planes.tally()
    for piece in pieces:
        row = np.where(piece["beaconer"] == piece["witness"], -1, rows_in(hotspots.ids, piece["beaconer"]))
        heard.add(piece["epoch"], row, piece["mean_loss_db"])
    made["loss_tenths_db"] = tenths(heard.mean)
    if "n_witnesses" not in made:
        a_epoch = np.round(heard.n / np.maximum(planes.epochs_in, 1)[:, None])
        made["n_witnesses"] = np.minimum(a_epoch, 0xFFFE).astype(np.uint16)


def _add_life(run: RunData, hotspots: Hotspots, planes: Planes, links: Links | None, made: dict[str, Array]) -> None:
    """Whether a hotspot sent anything: a miss counts only for a receiver that showed life."""
    pieces = parts(run.tables, "activity", "hotspot", "n_beacons", "n_witnessed", first_epoch=planes.first_measured)
    alive = np.zeros(len(hotspots.ids) + 1, np.uint8)
    if pieces is not None:
        for piece in pieces:
            sent = (piece["n_beacons"] > 0) | (piece["n_witnessed"] > 0)
            alive[rows_in(hotspots.ids, piece["hotspot"][sent])] = 1
    elif links is not None:
        alive[links.sender] = alive[links.witness] = 1
    else:
        return
    made["alive"] = alive[:-1]


def _add_signal(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array]) -> None:
    """Mean RSSI at which the beacons of a hotspot are reported, as tenths of dB above −200 dBm."""
    pieces = parts(run.tables, "receptions", "beaconer", "rssi_dbm")
    if pieces is None:
        return
    heard = planes.tally()
    for piece in pieces:
        usable = np.isfinite(piece["rssi_dbm"])
        row = rows_in(hotspots.ids, piece["beaconer"][usable])
        heard.add(piece["epoch"][usable], row, piece["rssi_dbm"][usable])
    made["rssi_tenths_db_over_minus_200"] = tenths(heard.mean + 200.0)


def _add_beacons(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array], reasons: _Reasons) -> None:
    pieces = parts(run.tables, "beacon_verdicts", "hotspot", "reason", "hex_scale_e4")
    if pieces is None:
        return
    scale = planes.tally()
    for piece in pieces:
        row = rows_in(hotspots.ids, piece["hotspot"])
        valid = piece["reason"] == Reason.none
        scale.add(piece["epoch"], np.where(valid, row, -1), piece["hex_scale_e4"] / 1e4)
        measured = piece["epoch"] >= planes.first_measured
        reasons.add(row[measured], 0, piece["reason"][measured])
    made["scale"] = steps(scale.mean, 1e-4)


def _add_reports(run: RunData, hotspots: Hotspots, planes: Planes, made: dict[str, Array], reasons: _Reasons) -> None:
    """Valid witnessings that a hotspot took part in, those between honest ones apart, and reasons with counts."""
    pieces = parts(run.tables, "witness_verdicts", "beaconer", "witness", "reason", "side")
    if pieces is None:
        return
    labels = labels_from(run.tables)
    lies = None if labels is None else np.append(labels.liars(hotspots.ids), False)
    took_part, vouched = planes.tally(), planes.tally()
    for piece in pieces:
        sender, witness = (rows_in(hotspots.ids, piece[end]) for end in ("beaconer", "witness"))
        valid, epoch = piece["reason"] == Reason.none, np.tile(piece["epoch"], 2)
        ends = np.append(np.where(valid, sender, -1), np.where(valid, witness, -1))
        took_part.add(epoch, ends)
        if lies is not None:
            vouched.add(epoch, np.where(np.tile(lies[sender] | lies[witness], 2), -1, ends))
        _count_reasons(piece, sender, witness, planes.first_measured, reasons)
    made["valid"] = (took_part.n > 0).astype(np.uint8)
    if lies is not None:
        made["vouched"] = (vouched.n > 0).astype(np.uint8)


def _count_reasons(piece: Columns, sender: Array, witness: Array, first: int, reasons: _Reasons) -> None:
    valid, own = piece["reason"] == Reason.none, piece["side"] != Side.beaconer
    measured = piece["epoch"] >= first
    for rows, which, whose in (
        (witness, measured & (valid | own), 1), (witness, measured & ~valid & ~own, 2),
        (sender, measured & (valid | own), 3),
    ):  # fmt: skip
        reasons.add(rows[which], whose, piece["reason"][which])


class _Reasons:
    """Sparse counts. `reason_whose`: 0 its beacons, 1 its reports, 2 those that fell with the beaconer, 3 about it."""

    def __init__(self) -> None:
        self._seen = False
        self._key, self._n = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def add(self, row: Array, whose: int, reason: Array) -> None:
        self._seen = True
        known = row >= 0
        key, n = np.unique((row[known] * 4 + whose) * 256 + reason[known].astype(np.int64), return_counts=True)
        self._key, place = np.unique(np.append(self._key, key), return_inverse=True)
        total = np.zeros(len(self._key), np.int64)
        np.add.at(total, place, np.append(self._n, n))
        self._n = total

    def columns(self) -> dict[str, Array]:
        if not self._seen:
            return {}
        return {
            "reason_row": (self._key // 1024).astype(np.uint32), "reason_n": self._n.astype(np.uint32),
            "reason_whose": (self._key // 256 % 4).astype(np.uint8),
            "reason_number": (self._key % 256).astype(np.uint8),
        }  # fmt: skip
