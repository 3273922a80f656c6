"""Helium's reasons for an invalid report and the side that is to blame, with their numbers.

Source: helium/proto `src/service/poc_lora.proto`, enums `invalid_reason` and `invalid_participant_side`
(see `spec/helium-iot.md` §3). Numbers are part of the wire format and never change.
"""

from __future__ import annotations

from enum import IntEnum


class Reason(IntEnum):
    """Why a report is invalid; `none` means valid.

    >>> Reason.below_min_distance.value
    19
    """

    none = 0
    bad_signature = 1
    not_asserted = 2
    entropy_expired = 3
    bad_entropy = 4
    invalid_capability = 5
    invalid_pubkey = 6
    irregular_interval = 7
    gateway_not_found = 8
    denied = 9
    invalid_packet = 10
    bad_rssi = 11
    invalid_region = 12
    max_distance_exceeded = 13
    invalid_frequency = 14
    self_witness = 15
    stale = 16
    scaling_factor_not_found = 17
    unknown_error = 18
    below_min_distance = 19
    duplicate = 20
    denied_edge = 21
    too_late = 22
    gateway_no_valid_beacons = 23
    gateway_no_valid_witnesses = 24


class Side(IntEnum):
    """Which participant made the report invalid.

    >>> Side.witness.value
    3
    """

    none = 0
    beaconer = 2
    witness = 3
