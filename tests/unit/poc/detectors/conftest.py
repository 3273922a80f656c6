"""A small world of radios for these tests only: log-distance, correlated shadowing, biases, fading, beacons, liars.

The detectors never see anything of it but the evidence; the truth is returned beside it, for grading.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.spatial import cKDTree

from maps.geodesy import EARTH_RADIUS_M, destination, unit_vectors
from maps.grid import cells_from_coordinates
from poc.detectors.evidence import Evidence
from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS


@dataclass(frozen=True)
class Settings:
    n: int = 300
    side_km: float = 12.0
    exponent: float = 3.0
    loss_1km_db: float = 128.0
    sigma_db: float = 8.0
    antenna_bias_db: float = 2.2
    one_way_bias_db: float = 2.0
    poor_share: float = 0.05
    sloppy_share: float = 0.03
    fading_db: float = 3.4
    decorrelation_m: float = 60.0
    power_dbm: float = 14.0
    sensitivity_dbm: float = -124.0
    n_beacons: int = 12
    packet_loss: float = 0.02
    liars: dict = field(default_factory=dict)  # {"lone-2": 0.05, "farm": 0.05, …}: share by kind
    latitude_deg: float = 47.0
    longitude_deg: float = 9.0
    seed: int = 1


@dataclass(frozen=True)
class World:
    settings: Settings
    evidence: Evidence
    kind: np.ndarray  # "" honest, "sloppy", else the attack
    latitude_deg: np.ndarray
    longitude_deg: np.ndarray
    asserted_m: np.ndarray
    true_m: np.ndarray
    loss_bias_db: np.ndarray
    rx: np.ndarray

    @property
    def liar(self) -> np.ndarray:
        return ~np.isin(self.kind, ["", "sloppy"])


def simulate(**changes) -> World:
    s = Settings(**changes)
    rng = np.random.default_rng(s.seed)
    n = s.n
    half = s.side_km * 500.0
    east, north = rng.uniform(-half, half, (2, n))
    kind = np.full(n, "", "U16")
    order, at = rng.permutation(n), 0
    shift = np.zeros((n, 2))
    for name, share in {**s.liars, "sloppy": s.sloppy_share}.items():
        rows = order[at : at + round(share * n)]
        at += len(rows)
        kind[rows] = name
        angle = rng.uniform(0, 2 * np.pi, len(rows))
        if name.startswith("lone-"):
            radius = np.full(len(rows), 1000.0 * float(name[5:]))
        elif name == "sloppy":
            radius = rng.uniform(100, 300, len(rows))
        elif name == "farm":  # groups of ten at the first one's place, asserted within 3 km of it
            leader = rows[np.arange(len(rows)) // 10 * 10]
            east[rows], north[rows] = (c[leader] + rng.normal(0, 8, len(rows)) for c in (east, north))
            radius = 3000.0 * np.sqrt(rng.uniform(0.02, 1, len(rows)))
        shift[rows] = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    said_east, said_north = east + shift[:, 0], north + shift[:, 1]
    # a place outside the map would be an easy tell: go the other way
    outside = (np.abs(said_east) > half) | (np.abs(said_north) > half)
    said_east = np.where(outside, east - shift[:, 0], said_east)
    said_north = np.where(outside, north - shift[:, 1], said_north)
    latitude, longitude = places(s, east, north)
    said = places(s, said_east, said_north)
    cell = cells_from_coordinates(*said, 12)

    antenna = rng.normal(0, s.antenna_bias_db, n) + 10.0 * (rng.uniform(size=n) < s.poor_share)
    tx, rx = antenna + rng.normal(0, s.one_way_bias_db, n), antenna + rng.normal(0, s.one_way_bias_db, n)
    gain = rng.choice([1.2, 2.3, 4.0, 5.8], n)
    place = unit_vectors(latitude, longitude) * EARTH_RADIUS_M
    # beyond this the pair would need more than three spreads of luck
    spare_db = s.power_dbm - s.sensitivity_dbm + 11.6 + 3.0 * s.sigma_db - s.loss_1km_db
    reach_m = min(1000.0 * 10.0 ** (spare_db / (10.0 * s.exponent)), 100_000.0)
    a, b = np.sort(cKDTree(place).query_pairs(reach_m, output_type="ndarray").reshape(-1, 2), axis=1).T
    distance = np.maximum(np.linalg.norm(place[a] - place[b], axis=1), 10.0)
    loss = s.loss_1km_db + 10 * s.exponent * np.log10(distance / 1000)
    loss += s.sigma_db * field_of_pairs(rng, east, north, a, b, s.decorrelation_m)
    loss -= gain[a] + gain[b]
    beaconer, witness = np.concatenate([a, b]), np.concatenate([b, a])
    mean = np.concatenate([loss, loss]) + tx[beaconer] + rx[witness]
    hearable = mean < s.power_dbm - s.sensitivity_dbm + 4 * s.fading_db
    beaconer, witness, mean = beaconer[hearable], witness[hearable], mean[hearable]
    packets = mean[:, None] + rng.normal(0, s.fading_db, (len(mean), s.n_beacons))
    heard = packets < s.power_dbm - s.sensitivity_dbm
    heard &= rng.uniform(size=heard.shape) > s.packet_loss
    # readings: whole decibels of RSSI
    packets = np.rint(packets)
    count = heard.sum(1)
    some = count > 0
    beaconer, witness, heard, packets, count = (x[some] for x in (beaconer, witness, heard, packets, count))
    average = np.where(heard, packets, 0).sum(1) / count
    variance = np.where(heard, (packets - average[:, None]) ** 2, 0).sum(1) / count

    hotspot = rng.permutation(np.arange(1, n + 1)).astype(np.uint64) * np.uint64(7919)
    links = LINK_STATISTICS.table(
        beaconer=hotspot[beaconer], witness=hotspot[witness], n_heard=count, mean_loss_db=average, var_loss_db2=variance
    )
    evidence = Evidence(
        hotspots=HOTSPOTS.table(
            hotspot=hotspot, owner=hotspot, cell=cell, gain_dbi=gain, elevation_m=5.0, region=0, full=True
        ),
        activity=ACTIVITY.table(
            hotspot=hotspot, n_beacons=np.full(n, s.n_beacons),
            n_witnessed=np.bincount(witness, count, n).astype(np.int64), power_dbm=s.power_dbm,
        ),
        links=links, receptions=RECEPTIONS.empty(), witness_verdicts=WITNESS_VERDICTS.empty(), city=None,
    )  # fmt: skip
    asserted = unit_vectors(*said) * EARTH_RADIUS_M
    return World(s, evidence, kind, latitude, longitude, asserted, place, tx, rx)


def places(s: Settings, east_m, north_m):
    bearing = np.degrees(np.arctan2(east_m, north_m))
    return destination(s.latitude_deg, s.longitude_deg, bearing, np.hypot(east_m, north_m))


def field_of_pairs(rng, east, north, a, b, decorrelation_m, n_waves=48):
    """Unit-variance reciprocal Gaussian field of two places from random waves (near-Gaussian correlation)."""
    total = np.zeros(len(a))
    for _ in range(n_waves):
        k = rng.normal(0, 1.0 / decorrelation_m, 4)
        phase = rng.uniform(0, 2 * np.pi)
        total += np.cos(k[0] * east[a] + k[1] * north[a] + k[2] * east[b] + k[3] * north[b] + phase)
        total += np.cos(k[0] * east[b] + k[1] * north[b] + k[2] * east[a] + k[3] * north[a] + phase)
    return total / np.sqrt(n_waves)


@pytest.fixture(scope="session")
def world_of():
    """The simulator itself: world_of(n=…, liars={"lone-2": 0.1}, …)."""
    made: dict = {}

    def build(**changes) -> World:
        key = repr(sorted(changes.items(), key=str))
        if key not in made:
            made[key] = simulate(**changes)
        return made[key]

    return build
