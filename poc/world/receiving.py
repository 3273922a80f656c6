"""What keeps a receiver from a packet that is strong enough: options of `[radio.receiver]`, all off unless asked for.

Each looks at all packets of an epoch at once, because packets from different neighbourhoods meet at one receiver; a run
that asks for any of them holds the receptions of an epoch in memory. A packet too weak to be received by itself does
not count as interference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.beacon.frame import FRAME_BYTES
from poc.keys import Keys
from poc.scenario import ReceiverSection
from poc.table import Array
from radio_models.lora.capture import survives_interference
from radio_models.lora.decoding import deaf_while_sending, decode_probability, finds_demodulator

SOFT_DB = 3.0  # how far below the limit packets are still drawn: one in a million is decoded there


@dataclass(frozen=True, slots=True)
class Packets:
    """One epoch of packets that were strong enough, as columns: id of the beacon, id of the receiver, start of the
    packet [s], as reported [dBm, dB], frequency [Hz]."""

    beacon: Array
    receiver: Array
    start_s: Array
    rssi_dbm: Array
    snr_db: Array
    frequency_hz: Array


def is_asked_for(section: ReceiverSection) -> bool:
    """Whether anything but strength decides."""
    return section != ReceiverSection()


def received(
    section: ReceiverSection,
    packets: Packets,
    own: tuple[Array, Array],
    airtime_s: float,
    spreading_factor: int,
    keys: Keys,
) -> Array:
    """Which packets get through, (packets,) bool; `own` are all transmissions of the epoch: sender id and start [s]."""
    through = np.ones(len(packets.beacon), bool)
    end_s = packets.start_s + airtime_s
    if section.soft_decoding:
        probability = decode_probability(packets.snr_db, spreading_factor, n_bytes=FRAME_BYTES)
        through &= keys.of("decoding").uniform(packets.beacon, packets.receiver) < probability
    if section.half_duplex:
        through &= ~deaf_while_sending(packets.start_s, end_s, packets.receiver, own[1], own[1] + airtime_s, own[0])
    if section.capture != "none":
        _, lane = np.unique(
            np.stack([packets.receiver, packets.frequency_hz.astype(np.uint64)]), axis=1, return_inverse=True
        )
        meeting = _meet(lane, packets.start_s, airtime_s)
        signal_dbm = packets.rssi_dbm - 10.0 * np.log10(1.0 + 10.0 ** (-0.1 * packets.snr_db.astype(np.float64)))
        factor = np.full(len(meeting), spreading_factor)
        through[meeting] &= survives_interference(
            signal_dbm[meeting], factor, packets.start_s[meeting], end_s[meeting], lane[meeting],
            isolation=section.capture,
        )  # fmt: skip
    if section.demodulators:
        meeting = _meet(packets.receiver, packets.start_s, airtime_s)
        through[meeting] &= finds_demodulator(
            packets.start_s[meeting], end_s[meeting], packets.receiver[meeting], n_demodulators=section.demodulators
        )
    return through


def _meet(lane: Array, start_s: Array, airtime_s: float) -> Array:
    """The rows of packets that overlap another one on their lane."""
    order = np.lexsort((start_s, lane))
    near = (np.diff(lane[order].astype(np.int64)) == 0) & (np.diff(start_s[order]) < airtime_s)
    touched = np.zeros(len(order), bool)
    touched[1:] |= near
    touched[:-1] |= near
    return np.sort(order[touched])
