"""Who heard whom over the measured epochs: one row for each directed link, grouped by sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import Columns, parts, rows_in
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import tenths
from poc.report.explorer.planes import Planes
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

MAX_LINKS = 600_000
MAX_LINKS_HELD = 8_000_000
_ROWS_TOGETHER = 2_000_000


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links in ascending order of (sender, witness), as rows of the hotspots.

    `n_heard` and `loss_db` (mean; None where only verdicts were kept) are of the measured epochs; `frames` has one bit
    for each frame in which the link was there.
    """

    sender: Array
    witness: Array
    n_heard: Array
    frames: Array
    loss_db: Array | None


def links_of(run: RunData, hotspots: Hotspots, planes: Planes) -> Links | None:
    """The links of a run, read piece by piece; None where it kept none, or more than memory should hold."""
    name = "link_statistics" if "link_statistics" in run.tables else "witness_verdicts"
    counted = ("n_heard", "mean_loss_db") if name == "link_statistics" else ()
    pieces = parts(run.tables, name, "beaconer", "witness", *counted)
    if pieces is None:
        return None
    n, held, n_new = max(len(hotspots.ids), 1), [_aggregated([])], 0
    for piece in pieces:
        held.append(_keyed(piece, hotspots, planes, n))
        n_new += len(held[-1]["key"])
        if n_new > _ROWS_TOGETHER:
            held, n_new = [_aggregated(held)], 0
            if len(held[0]["key"]) > MAX_LINKS_HELD:
                return None
    whole = _aggregated(held)
    loss_db = whole["loss"] / np.maximum(whole["n_heard"], 1) if counted else None
    return Links(whole["key"] // n, whole["key"] % n, whole["n_heard"], whole["frames"], loss_db)


def _keyed(piece: Columns, hotspots: Hotspots, planes: Planes, n: int) -> Columns:
    sender, witness = (rows_in(hotspots.ids, piece[end]) for end in ("beaconer", "witness"))
    use = np.flatnonzero((sender >= 0) & (witness >= 0) & (sender != witness))
    epoch = piece["epoch"][use]
    n_heard = piece["n_heard"][use].astype(np.int64) if "n_heard" in piece else np.ones(len(use), np.int64)
    n_heard[epoch < planes.first_measured] = 0
    loss = piece["mean_loss_db"][use] * n_heard if "mean_loss_db" in piece else np.zeros(len(use))
    frame = (epoch // planes.epochs_per_frame).astype(np.uint64)
    return {"key": sender[use] * n + witness[use], "n_heard": n_heard, "frames": np.uint64(1) << frame, "loss": loss}


def _aggregated(held: list[Columns]) -> Columns:
    if not held:
        kinds = {"key": np.int64, "n_heard": np.int64, "frames": np.uint64, "loss": np.float64}
        return {name: np.zeros(0, kind) for name, kind in kinds.items()}
    found = {name: np.concatenate([piece[name] for piece in held]) for name in held[0]}
    order = np.argsort(found["key"], kind="stable")
    key = found["key"][order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    if not len(first):
        return found
    return {
        "key": key[first], "n_heard": np.add.reduceat(found["n_heard"][order], first),
        "frames": np.bitwise_or.reduceat(found["frames"][order], first),
        "loss": np.add.reduceat(found["loss"][order], first),
    }  # fmt: skip


def link_columns(links: Links | None, planes: Planes) -> tuple[dict[str, Array], dict[str, Any]]:
    """(columns, facts): links with how often heard, mean loss, and the frames in which they were there.

    Beyond MAX_LINKS each sender keeps its most often heard links, and the facts say how many are left.
    """
    if links is None:
        return {}, {"n_links": None}
    measured = np.flatnonzero(links.n_heard > 0)
    sender, n_heard = links.sender[measured], links.n_heard[measured]
    kept = measured[_strongest(sender, n_heard, planes.n_rows)]
    first = planes.first_measured // planes.epochs_per_frame
    frames = links.frames[kept] >> np.uint64(first) << np.uint64(first)
    made = {
        "link_n_of_sender": np.bincount(links.sender[kept], minlength=planes.n_rows).astype(np.uint32),
        "link_witness": links.witness[kept].astype(np.uint16 if planes.n_rows <= 0xFFFF else np.uint32),
        "link_n_heard": np.minimum(links.n_heard[kept], 0xFFFE).astype(np.uint16),
        "link_frames": (frames & np.uint64(0xFFFFFFFF)).astype(np.uint32),
    }
    if planes.n_frames > 32:
        made["link_later_frames"] = (frames >> np.uint64(32)).astype(np.uint32)
    if links.loss_db is not None:
        made["link_loss_tenths_db"] = tenths(links.loss_db[kept])
    return made, {"n_links": len(measured), "n_links_kept": len(kept)}


def _strongest(sender: Array, n_heard: Array, n: int) -> Array:
    """Links kept, in their order: all, or so many for each sender that the page stays small."""
    if len(sender) <= MAX_LINKS:
        return np.arange(len(sender))
    order = np.lexsort([-n_heard, sender])
    n_of = np.bincount(sender, minlength=n)
    rank = np.arange(len(sender)) - np.repeat(np.cumsum(n_of) - n_of, n_of)
    return np.sort(order[rank < max(MAX_LINKS // n, 1)])
