"""The asserted network as arrays: who stands where, who heard whom, and who was in reach of whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import are_valid, coordinates_from_cells
from poc.detectors.evidence import Evidence
from poc.detectors.noise import without_noise
from poc.table import COMPILED_FROM, Array

#: Pairs in reach kept for each hotspot on average; the reach shrinks in dense places instead of the memory growing.
PAIRS_PER_HOTSPOT = 300
#: Radios closer than this count as one place: the size of a res-12 cell and of an antenna's surroundings.
SAME_PLACE_M = 15.0


@dataclass(frozen=True, slots=True)
class Network:
    """Placed hotspots in ascending id (rows), heard links and pairs in reach as row numbers.

    place_m is Earth-centred [m], shape (n, 3); power_dbm the claimed power; n_beacons the beacons sent; alive says
    whether the hotspot showed life. heard_* have one entry for each directed link: loss with the asserted gains taken
    out [dB], its variance over packets, packets heard. pair_a and pair_b are
    placed and alive and within reach_m of each other, each pair in both directions, in ascending order.
    """

    hotspot: Array
    latitude_deg: Array
    longitude_deg: Array
    place_m: Array
    gain_dbi: Array
    power_dbm: Array
    n_beacons: Array
    alive: Array
    heard_beaconer: Array
    heard_witness: Array
    heard_n: Array
    heard_loss_db: Array
    heard_var_db2: Array
    reach_m: float
    pair_a: Array
    pair_b: Array

    def __len__(self) -> int:
        return len(self.hotspot)

    def distance_m(self, rows_a: Array, rows_b: Array) -> Array:
        """Straight distance between asserted places [m], never below SAME_PLACE_M."""
        if len(rows_a) > COMPILED_FROM:
            from poc.detectors.pairs_compiled import distances

            found_m = np.empty(len(rows_a))
            distances(self.place_m, rows_a, rows_b, SAME_PLACE_M, found_m)
            return found_m
        apart_m = self.place_m[rows_a]
        apart_m -= self.place_m[rows_b]
        return np.asarray(np.sqrt(np.einsum("kx,kx->k", apart_m, apart_m) + SAME_PLACE_M**2))


def network_of(evidence: Evidence) -> Network:
    """The network that the evidence describes; hotspots that never asserted a place are left out."""
    hotspots = evidence.hotspots.take(are_valid(evidence.hotspots["cell"])).sort("hotspot")
    latitude_deg, longitude_deg = _coordinates(hotspots["cell"])
    place_m = unit_vectors(latitude_deg, longitude_deg) * EARTH_RADIUS_M
    rows = evidence.activity.rows_of(hotspots["hotspot"])
    known = rows >= 0

    def of_activity(name: str) -> Array:
        column = evidence.activity[name]
        return np.where(known, column[rows], 0).astype(float) if len(column) else np.zeros(len(rows))

    n_beacons, power_dbm = of_activity("n_beacons"), of_activity("power_dbm")
    links = evidence.links.sort("beaconer", "witness")
    beaconer, witness = hotspots.rows_of(links["beaconer"]), hotspots.rows_of(links["witness"])
    usable = (beaconer >= 0) & (witness >= 0) & (beaconer != witness)
    beaconer, witness, links = beaconer[usable], witness[usable], links.take(usable)
    # a link is a sign of life of both ends, whatever the activity table says
    n_beacons = np.maximum(n_beacons, _largest(beaconer, links["n_heard"], len(hotspots)))
    alive = (n_beacons > 0) | (of_activity("n_witnessed") > 0)
    alive[witness] = True
    loss_db, var_db2 = links["mean_loss_db"], links["var_loss_db2"]
    if evidence.noise_in_losses:
        n_heard, sender_dbm = links["n_heard"].astype(float), power_dbm[beaconer]
        signal_dbm, var_db2 = without_noise(sender_dbm - loss_db, n_heard, n_beacons[beaconer], var_db2)
        loss_db = sender_dbm - signal_dbm
    gain_dbi = hotspots["gain_dbi"].astype(float)
    distance_m = np.linalg.norm(place_m[beaconer] - place_m[witness], axis=-1)
    reach_m, pairs = _pairs_in_reach(place_m, np.flatnonzero(alive), distance_m)
    return Network(
        hotspot=hotspots["hotspot"],
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        place_m=place_m,
        gain_dbi=gain_dbi,
        power_dbm=power_dbm,
        n_beacons=n_beacons,
        alive=alive,
        heard_beaconer=beaconer,
        heard_witness=witness,
        heard_n=links["n_heard"].astype(float),
        heard_loss_db=loss_db + gain_dbi[beaconer] + gain_dbi[witness],
        heard_var_db2=var_db2,
        reach_m=reach_m,
        pair_a=np.ascontiguousarray(pairs[:, 0]),
        pair_b=np.ascontiguousarray(pairs[:, 1]),
    )


def places_in(sorted_keys: Array, keys: Array) -> Array:
    """Place of each key in a sorted list, −1 where it is not there.

    >>> places_in(np.array([2, 5]), np.array([5, 3])).tolist()
    [1, -1]
    """
    if not len(sorted_keys):
        return np.full(len(keys), -1)
    if len(keys) > COMPILED_FROM:
        from poc.detectors.pairs_compiled import places_of

        found = np.empty(len(keys), np.int64)
        places_of(sorted_keys, keys, found)
        return found
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.where(sorted_keys[place] == keys, place, -1)


def crowding(network: Network, decorrelation_m: float) -> Array:
    """How many independent witnesses each hotspot stands for, inverted: 1 alone, near 2 with a twin at the same place.

    Σ exp(−distance / decorrelation) over the living within three decorrelation distances, itself included: nearby
    radios share their shadowing (spec fraud.md §3: 1/e at 30 to 130 m), so they must not count fully.
    """
    count = np.ones(len(network))
    rows = np.flatnonzero(network.alive)
    if decorrelation_m <= 0.0 or len(rows) < 2:
        return count
    from scipy.spatial import cKDTree  # slow to import

    pairs = cKDTree(network.place_m[rows]).query_pairs(3.0 * decorrelation_m, output_type="ndarray")
    a, b = rows[pairs.min(axis=1)], rows[pairs.max(axis=1)]
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    near = np.exp(-np.linalg.norm(network.place_m[a] - network.place_m[b], axis=-1) / decorrelation_m)
    return np.asarray(count + np.bincount(a, near, len(count)) + np.bincount(b, near, len(count)))


def _pairs_in_reach(place_m: Array, rows: Array, distance_m: Array) -> tuple[float, Array]:
    """(reach_m, pairs): twice the upper quartile of the heard distances, less where that makes too many pairs."""
    empty = np.zeros((0, 2), np.int64)
    if not len(distance_m) or len(rows) < 2:
        return 0.0, empty
    reach_m = 2.0 * float(np.quantile(distance_m, 0.75)) + 2.0 * SAME_PLACE_M
    from scipy.spatial import cKDTree

    tree = cKDTree(place_m[rows])
    while tree.count_neighbors(tree, reach_m) > (PAIRS_PER_HOTSPOT + 1) * len(rows) and reach_m > 2.0 * SAME_PLACE_M:
        reach_m *= 0.9
    pairs = tree.query_pairs(reach_m, output_type="ndarray") if reach_m > 0 else empty
    n = len(rows)  # in ascending order, so that numbers among them order as rows do
    keys = np.sort(np.concatenate([pairs[:, 0] * n + pairs[:, 1], pairs[:, 1] * n + pairs[:, 0]]))
    return reach_m, rows[np.column_stack([keys // n, keys % n])]


def _coordinates(cells: Array) -> tuple[Array, Array]:
    if not len(cells):
        return np.zeros(0), np.zeros(0)
    return coordinates_from_cells(cells)


def _largest(rows: Array, values: Array, n: int) -> Array:
    largest = np.zeros(n)
    np.maximum.at(largest, rows, values.astype(float))
    return largest
