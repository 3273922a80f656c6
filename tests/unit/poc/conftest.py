"""A small run made by hand: hotspots around Vaduz, liars who assert a place 3 km east, everybody hears the nearest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells
from poc.keys import Keys
from poc.metrics import grade
from poc.schema import TABLES
from poc.store import RunData, with_epoch
from poc.table import Table

DAY_NS = 86_400 * 10**9
START_NS = 1_767_571_200 * 10**9


def manifest(n_epochs: int, warm_up_epochs: int, profile: str) -> dict[str, Any]:
    return {
        "name": "by-hand", "seed": 7, "scenario": {"reports": ["all"], "attacks": [], "map": {"city": "nowhere"}},
        "profile": {
            "name": profile, "title": "Rules made up for tests", "valid_from": "2026-01-01", "valid_to": "",
            "differences": {},
            "limits": {"max_distance_km": 100.0, "light_speed_m_per_s": 2.998e8}, "sources": ["none"],
            "simplifications": ["payloads are not rebuilt"], "detectors": ["relocation"], "scores_act": "now",
        },
        "n_epochs": n_epochs, "warm_up_epochs": warm_up_epochs, "epoch_s": 86_400.0, "start_s": START_NS // 10**9,
        "unpaid_bones": {}, "inputs": {"city nowhere": "0" * 64}, "warnings": [], "versions": {"python": "3"},
        "timings": {"radio": 0.5, "wall_s": 1.0},
    }  # fmt: skip


def epoch_tables(epoch: int, n_honest: int, n_liars: int) -> dict[str, Any]:
    keys = Keys(7)
    n = n_honest + n_liars
    ids = np.arange(1001, 1001 + n, dtype=np.uint64)
    liar = np.arange(n) >= n_honest
    latitude = 47.10 + 0.08 * keys.of("latitude").uniform(ids)
    longitude = 9.48 + 0.05 * keys.of("longitude").uniform(ids)
    cell = cells_from_coordinates(latitude, longitude + 0.04 * liar, 12)
    attack = np.where(liar, "location-spoof", "")
    tables = {
        "hotspots": TABLES["hotspots"].table(
            hotspot=ids, owner=ids, cell=cell, gain_dbi=3.0, elevation_m=8.0, region=7, full=True
        ),
        "truth": TABLES["truth"].table(
            hotspot=ids, latitude_deg=latitude, longitude_deg=longitude, height_m=8.0, gain_dbi=2.0, power_dbm=14.0,
            rssi_bias_db=0.0, latency_s=0.05, clock_offset_s=0.0, outage_share=0.0, attack=attack, nuisance="", group=0,
        ),
    }  # fmt: skip
    real_m = great_circle_m(latitude[:, None], longitude[:, None], latitude[None, :], longitude[None, :])
    np.fill_diagonal(real_m, np.inf)
    sender, witness = np.nonzero(real_m < 1_800.0)
    beacon = ids * 10 + epoch
    report = (np.arange(len(sender)) + 100_000 * (epoch + 1)).astype(np.uint64)
    received = START_NS + epoch * DAY_NS + np.arange(n) * 10**9
    arrival = received[sender] + np.round(1e9 * (0.05 + 0.2 * keys.of("lag").exponential(report))).astype(np.int64)
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, sender, arrival)
    asserted = coordinates_from_cells(cell)
    distance_m = np.round(
        great_circle_m(*(side[sender] for side in asserted), *(side[witness] for side in asserted))
    ).astype(np.int64)
    loss_db = 32.0 + 30.0 * np.log10(real_m[sender, witness]) + 6.0 * keys.of("shadow").normal(report)
    bad = liar[witness] & (np.arange(len(sender)) % 3 == 0)
    rssi = np.where(bad, -55.0, np.round(14.0 + 5.0 - loss_db))
    reason = np.where(bad, 11, 0)
    tables["receptions"] = TABLES["receptions"].table(
        report=report, beacon=beacon[sender], beaconer=ids[sender], witness=ids[witness],
        beacon_received_ns=received[sender], first_received_ns=first[sender], received_ns=arrival, entropy_start_s=0,
        payload=beacon[sender], beacon_payload=beacon[sender], power_dbm=14, rssi_dbm=rssi, snr_db=5.0,
        frequency_hz=868_100_000, beacon_frequency_hz=868_100_000, spreading_factor=9, beaconer_cell=cell[sender],
        beaconer_gain_dbi=3.0, beaconer_region=7, witness_cell=cell[witness], witness_gain_dbi=3.0, witness_region=7,
        witness_known=True, witness_full=True, distance_m=distance_m, n_cells=np.maximum(distance_m // 50, 8),
    )  # fmt: skip
    tables["witness_verdicts"] = TABLES["witness_verdicts"].table(
        report=report, beacon=beacon[sender], beaconer=ids[sender], witness=ids[witness], received_ns=arrival,
        reason=reason, side=np.where(bad, 3, 0), fired=np.where(bad, 1 << 11, 0), selected=~bad,
        hex_scale_e4=8000, reward_unit_e4=2500,
    )  # fmt: skip
    n_reports = np.bincount(sender, minlength=n)
    n_valid = np.bincount(sender[~bad], minlength=n)
    tables["beacon_verdicts"] = TABLES["beacon_verdicts"].table(
        beacon=beacon, hotspot=ids, received_ns=received, reason=0, fired=0, n_reports=n_reports, n_valid=n_valid,
        n_selected=n_valid, hex_scale_e4=np.where(np.arange(n) % 2, 10_000, 5_000), reward_unit_e4=2500,
    )  # fmt: skip
    n_heard = np.ones(len(sender), np.int64)
    tables["link_statistics"] = TABLES["link_statistics"].table(
        beaconer=ids[sender], witness=ids[witness], n_heard=n_heard, mean_loss_db=loss_db, var_loss_db2=0.0
    )
    tables["activity"] = TABLES["activity"].table(
        hotspot=ids, n_beacons=1, n_witnessed=np.bincount(witness, minlength=n), power_dbm=14.0
    )
    probability = np.where(liar, 0.9, 0.1) + 0.09 * keys.of("score").uniform(ids) * np.where(liar, -1, 1)
    tables["scores"] = TABLES["scores"].table(
        detector="relocation", hotspot=ids, probability=probability,
        log_likelihood_ratio=np.log(probability / (1.0 - probability)),
        verdict=np.where(liar, "suspect", "honest"), estimated_latitude_deg=latitude + 0.001,
        estimated_longitude_deg=longitude, credible_radius_m=400.0, family="relocation",
        evidence=np.where(liar, "heard by 4 hotspots 3 km away at 18 dB above expectation", ""),
    )  # fmt: skip
    kept = np.flatnonzero(~bad & ~liar[witness] & ~liar[sender])
    paid_beacon = np.flatnonzero((n_valid > 0) & ~liar)
    tables["claims"] = Table.concat([
        TABLES["claims"].table(
            kind=np.full(len(rows), "beacon_witness"), evidence=evidence, hotspot=who, role=np.full(len(rows), role),
            peer=peer, cell=where, strength_db=20.0, hex_scale_e4=8000, reward_unit_e4=2500,
        )
        for role, rows, evidence, who, peer, where in (
            ("beaconer", paid_beacon, beacon[paid_beacon], ids[paid_beacon], 0, 0),
            ("witness", kept, report[kept], ids[witness][kept], ids[sender][kept], cell[sender][kept]),
            ("reach", kept, report[kept], ids[sender][kept], ids[witness][kept], cell[witness][kept]),
        )
    ])  # fmt: skip
    amount = np.bincount(witness[~bad], minlength=n) * 250_000_000
    tables["rewards"] = TABLES["rewards"].table(
        epoch=epoch, pool="witnesses", hotspot=ids, shares=amount // 1000, amount_bones=amount
    )
    return tables


@pytest.fixture(scope="session")
def make_run() -> Callable[..., RunData]:
    """A factory: sizes, epochs, tables left out, profile name, shuffled rows."""

    def make(
        n_honest: int = 40, n_liars: int = 6, n_epochs: int = 3, warm_up_epochs: int = 1,
        leave_out: tuple[str, ...] = (), profile: str = "made-up", shuffle_seed: int | None = None,
    ) -> RunData:  # fmt: skip
        parts: dict[str, list[pa.Table]] = {}
        for epoch in range(n_epochs):
            for name, table in epoch_tables(epoch, n_honest, n_liars).items():
                if name not in leave_out:
                    parts.setdefault(name, []).append(with_epoch(epoch, table))
        tables = {name: pa.concat_tables(part) for name, part in parts.items()}
        if shuffle_seed is not None:
            generator = np.random.default_rng(shuffle_seed)
            tables = {name: table.take(generator.permutation(table.num_rows)) for name, table in tables.items()}
        facts = manifest(n_epochs, warm_up_epochs, profile)
        return RunData(facts, grade(tables, facts), tables, None)

    return make


@pytest.fixture(scope="session")
def hand_run(make_run: Callable[..., RunData]) -> RunData:
    return make_run()
