"""Tables of reports cut into shards, to hold the fast form of the judge to the plain one.

Only what joins is cut: a report whose payload no beacon has gets no verdict in either form.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from poc.shard import ReportShard
from poc.table import Array, Table
from poc.validator.joining import join
from poc.validator.shards.report_checks import LAST_S


def strangers_in(hotspots: Table, reports: Mapping[str, Table]) -> Array:
    """Ids that the reports name and HOTSPOTS does not list, sorted."""
    named = np.unique(np.concatenate([reports[name]["hotspot"] for name in ("beacons", "witness_reports")]))
    return named[~np.isin(named, hotspots["hotspot"])]


def shards_of(hotspots: Table, reports: Mapping[str, Table], n_beaconers: int) -> list[ReportShard]:
    """The reports by beaconer, so many of them in a shard; rows beyond HOTSPOTS stand for `strangers_in`.

    Raises ValueError for times that shards do not hold (three centuries from 1970).
    """
    beacons, witnesses = reports["beacons"], reports["witness_reports"]
    for table in (beacons, witnesses):
        if (np.abs(table["received_ns"] // 10**9) > LAST_S).any():
            raise ValueError("some reports lie beyond the times that shards hold; judge them as tables.")
    joined = join(hotspots, beacons, witnesses, reports.get("entropies"), reports.get("named_beacons"))
    ids = np.append(hotspots["hotspot"], strangers_in(hotspots, reports))
    order_of_ids = np.argsort(ids)

    def row_of(hotspot: Array) -> Array:
        return order_of_ids[np.searchsorted(ids, hotspot, sorter=order_of_ids)].astype(np.int32)

    sent = beacons.take(beacons.rows_of(joined.beacons["beacon"]))
    heard = joined.receptions
    heard_ns = witnesses["heard_ns"][witnesses.rows_of(heard["report"])]
    begin, end = (np.searchsorted(joined.beacon_row, np.arange(len(sent)), side=side) for side in ("left", "right"))
    beaconer_row = row_of(sent["hotspot"])
    by_beaconer = np.argsort(beaconer_row, kind="stable")
    senders = np.unique(beaconer_row)
    shards = []
    for first in range(0, len(senders), n_beaconers):
        inside = senders[first : first + n_beaconers]
        rows = by_beaconer[(beaconer_row[by_beaconer] >= inside[0]) & (beaconer_row[by_beaconer] <= inside[-1])]
        size = end[rows] - begin[rows]
        picked = np.concatenate([np.arange(begin[row], end[row]) for row in rows])
        shards.append(
            ReportShard(
                beacons=sent.take(rows),
                beaconer_row=beaconer_row[rows],
                start=np.append(0, np.cumsum(size)),
                witness_row=row_of(heard["witness"])[picked],
                received_ns=heard["received_ns"][picked],
                rssi_dbm=heard["rssi_dbm"][picked],
                snr_db=heard["snr_db"][picked],
                report=heard["report"][picked],
                heard_ns=heard_ns[picked],
                frequency_hz=heard["frequency_hz"][picked],
            )
        )
    return shards
