"""Link statistics and signs of life from shards: `poc.detectors.evidence` in row form, without sorting all reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np

from poc.detectors.evidence import UNITS_PER_DB
from poc.schema import ACTIVITY, LINK_STATISTICS
from poc.shard import ReportShard
from poc.table import Array, Gathered, Table

_SNR_STEP_DB, _SNR_LIMIT_DB = 0.25, 40.0


def link_statistics_of(
    shard: ReportShard,
    begin: Array,
    end: Array,
    power_dbm: Array,
    pairs: tuple[Array, Array],
    pair: Array,
    hotspot: Array,
    known: Array,
) -> Table:
    """LINK_STATISTICS of a shard, as `link_statistics` gives them: by beaconer as they come, then by witness row.

    The reports of beacon k are `begin[k] <= i < end[k]`, in order of arrival; `pair` numbers the pair of each report in
    `pairs` (rows of beaconer and witness). `hotspot` and `known` are by row.
    """
    noise_db = _noise_share_db(np.arange(-_SNR_LIMIT_DB, _SNR_LIMIT_DB + _SNR_STEP_DB, _SNR_STEP_DB))
    own_noise_db = np.zeros(0)
    if not _on_steps(shard.snr_db):
        with np.errstate(invalid="ignore"):
            own_noise_db = _noise_share_db(np.clip(shard.snr_db.astype(np.float64), -_SNR_LIMIT_DB, _SNR_LIMIT_DB))
    n_pairs, units = len(pairs[0]), float(UNITS_PER_DB)
    beaconer, witness = np.empty(n_pairs, np.int32), np.empty(n_pairs, np.int32)
    n_heard, mean, variance = np.empty(n_pairs, np.int64), np.empty(n_pairs), np.empty(n_pairs)
    n = _statistics(
        begin, end, power_dbm, shard.witness_row, shard.rssi_dbm, shard.snr_db, pair, *pairs, known, noise_db,
        own_noise_db, units, beaconer, witness, n_heard, mean, variance,
    )  # fmt: skip
    parts: dict[str, tuple[Array, Array | None]] = {
        "beaconer": (hotspot, beaconer[:n]),
        "witness": (hotspot, witness[:n]),
        "n_heard": (n_heard[:n], None),
        "mean_loss_db": (mean[:n], None),
        "var_loss_db2": (variance[:n], None),
    }
    return Table(LINK_STATISTICS, Gathered(parts))


@dataclass(slots=True)
class Life:
    """Signs of life by row of the hotspot, summed up shard by shard. Not thread-safe."""

    n_beacons: Array
    n_witnessed: Array
    power_dbm: Array = field(repr=False)

    @staticmethod
    def of(n_sites: int) -> Life:
        return Life(np.zeros(n_sites, np.int32), np.zeros(n_sites, np.int32), np.zeros(n_sites, np.int32))

    def add(self, beaconer_row: Array, power_dbm: Array, witness_row: Array) -> None:
        """Beacons by sender and claimed power, reports by witness."""
        _count(beaconer_row, power_dbm, witness_row, self.n_beacons, self.power_dbm, self.n_witnessed)

    def activity(self, hotspot: Array) -> Table:
        """ACTIVITY of the first rows, those of the hotspots, in ascending id."""
        rows = np.argsort(hotspot, kind="stable")
        n_beacons = self.n_beacons[rows]
        return ACTIVITY.table(
            hotspot=hotspot[rows],
            n_beacons=n_beacons,
            n_witnessed=self.n_witnessed[rows],
            power_dbm=self.power_dbm[rows] / np.maximum(n_beacons, 1),
        )


def _noise_share_db(snr_db: Array) -> Array:
    """What `esp_dbm_from` takes off for noise."""
    return np.asarray(10.0 * np.log10(1.0 + 10.0 ** (0.1 * snr_db)))


@numba.njit(cache=True, nogil=True)
def _on_steps(snr_db: Any) -> bool:
    for value in snr_db:
        steps = value * 4.0
        if not (-160.0 <= steps <= 160.0 and steps == np.floor(steps)):
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _statistics(  # type: ignore[no-untyped-def]
    begin, end, power_dbm, witness, rssi_dbm, snr_db, pair, pair_beaconer, pair_witness, known, noise_db, own_noise_db,
    units_per_db, to_beaconer, to_witness, to_n_heard, to_mean, to_variance,
):  # fmt: skip
    """Sum up the reports of each pair, and write down those that were heard; how many they are."""
    n_pairs, own = len(pair_beaconer), len(own_noise_db) > 0
    seen, n_heard = np.full(n_pairs, -1, np.int32), np.zeros(n_pairs, np.int32)
    total, square = np.zeros(n_pairs, np.int64), np.zeros(n_pairs, np.int64)
    for k in range(len(begin)):
        power = float(power_dbm[k])
        for i in range(begin[k], end[k]):
            p = pair[i]
            rssi = float(rssi_dbm[i])
            if not known[witness[i]] or pair_beaconer[p] == pair_witness[p] or not (-200.0 < rssi < 50.0):
                continue
            snr = float(snr_db[i])
            if not (-40.0 <= snr <= 40.0):
                if np.isnan(snr):
                    continue
                snr = min(max(snr, -40.0), 40.0)
            noise = own_noise_db[i] if own else noise_db[int((snr + 40.0) * 4.0)]
            if seen[p] == k:
                continue
            seen[p] = k
            units = int(np.rint((power - ((rssi + snr) - noise)) * 65536.0))
            n_heard[p] += 1
            total[p] += units
            square[p] += units * units
    n = 0
    for p in range(n_pairs):
        if n_heard[p] > 0:
            mean, mean_square = total[p] / n_heard[p], square[p] / n_heard[p]
            to_beaconer[n], to_witness[n], to_n_heard[n] = pair_beaconer[p], pair_witness[p], n_heard[p]
            to_mean[n] = mean / units_per_db
            to_variance[n] = max(mean_square - mean * mean, 0.0) / (units_per_db * units_per_db)
            n += 1
    return n


@numba.njit(cache=True, nogil=True)
def _count(beaconer: Any, power_dbm: Any, witness: Any, n_beacons: Any, power: Any, n_witnessed: Any) -> None:
    for k in range(len(beaconer)):
        n_beacons[beaconer[k]] += 1
        power[beaconer[k]] += power_dbm[k]
    for w in witness:
        n_witnessed[w] += 1
