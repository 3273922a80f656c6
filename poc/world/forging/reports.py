"""Witness reports that nobody's receiver made: timed, numbered and ordered as honest ones are."""

from __future__ import annotations

import numpy as np

from poc.keys import Keys
from poc.schema import WITNESS_REPORTS
from poc.table import Array, Table
from poc.world.attacks.attack import Forgery, View
from poc.world.backhaul import arrival_ns
from poc.world.forging.signals import Forging, Likeness, Signals, ends_of, signals
from radio_models.lora.airtime import airtime_s
from radio_models.lora.region_plans import BEACON_PAYLOAD_BYTES

_FRAME_BYTES = 1 + BEACON_PAYLOAD_BYTES  # a MAC header byte before the payload


def in_group_pairs(view: View) -> tuple[Array, Array]:
    """Rows of the members' BEACONS and of `view.own`: every beacon with every other member of its sender's group."""
    own, beacons = view.own, view.reports["beacons"]
    by_group = np.argsort(own["group"], kind="stable")
    ordered = own["group"][by_group]
    sender = own.rows_of(beacons["hotspot"])
    first = np.searchsorted(ordered, own["group"][sender])
    count = np.searchsorted(ordered, own["group"][sender], side="right") - first
    beacon = np.repeat(np.arange(len(beacons)), count)
    member = by_group[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(beacon))]
    other = member != sender[beacon]
    return beacon[other], member[other]


def in_group_reports(
    view: View, level: Forging, keys: Keys, ahead_s: float | None = None, likeness: Likeness | None = None
) -> Table:
    """WITNESS_REPORTS by which every group vouches for its own beacons, forged at a level.

    With `ahead_s` they reach the server that long before the beacon's own report [s]; otherwise when honest ones would.
    """
    beacon, member = in_group_pairs(view)
    beacons, own = view.reports["beacons"].take(beacon), view.own.take(member)
    made = signals(level, view, ends_of(view, beacons, own["hotspot"]), keys, likeness)
    return report_beacons(view, beacons, own, made, keys, ahead_s)


def report_beacons(
    view: View, beacons: Table, own: Table, made: Signals, keys: Keys, ahead_s: float | None = None
) -> Table:
    """WITNESS_REPORTS of members (rows of TRUTH) on BEACONS of members, one each, where there is a reception."""
    beacons, own, made = _heard(beacons, own, made)
    sender = view.own.take(view.own.rows_of(beacons["hotspot"]))
    airtime_ns = round(airtime_s(_FRAME_BYTES, view.plan.poc_spreading_factor) * 1e9)
    heard_ns = beacons["sent_ns"] - _offset_ns(sender) + airtime_ns
    reports = _reports(view, beacons["payload"], beacons["frequency_hz"], heard_ns, own, made, keys)
    if ahead_s is not None:
        lead_s = ahead_s + 0.05 * keys.of("early").exponential(reports["report"])
        reports = reports.replace(received_ns=beacons["received_ns"] - np.round(1e9 * lead_s).astype(np.int64))
    return reports.sort("report")


def copies(view: View, source: Table, own: Table, made: Signals, keys: Keys, delay_s: float) -> Table:
    """WITNESS_REPORTS of members (rows of TRUTH) on packets that another member's receiver (`source`) heard.

    `delay_s` is what forwarding takes [s]; the member then reports over its own backhaul.
    """
    source, own, made = _heard(source, own, made)
    receiver = view.own.take(view.own.rows_of(source["hotspot"]))
    heard_ns = source["heard_ns"] - _offset_ns(receiver) + round(1e9 * delay_s)
    return _reports(view, source["payload"], source["frequency_hz"], heard_ns, own, made, keys).sort("report")


def in_group_heard(view: View) -> Array:
    """Which of the members' WITNESS_REPORTS are on a beacon of their own group."""
    beacons, reports, own = view.reports["beacons"], view.reports["witness_reports"], view.own
    row = beacons.rows_of(reports["payload"], "payload")
    known = row >= 0
    sender = own.rows_of(np.append(beacons["hotspot"], np.uint64(0))[row])
    group = own["group"]
    return np.asarray(known & (np.append(group, 0)[sender] == group[own.rows_of(reports["hotspot"])]))


def vouching(
    view: View, level: Forging, keys: Keys, ahead_s: float | None = None, likeness: Likeness | None = None
) -> Forgery:
    """The forgery of a group that reports its own beacons at a level, in place of what its radios heard of them."""
    heard = view.reports["witness_reports"].take(in_group_heard(view))
    added = in_group_reports(view, level, keys, ahead_s, likeness)
    return Forgery(add={"witness_reports": added}, drop={"witness_reports": heard["report"]})


def fed_pairs(view: View, ears: Array) -> tuple[Array, Array]:
    """Rows of the WITNESS_REPORTS of some members (mask over `view.own`) and of the others of each one's group.

    Nobody is fed what it sent itself or has reported already.
    """
    own, reports, beacons = view.own, view.reports["witness_reports"], view.reports["beacons"]
    source = np.flatnonzero(ears[own.rows_of(reports["hotspot"])])
    mouths = np.flatnonzero(~ears)
    by_group = mouths[np.argsort(own["group"][mouths], kind="stable")]
    group = own["group"][own.rows_of(reports["hotspot"][source])]
    first = np.searchsorted(own["group"][by_group], group)
    count = np.searchsorted(own["group"][by_group], group, side="right") - first
    row = np.repeat(source, count)
    member = by_group[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(row))]
    sent = beacons.rows_of(reports["payload"][row], "payload")
    own_beacon = np.append(beacons["hotspot"], np.uint64(0))[sent] == own["hotspot"][member]
    known = _pair_words(reports["payload"], reports["hotspot"])
    word = _pair_words(reports["payload"][row], own["hotspot"][member])
    new = ~((sent >= 0) & own_beacon) & ~np.isin(word, known)
    row, member, word = row[new], member[new], word[new]
    once = np.sort(np.unique(word, return_index=True)[1])  # two ears that hear one packet feed it once
    return row[once], member[once]


def _pair_words(payload: Array, hotspot: Array) -> Array:
    return np.asarray(Keys(0, "pair").bits(payload, hotspot))


def _heard(rows: Table, own: Table, made: Signals) -> tuple[Table, Table, Signals]:
    heard = made.heard
    return rows.take(heard), own.take(heard), Signals(made.rssi_dbm[heard], made.snr_db[heard], heard[heard])


def _offset_ns(own: Table) -> Array:
    return np.asarray(np.round(own["clock_offset_s"] * 1e9).astype(np.int64))


def _reports(
    view: View, payload: Array, frequency_hz: Array, heard_ns: Array, own: Table, made: Signals, keys: Keys
) -> Table:
    report = keys.of("report-id").bits(payload, own["hotspot"])
    return WITNESS_REPORTS.table(
        report=report,
        payload=payload,
        hotspot=own["hotspot"],
        heard_ns=heard_ns + _offset_ns(own),
        received_ns=arrival_ns(heard_ns, own["latency_s"], keys.of("witness-report"), report),
        rssi_dbm=made.rssi_dbm,
        snr_db=made.snr_db,
        frequency_hz=frequency_hz,
        spreading_factor=np.full(len(report), view.plan.poc_spreading_factor),
    )
