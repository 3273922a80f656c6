"""The density map as time goes by: who counts is whoever beaconed reciprocally of late; the map is renewed half-hourly.

Source: oracles-iot `hex_density.rs`, `tx_scaler.rs`, `HIP_17_INTERACTIVITY_LIMIT`, `spec/helium-iot.md` §9.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    remembered_ns = last_ns, earlier_ns
    scales = scales_by_row(hotspots, remembered_ns, events, sender, beacons["received_ns"], wanted, limits)
    return scales.astype(np.int64)


def scales_by_row(
    hotspots: Table,
    remembered: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    reciprocal: tuple[npt.NDArray[Any], npt.NDArray[np.int64]],
    sender: npt.NDArray[Any],
    received_ns: npt.NDArray[np.int64],
    wanted: npt.NDArray[np.bool_],
    limits: Any,
) -> npt.NDArray[np.int32]:
    """As `scales_over_time`, by rows of HOTSPOTS: last and earlier reciprocal beacon of each as remembered, row and
    arrival of the reciprocal beacons (those of a hotspot in processing order), sender and arrival of the beacons asked
    about in any order.
    """
    table = DENSITY_TABLES[limits.density_table]
    scale_e4 = np.where(wanted, np.int32(ONE_E4), np.int32(0))
    if not table or not wanted.any():
        return scale_e4
    located = hotspots["region"] != NO_REGION
    grid = density_grid(hotspots["cell"], table)
    cell = np.append(grid.place, -1)
    event_row, event_ns = reciprocal

    refresh_ns = limits.density_refresh_s * 10**9
    window_ns = int(limits.interactivity_h * 3600 * 10**9) + limits.loader_look_back_s * 10**9
    bounds = np.iinfo(np.int64)
    first = int(np.min(received_ns, where=wanted, initial=bounds.max)) // refresh_ns
    last = int(np.max(received_ns, where=wanted, initial=bounds.min)) // refresh_ns
    asked, ask_start = _by_period(received_ns, refresh_ns, first, last)
    events, event_start = _by_period(event_ns, refresh_ns, first, last)
    density_map, n_written = _map_of(grid, table), 0
    waiting = None
    for number in (1 + np.flatnonzero(np.diff(ask_start[1:-1]))).tolist():
        rows = asked[ask_start[number] : ask_start[number + 1]]
        rows = rows[wanted[rows]]
        if not len(rows):
            continue
        now_ns = (first + number - 1) * refresh_ns
        if waiting is None:  # what was remembered may be younger than the map
            waiting = remembered[0] >= now_ns
            last_ns = np.where(waiting, remembered[1], remembered[0])
        elif waiting.any():
            due = waiting & (remembered[0] < now_ns)
            last_ns[due], waiting = np.maximum(last_ns[due], remembered[0][due]), waiting & ~due
        past = events[n_written : event_start[number]]
        last_ns[event_row[past]] = event_ns[past]
        n_written = event_start[number]
        density_map.renew(located & (last_ns >= now_ns - window_ns))
        found = density_map.scales_e4(cell[sender[rows]])
        scale_e4[rows] = np.where(found < 0, limits.default_scale_e4, found)
    return scale_e4


def _by_period(
    time_ns: npt.NDArray[np.int64], refresh_ns: int, first: int, last: int
) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Rows by period, in their order within one, and where the rows of each begin: those of the period `first + k` at
    `start[k + 1]`, earlier ones at 0, later ones at the end.

    >>> order, start = _by_period(np.array([25, 11, 3, 99]), 10, 1, 2)
    >>> order.tolist(), start
    ([2, 1, 0, 3], [0, 1, 2, 3, 4])
    """
    period = time_ns // refresh_ns
    np.clip(period, first - 1, last + 1, out=period)
    period -= first - 1
    few = period.astype(np.uint16) if last - first < 2**16 - 2 else period  # numpy sorts these without comparing
    del period
    order = np.argsort(few, kind="stable").astype(np.int32)
    return order, [0, *np.cumsum(np.bincount(few, minlength=last - first + 3)).tolist()]


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
