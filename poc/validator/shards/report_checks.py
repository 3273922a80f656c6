"""The checks on single witness reports as one branch-free pass that sets a bit for every check that fails.

Each condition is that of the check's own file in `poc.validator.checks`; tests hold the two equal. Whether a signal is
stronger than free space allows is decided from precomputed logarithms, and by the check itself where they come within
a millionth of a dB of the bound. No GIL, cached on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numba
import numpy as np

from poc.beacon.entropy import NO_TIMESTAMP_S
from poc.table import Array
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.check import Check
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.entropy import witness_entropy
from poc.validator.checks.frequency import witness_frequency
from poc.validator.checks.heard_payload import heard_payload
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.region import witness_region
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.self_witness import self_witness
from poc.validator.shards.sites import Pairs, Sites

#: The checks that `fired_by` answers; heard_payload cannot fail, since a shard holds the reports of each beacon.
COMPILED = (
    duplicate, self_witness, witness_entropy, witness_lag, heard_payload, witness_frequency, witness_region,
    witness_cell_distance, witness_distance, witness_rssi,
)  # fmt: skip
LAST_S = 9_000_000_000  # times beyond these are not judged in shards, so that no difference overflows
_DOUBT_DB = 1e-6


class Beacons(NamedTuple):
    """Of each beacon: range of its reports, arrivals, life of its entropy, frequency, budget and failures.

    An entropy lives from `born_ns` until before `dead_ns`. `budget_db` is power + whole gain of the beaconer
    − 20 log10(4π f / c) with the beacon's own frequency.
    """

    begin: Array
    end: Array
    received_ns: Array
    first_ns: Array
    born_ns: Array
    dead_ns: Array
    frequency_hz: Array
    budget_db: Array
    failed: Array


class Limits(NamedTuple):
    """What the compiled checks compare with; a check that a protocol does not have has the bit 0."""

    lag_after_beacon_ns: int
    lag_after_first_ns: int
    max_offset_hz: int


def bits_of(checks: tuple[Check, ...]) -> dict[Check, int]:
    """The bit of each check in a mask of failures: the first to be asked has the lowest."""
    return {check: 1 << place for place, check in enumerate(checks)}


def limits_of(limits: Any) -> Limits:
    """The numbers that the checks' own files take from the limits; 0 where this protocol has none of them."""
    return Limits(
        int(getattr(limits, "max_lag_after_beacon_ms", 0)) * 10**6,
        int(getattr(limits, "max_lag_after_first_witness_ms", 0)) * 10**6,
        int(getattr(limits, "max_frequency_offset_hz", 0)),
    )


def life_of(entropy_start_s: Array, life_s: int) -> tuple[Array, Array]:
    """From when [ns] until before when each entropy lives; always where nobody says when it was made.

    >>> [end.tolist() for end in life_of(np.array([5]), 180)]
    [[5000000000], [186000000000]]
    """
    unknown = entropy_start_s == NO_TIMESTAMP_S
    bounds = np.iinfo(np.int64)
    born_s = np.clip(entropy_start_s, -LAST_S, LAST_S - life_s - 1)
    return np.where(unknown, bounds.min, born_s * 10**9), np.where(unknown, bounds.max, (born_s + life_s + 1) * 10**9)


def pair_failures(bits: Mapping[Check, int], pairs: Pairs, sites: Sites, limits: Any) -> Array:
    """The mask of failures of each pair by the checks that look at nothing else."""
    failed = np.zeros(len(pairs.beaconer), np.uint32)
    region, far_m = sites.hotspots["region"], pairs.distance_m
    if self_witness in bits:
        failed[pairs.beaconer == pairs.witness] |= np.uint32(bits[self_witness])
    if witness_region in bits:
        failed[region[pairs.beaconer] != region[pairs.witness]] |= np.uint32(bits[witness_region])
    if witness_cell_distance in bits:
        failed[pairs.too_near] |= np.uint32(bits[witness_cell_distance])
    if witness_distance in bits:
        failed[(far_m < 0) | (far_m // 1000 > limits.max_distance_km)] |= np.uint32(bits[witness_distance])
    return failed


def fired_by(
    bits: Mapping[Check, int],
    beacons: Beacons,
    limits: Limits,
    reports: tuple[Array, Array, Array],
    pair: Array,
    of_pair: tuple[Array, Array],
    of_site: tuple[Array, Array],
    frequency_hz: Array | None,
) -> tuple[Array, Array]:
    """A mask of failures for each report, and the reports whose signal is in doubt.

    `reports`: witness row, arrival and RSSI, those of a beacon in order of arrival; `of_pair`: failures and 20 log10
    of metres; `of_site`: failures and whole gain; `frequency_hz` of the reports where it is not the beacon's.
    """
    n = len(pair)
    failed, doubt = np.empty(n, np.uint32), np.empty(n, np.int32)
    seen = np.full(len(of_pair[0]), -1, np.int32)
    asked = (witness_entropy, witness_lag, witness_rssi, witness_frequency, duplicate)
    masks = np.array([bits.get(check, 0) for check in asked], np.uint32)
    frequency = np.zeros(0, np.int64) if frequency_hz is None else frequency_hz
    n_doubt = _check(beacons, limits, masks, *reports, pair, *of_pair, *of_site, frequency, seen, failed, doubt)
    return failed, doubt[:n_doubt]


@numba.njit(cache=True, nogil=True)
def _check(  # type: ignore[no-untyped-def]
    beacons, limits, masks, witness, received_ns, rssi_dbm, pair, pair_failed, distance_db, site_failed, gain_db,
    frequency_hz, seen, failed, doubt,
):  # fmt: skip
    n_doubt = 0
    own_frequency = len(frequency_hz) > 0
    for k in range(len(beacons.begin)):
        beacon_ns, first_ns = beacons.received_ns[k], beacons.first_ns[k]
        start_ns = min(beacon_ns, first_ns)
        allowed_ns = limits.lag_after_beacon_ns if beacon_ns <= first_ns else limits.lag_after_first_ns
        budget_db, of_beacon = beacons.budget_db[k], beacons.failed[k]
        for i in range(beacons.begin[k], beacons.end[k]):
            w, p, t = witness[i], pair[i], received_ns[i]
            mask = of_beacon | site_failed[w] | pair_failed[p] | masks[4] * np.uint32(seen[p] == k)
            seen[p] = k
            mask |= masks[0] * np.uint32((t < beacons.born_ns[k]) | (t >= beacons.dead_ns[k]))
            mask |= masks[1] * np.uint32(t - start_ns > allowed_ns)
            margin_db = budget_db + gain_db[w] - distance_db[p] - rssi_dbm[i]
            if own_frequency:
                offset_hz = np.int32(abs(beacons.frequency_hz[k] - frequency_hz[i]))  # cut, as the check does
                mask |= masks[3] * np.uint32(offset_hz > limits.max_offset_hz)
                margin_db += 20.0 * np.log10(beacons.frequency_hz[k] / frequency_hz[i])
            mask |= masks[2] * np.uint32(margin_db < 0.0)
            failed[i] = mask
            if not abs(margin_db) > _DOUBT_DB:
                doubt[n_doubt] = i
                n_doubt += 1
    return n_doubt
