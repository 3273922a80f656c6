"""The draw of each beacon on each link: one keyed word decides whether it is heard, how strongly, and how late.

The upper half of the word is the fading, the lower half the delay on the way to the server (design §6).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from poc.keys import Keys, mix64
from poc.ordering import order_of
from poc.table import Array
from poc.world.backhaul import delay_ns, is_up
from poc.world.witnessing.links import Links
from poc.world.witnessing.neighbours import COMPILED_FROM, blocks_of
from poc.world.witnessing.sites import Sites
from poc.world.witnessing.tables import LOWEST_CDBM, Tables, fade_cdb
from radio_models.float32 import normal
from radio_models.lora.receiver import RSSI_JITTER_DB

BLOCK = 60_000  # link draws at a time, few enough for a cache; results do not depend on it


class Calls(NamedTuple):
    """Beacons on the air, ordered by sender: `sender` counts within the range of the links (int32), `tick` of the span
    (uint16), `beacon` is the mixed id (uint64). Draws of fading, receiver and report id start from `air`, `noise` and
    `report` (uint64), mixed with the beacon.
    """

    sender: Array
    tick: Array
    beacon: Array
    air: np.uint64
    noise: np.uint64
    report: np.uint64

    def start(self, root: np.uint64) -> Array:
        """Where the draws that start from `root` start for each beacon."""
        with np.errstate(over="ignore"):
            return np.asarray(mix64(root ^ self.beacon))


class Receptions(NamedTuple):
    """Reports on each beacon in order of arrival (ties by report id): on beacon k `start[k] <= i < start[k + 1]`.

    `witness`: places in `Sites` (int32), `delay_ns` from reception to the server (int64), `rssi_dbm` and `snr_db` as
    reported (float32).
    """

    start: Array
    witness: Array
    delay_ns: Array
    rssi_dbm: Array
    snr_db: Array

    def __len__(self) -> int:
        return len(self.witness)

    def only(self, kept: Array) -> Receptions:
        """Those that are kept (bool)."""
        before = np.concatenate(([0], np.cumsum(kept)))
        return Receptions(before[self.start], *(column[kept] for column in self[1:]))


def calls_of(sender: Array, tick: Array, beacon: Array, keys: Keys) -> Calls:
    """The calls of beacons by id; `Calls` words with a hotspot's `id_word` give the draws of `keys` for both ids."""
    with np.errstate(over="ignore"):
        mixed = mix64(np.asarray(beacon, np.uint64))
    roots = (keys.of(name).root for name in ("fading", "receiver", "report-id"))
    return Calls(sender.astype(np.int32), tick.astype(np.uint16), mixed, *roots)


def hear(calls: Calls, links: Links, sites: Sites, down: tuple[Array, Array], tables: Tables) -> Receptions:
    """Who heard which beacon; `down` are the outages by site. Compiled for many sites."""
    if len(sites.row) >= COMPILED_FROM:
        from poc.world.witnessing.receptions import receptions_compiled

        return receptions_compiled(calls, links, sites, down, tables)
    return hear_in_numpy(calls, links, sites, down, tables)


def arrivals(receptions: Receptions, heard_ns: Array, row: Array) -> tuple[Array, Array]:
    """Row of the witness (int32) and time of arrival [ns] of each report on beacons that ended at `heard_ns`.

    `row` (int32) gives the row of each site. The columns of `receptions` may be used up: they are not to be read again.
    """
    if len(row) >= COMPILED_FROM:
        from poc.world.witnessing.receptions_compiled import arrive

        arrive(receptions.start, heard_ns, row, receptions.witness, receptions.delay_ns)
        return receptions.witness, receptions.delay_ns
    return row[receptions.witness], np.repeat(heard_ns, np.diff(receptions.start)) + receptions.delay_ns


def hear_in_numpy(calls: Calls, links: Links, sites: Sites, down: tuple[Array, Array], tables: Tables) -> Receptions:
    """The plain form, which the compiled one is held to."""
    first = links.start[calls.sender]
    n_links = links.start[calls.sender + 1] - first
    air = calls.start(calls.air)
    parts = [(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int16), np.zeros(0, np.uint64))]
    for begin, end in blocks_of(n_links, BLOCK):
        count = n_links[begin:end]
        call = np.repeat(np.arange(begin, end), count)
        link = np.repeat(first[begin:end] - (np.cumsum(count) - count), count) + np.arange(len(call))
        witness = links.witness[link]
        with np.errstate(over="ignore"):
            drawn: Array = mix64(np.bitwise_xor(air[call], sites.id_word[witness]))
        received_cdbm = links.received_cdbm[link]
        least = tables.least[received_cdbm.astype(np.int64) - LOWEST_CDBM]
        heard = np.flatnonzero((drawn >> np.uint64(32) >= least) & is_up(down, witness, calls.tick[call]))
        parts.append((call[heard], witness[heard], received_cdbm[heard], drawn[heard]))
    call, witness, received_cdbm, word = (np.concatenate(column) for column in zip(*parts, strict=True))
    cdbm = received_cdbm + fade_cdb(tables, (word >> np.uint64(32)).astype(np.uint32)).astype(np.int64)
    power = np.clip(cdbm, tables.sensitivity_cdbm, 32767) - LOWEST_CDBM
    with np.errstate(over="ignore"):
        noise, report = (
            mix64(np.bitwise_xor(calls.start(root)[call], sites.id_word[witness]))
            for root in (calls.noise, calls.report)
        )
    jitter = normal((noise >> np.uint64(32)).astype(np.uint32).view(np.int32))
    error_db = sites.bias_cdb[witness].astype(np.float32) * np.float32(0.01) + np.float32(RSSI_JITTER_DB) * jitter
    rssi_dbm = np.rint(tables.total_dbm[power] + error_db)
    late_ns = delay_ns(sites.latency_s[witness], word.astype(np.uint32))
    order = by_arrival(call, late_ns, report)
    return Receptions(
        start=np.searchsorted(call, np.arange(len(calls.sender) + 1)),
        witness=witness[order],
        delay_ns=late_ns[order],
        rssi_dbm=rssi_dbm[order],
        snr_db=tables.snr_db[power][order],
    )


def by_arrival(call: Array, late_ns: Array, report: Array) -> Array:
    """Order of reports by call, delay [ns] and report id; the last is looked at only where two have the same delay.

    >>> by_arrival(np.array([1, 0, 1, 1]), np.array([5, 9, 5, 2]), np.uint64([8, 0, 7, 9])).tolist()
    [1, 3, 2, 0]
    """
    span = int(late_ns.max(initial=0)) + 1
    if span * (int(call.max(initial=0)) + 1) < 2**63:
        arrival = call * span + late_ns
        order = order_of(arrival)
        ordered = arrival[order]
        if (ordered[1:] != ordered[:-1]).all():
            return order
    return np.lexsort((report, late_ns, call))
