"""What a detector may look at: public tables only, never the truth (design §1.2), condensed over a window of epochs.

Every sum is taken over rows sorted by key and value, so the order in which reports arrive never shows, not even in
the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from poc.schema import ACTIVITY, LINK_STATISTICS
from poc.table import Array, Table
from radio_models.lora.receiver import esp_dbm_from

if TYPE_CHECKING:
    from maps.city import City


UNITS_PER_DB = 2**16  # 400 dB squared, a million times, still fits into 64 bits


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reports of a window of epochs, condensed.

    hotspots: HOTSPOTS as asserted now. activity: ACTIVITY per hotspot (beacons sent, reports sent, claimed power).
    links: LINK_STATISTICS, one row for each directed link heard at least once; a pair without a row was never heard,
    and counts as a miss only while the receiver showed life (n_witnessed or n_beacons above 0).
    receptions: RECEPTIONS of the newest epoch (single packets), for tests that need them; may be empty.
    witness_verdicts: WITNESS_VERDICTS of the same. city: the map, or None where there is none. noise_in_losses: the
    reports held no SNR, so that the losses are of signal and noise together.
    """

    hotspots: Table
    activity: Table
    links: Table
    receptions: Table
    witness_verdicts: Table
    city: City | None
    noise_in_losses: bool = False


class Detector(Protocol):
    """A frozen dataclass whose fields are its settings and whose one verb gives SCORES, one row per hotspot."""

    def score(self, evidence: Evidence) -> Table: ...


@dataclass(frozen=True, slots=True)
class Case:
    """One epoch condensed: ACTIVITY and LINK_STATISTICS. A window of evidence is a sequence of these."""

    activity: Table
    links: Table


def case_of(hotspots: Table, tables: Mapping[str, Table]) -> Case:
    """Condense one epoch's `beacons` and `receptions` (others are ignored).

    >>> from poc.schema import BEACONS, HOTSPOTS, RECEPTIONS
    >>> case = case_of(HOTSPOTS.empty(), {"beacons": BEACONS.empty(), "receptions": RECEPTIONS.empty()})
    >>> len(case.links)
    0
    """
    beacons, receptions = tables["beacons"], tables["receptions"]
    return Case(activity(hotspots, beacons, receptions), link_statistics(receptions))


def window(cases: Sequence[Case]) -> tuple[Table, Table]:
    """(ACTIVITY, LINK_STATISTICS) of several epochs together; empty tables for no epoch.

    >>> [len(table) for table in window([])]
    [0, 0]
    """
    return merge_activity([case.activity for case in cases]), merge([case.links for case in cases])


def forget(cases: Sequence[Case], moved: Any) -> tuple[Case, ...]:
    """The same cases without what concerns some hotspots (ids): after a new assertion old links speak of an old place.

    >>> forget([Case(ACTIVITY.empty(), LINK_STATISTICS.empty())], [7])[0].links
    <link_statistics: 0 rows × beaconer, witness, n_heard, mean_loss_db, var_loss_db2>
    """
    moved = np.asarray(moved, np.uint64)
    return tuple(
        Case(
            case.activity.take(~np.isin(case.activity["hotspot"], moved)),
            case.links.take(~(np.isin(case.links["beaconer"], moved) | np.isin(case.links["witness"], moved))),
        )
        for case in cases
    )


def link_statistics(receptions: Table) -> Table:
    """LINK_STATISTICS of RECEPTIONS: loss = claimed power − ESP [dB], mean and population variance per directed link.

    Used are the first copies of beacons that a known hotspot other than the sender reported with the payload sent and
    with a finite signal between −200 and 50 dBm. Losses are rounded to 2^-16 dB.

    >>> from poc.schema import RECEPTIONS
    >>> len(link_statistics(RECEPTIONS.empty()))
    0
    """
    esp_dbm = esp_dbm_from(receptions["rssi_dbm"], np.clip(receptions["snr_db"], -40.0, 40.0))
    usable = receptions["witness_known"] & (receptions["payload"] == receptions["beacon_payload"])
    usable &= (receptions["witness"] != receptions["beaconer"]) & np.isfinite(esp_dbm)
    usable &= (receptions["rssi_dbm"] > -200.0) & (receptions["rssi_dbm"] < 50.0)
    rows = np.flatnonzero(usable)
    rows = rows[_first_copies(receptions, rows)]
    beaconer, witness = receptions["beaconer"][rows], receptions["witness"][rows]
    return statistics_of_losses(beaconer, witness, receptions["power_dbm"][rows] - esp_dbm[rows])


def statistics_of_losses(beaconer: Array, witness: Array, loss_db: Array) -> Table:
    """LINK_STATISTICS of single packets: sender, witness (ids) and loss [dB] of each, in any order.

    >>> statistics_of_losses(np.array([1, 1]), np.array([2, 2]), np.array([100.0, 104.0]))["mean_loss_db"].tolist()
    [102.0]
    """
    ids = np.sort(np.append(beaconer, witness))
    ids = ids[np.append(True, ids[1:] != ids[:-1])[: len(ids)]]
    return statistics_by_row(ids, np.searchsorted(ids, beaconer), np.searchsorted(ids, witness), loss_db)


def statistics_by_row(ids: Array, beaconer: Array, witness: Array, loss_db: Array) -> Table:
    """The same from rows of sender and witness in ascending ids.

    >>> ids = np.array([5, 9], np.uint64)
    >>> statistics_by_row(ids, np.array([0, 0]), np.array([1, 1]), np.array([100.0, 104.0]))["witness"].tolist()
    [9]
    """
    # whole units make every sum exact, and so the same for any order of the reports
    loss_units = np.rint(loss_db * UNITS_PER_DB).astype(np.int64)
    pair = beaconer * len(ids) + witness
    order = np.argsort(pair)
    starts = np.flatnonzero(_starts(pair[order]))
    if not len(starts):
        return LINK_STATISTICS.empty()
    n_heard = np.diff(np.append(starts, len(order)))
    loss_units = loss_units[order]
    mean = np.add.reduceat(loss_units, starts) / n_heard
    square = np.add.reduceat(loss_units**2, starts) / n_heard
    first = order[starts]
    return LINK_STATISTICS.table(
        beaconer=ids[beaconer[first]],
        witness=ids[witness[first]],
        n_heard=n_heard,
        mean_loss_db=mean / UNITS_PER_DB,
        var_loss_db2=np.maximum(square - mean**2, 0.0) / UNITS_PER_DB**2,
    )


def _first_copies(receptions: Table, rows: Array) -> Array:
    """Which of the rows are the first report of their witness on their beacon."""
    beacon, witness = receptions["beacon"][rows], receptions["witness"][rows]
    words = np.sort(beacon ^ (witness * np.uint64(0x9E3779B97F4A7C15)))
    if not (words[1:] == words[:-1]).any():  # equal pairs have equal words, so here all pairs differ
        return np.arange(len(rows))
    order = np.lexsort((receptions["rssi_dbm"][rows], receptions["received_ns"][rows], beacon, witness))
    return order[_starts(witness[order], beacon[order])]


def merge(statistics: Sequence[Table]) -> Table:
    """LINK_STATISTICS of several windows as if they had been one; the order of windows and rows does not matter.

    >>> one = LINK_STATISTICS.table(beaconer=[1], witness=[2], n_heard=[1], mean_loss_db=[100.0], var_loss_db2=[0.0])
    >>> two = one.replace(mean_loss_db=[104.0])
    >>> both = merge([one, two])
    >>> both["n_heard"].tolist(), both["mean_loss_db"].tolist(), both["var_loss_db2"].tolist()
    ([2], [102.0], [4.0])
    """
    rows = Table.concat([LINK_STATISTICS.empty(), *statistics]).sort(*LINK_STATISTICS.names)
    starts = np.flatnonzero(_starts(rows["beaconer"], rows["witness"]))
    return _link_table(
        rows["beaconer"], rows["witness"], starts, rows["n_heard"], rows["mean_loss_db"], rows["var_loss_db2"]
    )


def activity(hotspots: Table, beacons: Table, receptions: Table) -> Table:
    """ACTIVITY of one epoch, one row for each hotspot in ascending id; reports of unknown hotspots are left out.

    >>> from poc.schema import BEACONS, HOTSPOTS, RECEPTIONS
    >>> len(activity(HOTSPOTS.empty(), BEACONS.empty(), RECEPTIONS.empty()))
    0
    """
    ids = np.unique(hotspots["hotspot"])
    sender, known_sender = _positions(ids, beacons["hotspot"])
    witness, known_witness = _positions(ids, receptions["witness"])
    n_beacons = np.bincount(sender[known_sender], minlength=len(ids))
    # claimed powers are whole numbers, so this sum is exact in any order
    power = np.bincount(sender[known_sender], beacons["power_dbm"][known_sender].astype(float), len(ids))
    n_witnessed = np.bincount(witness[known_witness], minlength=len(ids))
    return ACTIVITY.table(
        hotspot=ids, n_beacons=n_beacons, n_witnessed=n_witnessed, power_dbm=power / np.maximum(n_beacons, 1)
    )


def merge_activity(tables: Sequence[Table]) -> Table:
    """ACTIVITY of several epochs together, one row for each hotspot in ascending id.

    >>> day = ACTIVITY.table(hotspot=[5], n_beacons=[4], n_witnessed=[9], power_dbm=[27.0])
    >>> merge_activity([day, day])["n_beacons"].tolist()
    [8]
    """
    rows = Table.concat([ACTIVITY.empty(), *tables]).sort(*ACTIVITY.names)
    ids, group = np.unique(rows["hotspot"], return_inverse=True)
    n_beacons = np.bincount(group, rows["n_beacons"], len(ids))
    power = np.bincount(group, rows["n_beacons"] * rows["power_dbm"], len(ids))
    return ACTIVITY.table(
        hotspot=ids,
        n_beacons=n_beacons.astype(np.int64),
        n_witnessed=np.bincount(group, rows["n_witnessed"], len(ids)).astype(np.int64),
        power_dbm=power / np.maximum(n_beacons, 1),
    )


def _link_table(
    beaconer: Array, witness: Array, starts: Array, n_heard: Array, mean_db: Array, var_db2: Array
) -> Table:
    """Groups of sorted rows, each a count with mean and variance, as one row each."""
    if not len(starts):
        return LINK_STATISTICS.empty()
    sizes = np.diff(np.append(starts, len(beaconer)))
    n_all = np.add.reduceat(n_heard, starts)
    mean = np.add.reduceat(n_heard * mean_db, starts) / n_all
    spread = n_heard * (var_db2 + (mean_db - np.repeat(mean, sizes)) ** 2)
    return LINK_STATISTICS.table(
        beaconer=beaconer[starts],
        witness=witness[starts],
        n_heard=n_all,
        mean_loss_db=mean,
        var_loss_db2=np.add.reduceat(spread, starts) / n_all,
    )


def _starts(*sorted_columns: Array) -> Array:
    """Where a new combination of values begins in sorted columns."""
    new = np.ones(len(sorted_columns[0]), np.bool_)
    if len(new):
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in sorted_columns])
    return new


def _positions(sorted_ids: Array, ids: Array) -> tuple[Array, Array]:
    """Place of each id in a sorted list, and whether it is there."""
    if not len(sorted_ids):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
    place = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
    return place, sorted_ids[place] == ids
