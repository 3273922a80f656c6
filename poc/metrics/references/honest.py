"""What the honest say about each other: the fleet as arrays, and the posterior of every honest hotspot's own loss.

A reference test knows who is honest, so it may believe their places and learn from all links among them what each
antenna and each receiver adds. Receptions enter as Gaussian, silent pairs as probit terms; Newton's method on all
losses at once; their variances as if the other losses were known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree
from scipy.special import log_ndtr

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import coordinates_from_cells
from poc.detectors.evidence import Evidence
from poc.metrics.references.law import Law, heard_levels, silent_levels
from poc.table import Array

_SAME_PLACE_M = 5.0  # half a cell of resolution 12


@dataclass(frozen=True, slots=True)
class Fleet:
    """Hotspots in ascending id: asserted place [m], asserted gain, claimed power, beacons sent; links as row numbers.

    level_db: loss of a heard link without fading, asserted gains taken out, level_var_db2 its variance. edge_db: loss
    at which a beaconer's beacons stay unheard half the time by a receiver of gain 0, edge_spread_db its width.
    """

    hotspot: Array
    place_m: Array
    gain_dbi: Array
    n_beacons: Array
    honest: Array
    beaconer: Array
    witness: Array
    level_db: Array
    level_var_db2: Array
    edge_db: Array
    edge_spread_db: Array

    def distance_m(self, a: Array, b: Array) -> Array:
        """Distance of asserted places [m]."""
        return np.sqrt(np.square(self.place_m[a] - self.place_m[b]).sum(axis=-1) + _SAME_PLACE_M**2)


def fleet_of(evidence: Evidence, honest_ids: Array, law: Law) -> Fleet:
    """The fleet that the evidence shows; links of hotspots without an asserted place are left out."""
    hotspots = evidence.hotspots.take(evidence.hotspots["cell"] != 0).sort("hotspot")
    latitude_deg, longitude_deg = coordinates_from_cells(hotspots["cell"])
    rows = evidence.activity.rows_of(hotspots["hotspot"])

    def active(name: str) -> Array:
        return np.where(rows >= 0, np.append(evidence.activity[name], 0)[rows], 0).astype(float)

    n_beacons, power_dbm, gain_dbi = active("n_beacons"), active("power_dbm"), hotspots["gain_dbi"]
    links = evidence.links.sort("beaconer", "witness")
    a, b = hotspots.rows_of(links["beaconer"]), hotspots.rows_of(links["witness"])
    keep = (a >= 0) & (b >= 0)
    a, b, links = a[keep], b[keep], links.take(keep)
    n_heard = links["n_heard"].astype(float)
    n_sent = np.maximum(n_beacons[a], n_heard)
    margin_db = law.received_dbm(power_dbm[a] - links["mean_loss_db"]) - law.sensitivity_dbm
    true_margin_db, var_db2 = heard_levels(law, n_heard, n_sent, margin_db)
    edge, spread = silent_levels(law, n_beacons)
    return Fleet(
        hotspot=hotspots["hotspot"],
        place_m=unit_vectors(latitude_deg, longitude_deg) * EARTH_RADIUS_M,
        gain_dbi=gain_dbi,
        n_beacons=n_beacons,
        honest=np.isin(hotspots["hotspot"], honest_ids),
        beaconer=a,
        witness=b,
        level_db=power_dbm[a] - law.sensitivity_dbm - true_margin_db + gain_dbi[a] + gain_dbi[b],
        level_var_db2=var_db2,
        edge_db=power_dbm + gain_dbi - law.sensitivity_dbm - edge,
        edge_spread_db=spread,
    )


@dataclass(frozen=True, slots=True)
class OwnLosses:
    """Posterior of each hotspot's own loss [dB]: as all links show it (`loss`), and as seen through its receiver's
    readings (`read`), with variances. Liars keep the prior."""

    loss_db: Array
    loss_var_db2: Array
    read_db: Array
    read_var_db2: Array


def own_losses(fleet: Fleet, law: Law, reach_m: float, n_steps: int = 4) -> OwnLosses:
    """Maximum a posteriori of losses a and calibrations r of the honest; unknowns are stacked (a, r).

    Heard i → j: level − median = a_i + a_j − r_j + shadowing. Both directions share the shadowing: their mean speaks
    of a_i + a_j − (r_i + r_j) / 2, their difference of r_i − r_j alone.
    """
    rows = np.flatnonzero(fleet.honest)
    n = len(rows)
    at = np.full(len(fleet.hotspot), -1)
    at[rows] = np.arange(n)
    i, j = at[fleet.beaconer], at[fleet.witness]
    among = (i >= 0) & (j >= 0)
    i, j, level, var = i[among], j[among], fleet.level_db[among], fleet.level_var_db2[among]
    level = level - law.median_db(fleet.distance_m(rows[i], rows[j]))
    forward = {key: row for row, key in enumerate((i * n + j).tolist())}
    back = np.array([forward.get(key, -1) for key in (j * n + i).tolist()], np.int64)
    s2 = law.pair_db**2
    entries: list[tuple[Array, Array, Array]] = []
    target = np.zeros(2 * n)
    target[:n] = law.own_mean_db * law.own_spread_db**-2
    prior = np.repeat([law.own_spread_db**-2, law.calibration_db**-2], n)
    entries.append((np.arange(2 * n), np.arange(2 * n), prior))

    def observe(columns: list[Array], factors: list[float], value: Array, weight: Array) -> None:
        for column, factor in zip(columns, factors, strict=True):
            target[:] += np.bincount(column, factor * weight * value, 2 * n)
            for other, other_factor in zip(columns, factors, strict=True):
                entries.append((column, other, factor * other_factor * weight))

    alone = back < 0
    observe([i[alone], j[alone], n + j[alone]], [1.0, 1.0, -1.0], level[alone], 1.0 / (s2 + var[alone]))
    both = np.flatnonzero((back >= 0) & (i < j))
    mate = back[both]
    ib, jb = i[both], j[both]
    v1, v2 = var[both], var[mate]
    observe(
        [ib, jb, n + ib, n + jb], [1.0, 1.0, -0.5, -0.5],
        0.5 * (level[both] + level[mate]), 1.0 / (s2 + 0.25 * (v1 + v2)),
    )  # fmt: skip
    observe([n + ib, n + jb], [1.0, -1.0], level[both] - level[mate], 1.0 / (v1 + v2))
    precision = _matrix(entries, 2 * n)

    a, b, edge, spread = _silent_pairs(fleet, rows, i * n + j, reach_m, law)
    s = np.sqrt(s2 + spread**2)
    here = np.concatenate([np.full(n, law.own_mean_db), np.zeros(n)])
    for _ in range(n_steps):
        z = (here[a] + here[b] - edge) / s
        slope = np.exp(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z))
        weight = slope * (z + slope) / s**2
        bend = precision + _matrix([(a, a, weight), (b, b, weight), (a, b, weight), (b, a, weight)], 2 * n)
        gradient = target - precision @ here
        gradient += np.bincount(a, slope / s, 2 * n) + np.bincount(b, slope / s, 2 * n)
        step = _solved(bend, gradient)
        here = here + np.clip(step, -15.0, 15.0)
    variance = 1.0 / bend.diagonal()
    loss = np.full(len(fleet.hotspot), law.own_mean_db)
    read = loss.copy()
    loss_var = np.full(len(loss), law.own_spread_db**2)
    read_var = loss_var + law.calibration_db**2
    loss[rows], loss_var[rows] = here[:n], variance[:n]
    read[rows], read_var[rows] = here[:n] - here[n:], variance[:n] + variance[n:]
    return OwnLosses(loss, loss_var, read, read_var)


def _solved(matrix: csr_array, target: Array) -> Array:
    """Conjugate gradients with the diagonal as preconditioner, to 1e-6; sums in numpy's order, whatever the threads."""
    scale = 1.0 / matrix.diagonal()
    x, along, left = np.zeros(len(target)), np.zeros(len(target)), target.copy()
    size, enough = np.inf, 1e-12 * float(np.square(target).sum())
    for _ in range(500):
        if float(np.square(left).sum()) <= enough:
            break
        steep = scale * left
        before, size = size, float((left * steep).sum())
        along = steep + (size / before) * along
        moved = matrix @ along
        length = size / float((along * moved).sum())
        x += length * along
        left -= length * moved
    return x


def _matrix(entries: list[tuple[Array, Array, Array]], n: int) -> csr_array:
    row, column, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    return coo_array((value, (row, column)), shape=(n, n)).tocsr()


def _silent_pairs(
    fleet: Fleet, rows: Array, heard_keys: Array, reach_m: float, law: Law
) -> tuple[Array, Array, Array, Array]:
    """Honest pairs within reach that never heard each other in either direction: rows, and the loss that a pair's own
    losses and shadowing must exceed together, with its spread."""
    n = len(rows)
    pairs = np.sort(cKDTree(fleet.place_m[rows]).query_pairs(reach_m, output_type="ndarray").reshape(-1, 2), axis=1)
    a, b = pairs.T
    quiet = ~np.isin(a * n + b, heard_keys) & ~np.isin(b * n + a, heard_keys)
    quiet &= (fleet.n_beacons[rows[a]] > 0) & (fleet.n_beacons[rows[b]] > 0)
    a, b = a[quiet], b[quiet]
    one, two = rows[a], rows[b]
    forth, back = fleet.edge_db[one] + fleet.gain_dbi[two], fleet.edge_db[two] + fleet.gain_dbi[one]
    edge = np.maximum(forth, back) - law.median_db(fleet.distance_m(one, two))
    spread = np.where(forth > back, fleet.edge_spread_db[one], fleet.edge_spread_db[two])
    return a, b, edge, spread
