"""Who heard whom over the measured epochs: one row for each directed link, grouped by sender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import rows_in
from poc.report.explorer.hotspot_columns import Hotspots
from poc.report.explorer.payload import tenths
from poc.report.explorer.planes import Planes
from poc.report.explorer.run_columns import read
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData

MAX_LINKS = 600_000
MAX_FRAMES_BY_LINK = 32


def link_columns(run: RunData, hotspots: Hotspots, planes: Planes) -> tuple[dict[str, Array], dict[str, Any]]:
    """(columns, facts): links with how often heard, mean loss, and the frames in which they were there.

    Beyond MAX_LINKS each sender keeps its most often heard links, and the facts say how many are left.
    """
    statistics = read(run, "link_statistics", "beaconer", "witness", "n_heard", "mean_loss_db")
    found = statistics or read(run, "witness_verdicts", "beaconer", "witness")
    if found is None:
        return {}, {"n_links": None}
    n = max(len(hotspots.ids), 1)
    sender, witness = (rows_in(hotspots.ids, found[end]) for end in ("beaconer", "witness"))
    use = np.flatnonzero((sender >= 0) & (witness >= 0) & (sender != witness))
    measured = found["epoch"][use] >= planes.first_measured
    key, place = np.unique(sender[use][measured] * n + witness[use][measured], return_inverse=True)
    use = use[measured]
    n_heard = (
        np.bincount(place, minlength=len(key))
        if statistics is None
        else np.bincount(place, statistics["n_heard"][use], minlength=len(key))
    )
    frame = found["epoch"][use] // planes.epochs_per_frame
    mask = np.zeros(len(key), np.uint32)
    if planes.n_frames <= MAX_FRAMES_BY_LINK:
        np.bitwise_or.at(mask, place, np.uint32(1) << frame.astype(np.uint32))
    kept = _strongest(key // n, n_heard, n)
    made = {
        "link_n_of_sender": np.bincount(key[kept] // n, minlength=len(hotspots.ids)).astype(np.uint32),
        "link_witness": (key[kept] % n).astype(np.uint16 if n <= 0xFFFF else np.uint32),
        "link_n_heard": np.minimum(n_heard[kept], 0xFFFE).astype(np.uint16),
    }
    if planes.n_frames <= MAX_FRAMES_BY_LINK:
        made["link_frames"] = mask[kept]
    if statistics is not None:
        weight = statistics["n_heard"][use]
        total = np.bincount(place, statistics["mean_loss_db"][use] * weight, minlength=len(key))
        made["link_loss_tenths_db"] = tenths((total / np.maximum(n_heard, 1))[kept])
    return made, {"n_links": len(key), "n_links_kept": len(kept)}


def _strongest(sender: Array, n_heard: Array, n: int) -> Array:
    """Links kept, in their order: all, or so many for each sender that the page stays small."""
    if len(sender) <= MAX_LINKS:
        return np.arange(len(sender))
    order = np.lexsort([-n_heard, sender])
    n_of = np.bincount(sender, minlength=n)
    rank = np.arange(len(sender)) - np.repeat(np.cumsum(n_of) - n_of, n_of)
    return np.sort(order[rank < max(MAX_LINKS // n, 1)])
