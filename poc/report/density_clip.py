"""Why a hotspot's density scale is what it is: at which resolution it was clipped, and by how many others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poc.metrics.columns import parts, rows_in
from poc.reasons import Reason
from poc.report.findings import Finding, Subject
from poc.rewards.density import DENSITY_TABLES, density_grid
from poc.rewards.density_factors import Factor, factors_of
from poc.table import Array

_NS_PER_H = 3_600_000_000_000
_AGREES_E4 = 1


def density_clip(subject: Subject) -> Iterator[Finding]:
    """The factors of the scale of its newest valid beacon, recounted from the beacons of all hotspots.

    Left out where the recount does not give the scale on record: others may have moved since.
    """
    table = DENSITY_TABLES.get(str(subject.limits.get("density_table", "none")), {})
    places, own = subject.around.places, subject.rows("beacon_verdicts", "received_ns", "reason", "hex_scale_e4")
    if not table or places is None or own is None:
        return
    valid = np.flatnonzero(own["reason"] == Reason.none)
    row = int(rows_in(places["hotspot"], np.array([subject.hotspot], np.uint64))[0])
    if row < 0 or not len(valid):
        return
    newest = valid[np.argmax(own["received_ns"][valid])]
    scale_e4 = int(own["hex_scale_e4"][newest])
    active = _active(subject, places["hotspot"], int(own["received_ns"][newest]))
    grid = density_grid(places["cell"], table)
    number = int(grid.place[row])
    if number < 0 or not active[places["cell"] == places["cell"][row]].any():
        return
    factors = list(factors_of(grid, table, active, number))
    product = float(np.prod([each.share for each in factors]))
    if abs(product * 1e4 - scale_e4) > _AGREES_E4:
        return
    clipping = [each for each in factors if each.share < 1.0]
    numbers = {
        "scale": scale_e4 / 1e4,
        "factors": [{"resolution": each.resolution, "n": each.n, "limit": each.limit} for each in factors],
    }
    if not clipping:
        yield Finding("density", 0.3, "Its density scale is 1: no resolution clipped it.", numbers)
        return
    said = ", ".join(_in_words(each) for each in clipping)
    yield Finding(
        "density", 0.85, f"Its density scale at its newest valid beacon was {product:.2f}, clipped at {said}.", numbers
    )


def _in_words(factor: Factor) -> str:
    return f"resolution {factor.resolution} (× {factor.share:.2f}: {factor.n} reach the hex, {factor.limit} count)"


def _active(subject: Subject, hotspot: Array, received_ns: int) -> Array:
    """Hotspots with a valid, witnessed beacon before the density map that a beacon of this time was given."""
    limits = subject.limits
    refresh_ns = int(limits.get("density_refresh_s", 1)) * 10**9
    now_ns = received_ns // refresh_ns * refresh_ns
    window_ns = (
        int(float(limits.get("interactivity_h", 0)) * _NS_PER_H) + int(limits.get("loader_look_back_s", 0)) * 10**9
    )
    active = np.zeros(len(hotspot) + 1, bool)
    for piece in parts(subject.around.whole, "beacon_verdicts", "hotspot", "received_ns", "reason", "n_reports") or ():
        counts = (piece["reason"] == Reason.none) & (piece["n_reports"] > 0)
        counts &= (piece["received_ns"] < now_ns) & (piece["received_ns"] >= now_ns - window_ns)
        active[rows_in(hotspot, piece["hotspot"][counts])] = True
    return active[:-1]
