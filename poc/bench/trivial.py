"""What somebody reads off the files who knows no physics: the trivial baselines, and the probes for leaks.

A benchmark leaks when its making shows: the order of rows, ids, decimals, phases of times. Those columns are
`bookkeeping` and must tell nothing. The others are traces that a lie may honestly leave (a clique has few witnesses, a
relay is late), but none alone may solve a cell; where one does, the table says so beside every entry.
Source of the list: what was found wrong with the VeReMi family (`spec/rivals.md` §5.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import expit
from scipy.stats import rankdata

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import coordinates_from_cells
from poc.bench.world_files import PublicWorld
from poc.table import Array, Table

BOOKKEEPING, COUNTS, TIMING, SIGNAL, PLACE, PAY = "bookkeeping", "counts", "timing", "signal", "place", "pay"
_BUCKET_NS, _MS = 6 * 3600 * 10**9, 1_000_000

#: Group of each trivial number.
GROUPS: Mapping[str, str] = {
    "row order": BOOKKEEPING,
    "id as a number": BOOKKEEPING,
    "last byte of the id": BOOKKEEPING,
    "bits set in the id": BOOKKEEPING,
    "digits of the cell": BOOKKEEPING,
    "asserted gain": BOOKKEEPING,
    "asserted elevation": BOOKKEEPING,
    "claimed power": BOOKKEEPING,
    "phase of the beacons": BOOKKEEPING,
    "milliseconds of arrivals": BOOKKEEPING,
    "beacon ids": BOOKKEEPING,
    "beacons sent": COUNTS,
    "witnesses": COUNTS,
    "reports sent": COUNTS,
    "reports received": COUNTS,
    "reports a witness": COUNTS,
    "lag of its reports": TIMING,
    "spread of that lag": TIMING,
    "lag of reports on it": TIMING,
    "beacon interval": TIMING,
    "mean RSSI": SIGNAL,
    "strongest RSSI": SIGNAL,
    "mean SNR": SIGNAL,
    "decimals of the SNR": SIGNAL,
    "distance from the middle": PLACE,
    "nearest neighbour": PLACE,
    "neighbours within 3 km": PLACE,
    "earnings": PAY,
}


def trivial_numbers(world: PublicWorld) -> dict[str, Array]:
    """Every trivial number of every hotspot, rows as in `evidence.hotspots`; where a hotspot has none, the median."""
    hotspots, heard = world.evidence.hotspots, world.evidence.receptions
    ids = hotspots["hotspot"]
    n = len(ids)
    sender, witness = _rows(hotspots, heard["beaconer"]), _rows(hotspots, heard["witness"])
    beacons = world.beacons.sort("received_ns", "beacon")
    beaconer = _rows(hotspots, beacons["hotspot"])
    lag_ms = (heard["received_ns"] - heard["beacon_received_ns"]) / _MS
    snr_db, rssi_dbm = heard["snr_db"], heard["rssi_dbm"]
    links = world.evidence.links
    n_sent = np.bincount(beaconer, minlength=n).astype(float)
    n_received = np.bincount(sender, minlength=n).astype(float)
    n_witnesses = np.bincount(_rows(hotspots, links["beaconer"]), minlength=n).astype(float)
    mean_lag_ms = _mean(lag_ms, witness, n)
    numbers = {
        "row order": np.arange(n, dtype=float),
        "id as a number": ids.astype(float),
        "last byte of the id": (ids & np.uint64(0xFF)).astype(float),
        "bits set in the id": np.unpackbits(ids.view(np.uint8).reshape(n, 8), axis=1).sum(axis=1).astype(float),
        "digits of the cell": ((hotspots["cell"] >> np.uint64(9)) & np.uint64(0x7)).astype(float),
        "asserted gain": hotspots["gain_dbi"],
        "asserted elevation": hotspots["elevation_m"],
        "claimed power": _mean(beacons["power_dbm"].astype(float), beaconer, n),
        "phase of the beacons": _mean((beacons["received_ns"] % _BUCKET_NS).astype(float), beaconer, n),
        "milliseconds of arrivals": _evenness((heard["received_ns"] // _MS % 1000 + 0.5) / 1000.0, witness, n),
        "beacon ids": _evenness(beacons["beacon"] / 2.0**64, beaconer, n),
        "beacons sent": n_sent,
        "witnesses": n_witnesses,
        "reports sent": np.bincount(witness, minlength=n).astype(float),
        "reports received": n_received,
        "reports a witness": n_received / np.maximum(n_witnesses, 1.0),
        "lag of its reports": mean_lag_ms,
        "spread of that lag": np.sqrt(np.maximum(_mean(lag_ms**2, witness, n) - mean_lag_ms**2, 0.0)),
        "lag of reports on it": _mean(lag_ms, sender, n),
        "beacon interval": _interval(beacons, beaconer, n),
        "mean RSSI": _mean(rssi_dbm, witness, n),
        "strongest RSSI": _highest(rssi_dbm, witness, n),
        "mean SNR": _mean(snr_db, witness, n),
        "decimals of the SNR": _mean(np.abs(snr_db - np.rint(snr_db)), witness, n),
        **_places(hotspots),
        "earnings": world.pay_bones.astype(float),
    }
    return {name: _filled(values) for name, values in numbers.items()}


def chance_band(liars: Array, honest: Array, party: Array, n_looks: int) -> float:
    """How far from one half the area under the curve of a number may stray by chance, over so many looks.

    liars, honest: the number's values; party: of each liar, those of one party stray together. 99 % over all looks
    (Bonferroni). The larger of two bands: of unrelated numbers, with the variance (n + m + 1) / 12 n m (Hanley and
    McNeil, Radiology 143, 1982); and of the liars' placements by party (N. Obuchowski, Biometrics 53, 1997), with
    Student's quantile, since there may be few parties.

    >>> rng = np.random.default_rng(0)
    >>> band = chance_band(rng.random(100), rng.random(1000), np.arange(100), 10)
    >>> 0.08 < band < 0.12
    True
    """
    from scipy.special import ndtri, stdtrit

    if not len(liars) or not len(honest):
        return 0.5
    ordered = np.sort(honest)
    below = np.searchsorted(ordered, liars, "left") + np.searchsorted(ordered, liars, "right")
    placement = 0.5 * below / len(honest)
    by_party = np.bincount(party, placement - placement.mean())
    n_parties = max(len(np.unique(party)), 2)
    clustered = float(np.square(by_party).sum()) / len(liars) ** 2 * n_parties / (n_parties - 1)
    unrelated = (len(liars) + len(honest) + 1) / (12.0 * len(liars) * len(honest))
    tail = 0.005 / max(n_looks, 1)
    bands = -ndtri(tail) * np.sqrt(unrelated), -stdtrit(n_parties - 1, tail) * np.sqrt(clustered)
    return float(min(max(bands), 0.5))


def classifier(worlds: Sequence[Mapping[str, Array]], lies: Sequence[Array], names: Sequence[str]) -> list[Array]:
    """Scores of a logistic classifier on some trivial numbers, each world scored by a fit on the others.

    Numbers enter as ranks within their world, and as the distance of that rank from the middle. A single world is cut
    into two halves by turns of its rows.
    """
    features = [_features(world, names) for world in worlds]
    if len(worlds) == 1:
        half = np.arange(len(lies[0])) % 2 == 0
        score = np.zeros(len(half))
        for part in (half, ~half):
            score[part] = features[0][part] @ _fit(features[0][~part], lies[0][~part])
        return [score]
    scores = []
    for held in range(len(worlds)):
        others = [k for k in range(len(worlds)) if k != held]
        weights = _fit(np.concatenate([features[k] for k in others]), np.concatenate([lies[k] for k in others]))
        scores.append(features[held] @ weights)
    return scores


def ranks(values: Array) -> Array:
    """Ranks within a world, spread evenly over −1 to 1; equal values share one.

    >>> ranks(np.array([5.0, 1.0, 9.0])).round(2).tolist()
    [0.0, -0.67, 0.67]
    """
    return np.asarray((2.0 * rankdata(values) - 1.0) / max(len(values), 1) - 1.0)


def _features(world: Mapping[str, Array], names: Sequence[str]) -> Array:
    columns = [ranks(world[name]) for name in names]
    both = columns + [np.abs(column) - 0.5 for column in columns]
    return np.column_stack([np.ones(len(columns[0])), *both])


def _fit(x: Array, lies: Array) -> Array:
    """Logistic regression with a ridge, by Newton's method."""
    weights = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], 1.0)
    for _ in range(25):
        p = expit(x @ weights)
        gradient = x.T @ (lies - p) - ridge * weights
        bend = (x * (p * (1.0 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(bend, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(weights)


def _rows(hotspots: Table, ids: Array) -> Array:
    return np.asarray(np.searchsorted(hotspots["hotspot"], ids))


def _places(hotspots: Table) -> dict[str, Array]:
    """Asserted places among each other, along straight lines through the Earth."""
    xyz_m = EARTH_RADIUS_M * unit_vectors(*coordinates_from_cells(hotspots["cell"]))
    tree = cKDTree(xyz_m)
    nearest_m = tree.query(xyz_m, k=2)[0][:, 1] if len(xyz_m) > 1 else np.zeros(len(xyz_m))
    return {
        "distance from the middle": np.linalg.norm(xyz_m - np.median(xyz_m, axis=0), axis=1),
        "nearest neighbour": nearest_m,
        "neighbours within 3 km": tree.query_ball_point(xyz_m, 3000.0, return_length=True).astype(float),
    }


def _mean(values: Array, row: Array, n: int) -> Array:
    count = np.bincount(row, minlength=n)
    return np.where(count > 0, np.bincount(row, values, n) / np.maximum(count, 1), np.nan)


def _evenness(share: Array, row: Array, n: int) -> Array:
    """Mean of numbers spread evenly over 0 to 1, in standard errors from one half, so that their count is hidden."""
    count = np.bincount(row, minlength=n)
    return np.asarray((_mean(share, row, n) - 0.5) * np.sqrt(12.0 * count))


def _highest(values: Array, row: Array, n: int) -> Array:
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, row, values)
    return np.where(np.isfinite(highest), highest, np.nan)


def _interval(beacons: Table, row: Array, n: int) -> Array:
    """Mean time between a hotspot's beacons [s]."""
    order = np.argsort(row, kind="stable")
    at, time_s = row[order], beacons["received_ns"][order] / 1e9
    same = at[1:] == at[:-1]
    return _mean(np.diff(time_s)[same], at[1:][same], n)


def _filled(values: Array) -> Array:
    known = values[np.isfinite(values)]
    return np.where(np.isfinite(values), values, float(np.median(known)) if len(known) else 0.0)
