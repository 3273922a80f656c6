"""The density map as time goes by: who counts is whoever beaconed reciprocally of late; the map is renewed half-hourly.

Source: oracles-iot `hex_density.rs`, `tx_scaler.rs`, `HIP_17_INTERACTIVITY_LIMIT`, `spec/helium-iot.md` §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from poc.rewards.density import DENSITY_TABLES, ONE_E4, DensityGrid, Level, density_grid
from poc.table import Table
from poc.validator.memory import RECIPROCAL_COLUMNS, Events
from poc.validator.state import NEVER_NS

NO_REGION = 99
COMPILED_FROM = 5_000  # hotspots; maps of fewer are counted as a whole before a compiler has started


def scales_over_time(
    hotspots: Table,
    last_times: Table,
    reciprocal: Events,
    beacons: Table,
    wanted: npt.NDArray[np.bool_],
    limits: Any,
) -> npt.NDArray[np.int64]:
    """Scale [1e-4] of the asserted cell of each wanted beacon by the map in force when it arrived; 0 for the others.

    `beacons` are JOINED_BEACONS, `reciprocal` the valid beacons with a report attached, both in processing order,
    `last_times` what was remembered before. The map is that of the last full `density_refresh_s` of UTC before the
    beacon; a cell without an active hotspot has `default_scale_e4`.
    """
    remembered = last_times.rows_of(hotspots["hotspot"])
    last_ns, earlier_ns = (np.append(last_times[name], NEVER_NS)[remembered] for name in RECIPROCAL_COLUMNS)
    events = hotspots.rows_of(reciprocal.hotspot), reciprocal.received_ns
    sender = hotspots.rows_of(beacons["beaconer"])
    return scales_by_row(hotspots, (last_ns, earlier_ns), events, sender, beacons["received_ns"], wanted, limits)


def scales_by_row(
    hotspots: Table,
    remembered: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    reciprocal: tuple[npt.NDArray[Any], npt.NDArray[np.int64]],
    sender: npt.NDArray[Any],
    received_ns: npt.NDArray[np.int64],
    wanted: npt.NDArray[np.bool_],
    limits: Any,
) -> npt.NDArray[np.int64]:
    """As `scales_over_time`, by rows of HOTSPOTS: last and earlier reciprocal beacon of each as remembered, row and
    arrival of the reciprocal beacons in processing order, sender and arrival of the beacons asked about in any order.
    """
    table = DENSITY_TABLES[limits.density_table]
    scale_e4 = np.where(wanted, ONE_E4, 0)
    if not table:
        return scale_e4
    located = hotspots["region"] != NO_REGION
    grid = density_grid(hotspots["cell"], table)
    beacon_cell = np.append(grid.place, -1)[sender]
    event_row, event_ns = reciprocal

    refresh_ns = limits.density_refresh_s * 10**9
    window_ns = int(limits.interactivity_h * 3600 * 10**9) + limits.loader_look_back_s * 10**9
    asked = np.flatnonzero(wanted)
    period = received_ns[asked] // refresh_ns
    since = period - (period.min() if len(period) else 0)  # few numbers, which numpy sorts without comparing
    order = np.argsort(since.astype(np.uint16) if since.max(initial=0) < 2**16 else since, kind="stable")
    asked, period = asked[order], period[order]
    bounds = [0, *(np.flatnonzero(period[1:] != period[:-1]) + 1).tolist(), len(asked)] if len(asked) else []
    density_map, n_written = _map_of(grid, table), 0
    for start, stop in pairwise(bounds):
        now_ns = int(period[start]) * refresh_ns
        if start == 0:  # what was remembered may be younger than the map
            waiting = remembered[0] >= now_ns
            last_ns = np.where(waiting, remembered[1], remembered[0])
        elif waiting.any():
            due = waiting & (remembered[0] < now_ns)
            last_ns[due], waiting = np.maximum(last_ns[due], remembered[0][due]), waiting & ~due
        n_past = int(np.searchsorted(event_ns, now_ns))
        last_ns[event_row[n_written:n_past]] = event_ns[n_written:n_past]
        n_written = n_past
        density_map.renew(located & (last_ns >= now_ns - window_ns))
        rows = asked[start:stop]
        found = density_map.scales_e4(beacon_cell[rows])
        scale_e4[rows] = np.where(found < 0, limits.default_scale_e4, found)
    return scale_e4


class _WholeMap:
    """The density map of some asserted cells, counted as a whole whenever it is renewed."""

    def __init__(self, grid: DensityGrid) -> None:
        self._grid = grid
        self.renew(np.zeros(len(grid.place), bool))

    def renew(self, active: npt.NDArray[np.bool_]) -> None:
        self._scales = np.append(self._grid.scales_e4(active), -1)

    def scales_e4(self, place: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return self._scales[place]


def _map_of(grid: DensityGrid, table: Mapping[int, Level]) -> Any:
    if len(grid.place) < COMPILED_FROM:
        return _WholeMap(grid)
    from poc.rewards.density_compiled import LivingMap

    return LivingMap(grid, table)
