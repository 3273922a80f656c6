"""Why a report failed, with both sides of the inequality: what it was and what the rule allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poc.reasons import Reason
from poc.table import Table
from poc.validator.free_space import free_space_rssi_dbm

_WORDS = {
    Reason.bad_signature: "the signature does not belong to the hotspot",
    Reason.not_asserted: "one of the two hotspots never asserted a place",
    Reason.bad_entropy: "the entropy is none that the network gave out",
    Reason.invalid_capability: "the hotspot is not a full hotspot and may not take part",
    Reason.invalid_pubkey: "the key is not a valid one",
    Reason.gateway_not_found: "the hotspot is not registered",
    Reason.denied: "the hotspot is on the denylist",
    Reason.denied_edge: "this pair of hotspots is on the denylist",
    Reason.invalid_packet: "the payload heard is not the payload sent",
    Reason.self_witness: "the hotspot reported its own beacon",
    Reason.stale: "the report could not be judged in time",
    Reason.scaling_factor_not_found: "no density scale was known for the cell",
    Reason.unknown_error: "the validator gave no cause",
    Reason.duplicate: "the same hotspot had already reported this beacon",
}


def in_words(reason: int) -> str:
    """A reason as a clause, without numbers.

    >>> in_words(Reason.denied)
    'the hotspot is on the denylist'
    """
    named = Reason(int(reason))
    return _WORDS.get(named, f"it failed the check {named.name}")


def witness_inequality(reception: Table, reason: int, limits: Mapping[str, Any]) -> str:
    """What one witness report was and what the rule allows; `reception` is one row of RECEPTIONS.

    `limits` are the profile's, by name; a limit that the profile does not have leaves the clause without numbers.
    """
    row = {name: column[0] for name, column in reception.columns.items()}
    try:
        return _with_numbers(Reason(int(reason)), row, reception, limits)
    except KeyError:
        return in_words(reason)


def _with_numbers(reason: Reason, row: Mapping[str, Any], reception: Table, limits: Mapping[str, Any]) -> str:
    distance_km = float(row["distance_m"]) / 1000.0
    match reason:
        case Reason.bad_rssi:
            bound_dbm = float(free_space_rssi_dbm(reception, float(limits["light_speed_m_per_s"]))[0])
            return (
                f"RSSI {number(row['rssi_dbm'])} dBm above the {number(bound_dbm, 1)} dBm bound of free space "
                f"at {distance_km:.1f} km"
            )
        case Reason.too_late:
            after_beacon = row["beacon_received_ns"] <= row["first_received_ns"]
            start_ns = row["beacon_received_ns"] if after_beacon else row["first_received_ns"]
            lag_ms = (int(row["received_ns"]) - int(start_ns)) / 1e6
            allowed_ms = limits["max_lag_after_beacon_ms" if after_beacon else "max_lag_after_first_witness_ms"]
            what = "the beacon report" if after_beacon else "the first witness report"
            return f"{lag_ms:,.0f} ms after {what}, allowed {allowed_ms:,} ms"
        case Reason.max_distance_exceeded:
            return f"{distance_km:.1f} km between the asserted places, allowed {limits['max_distance_km']:g} km"
        case Reason.below_min_distance:
            return (
                f"{row['n_cells']} cells of resolution 11 between the asserted places "
                f"({row['distance_m']:,} m), required {limits['min_distance_cells']}"
            )
        case Reason.invalid_frequency:
            apart_khz = abs(int(row["frequency_hz"]) - int(row["beacon_frequency_hz"])) / 1e3
            return f"channels {apart_khz:,.0f} kHz apart, allowed {limits['max_frequency_offset_hz'] / 1e3:,.0f} kHz"
        case Reason.invalid_region:
            return f"region {row['witness_region']} of the witness, required the beaconer's {row['beaconer_region']}"
        case Reason.entropy_expired:
            age_s = int(row["received_ns"]) // 10**9 - int(row["entropy_start_s"])
            return f"entropy {age_s:,} s old on arrival, allowed 0 to {limits['entropy_life_s']:,} s"
        case Reason.gateway_no_valid_beacons:
            return f"no beacon of the witness with a report in the {limits['reciprocity_window_h']:g} h before"
        case Reason.gateway_no_valid_witnesses:
            return f"no valid witness report of the beaconer in the {limits['reciprocity_window_h']:g} h before"
        case _:
            return in_words(reason)


def beacon_inequality(reason: int, limits: Mapping[str, Any], previous_h: float | None) -> str:
    """The same for a beacon; `previous_h` is the time since the beacon before [h], None where there was none."""
    named = Reason(int(reason))
    if named == Reason.irregular_interval and "beacon_interval_s" in limits:
        bucket = f"only one beacon in each {limits['beacon_interval_s'] / 3600:g} h bucket counts"
        return bucket if previous_h is None else f"{previous_h:.1f} h after the beacon before; {bucket}"
    if named == Reason.gateway_no_valid_witnesses and "reciprocity_window_h" in limits:
        return f"no valid witness report of its own in the {limits['reciprocity_window_h']:g} h before"
    return in_words(reason)


def number(value: Any, digits: int = 0) -> str:
    """A number with a true minus sign.

    >>> number(-96.44, 1)
    '−96.4'
    """
    return f"{float(value):,.{digits}f}".replace("-", "−")
