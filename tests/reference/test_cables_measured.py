"""The cable test on measured packets: Bonn's six cabled settings against Grenoble's fixed links on the air.

Both data sets lie beside the repository (spec fraud.md §3); the test is skipped where they are not.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from poc.detectors.packet_spread import cable_ratios
from radio_models.lora.receiver import esp_dbm_from

DATASETS = Path("/work/shared/datasets")
BONN, GRENOBLE = DATASETS / "lora-bonn-rssi-calibration", DATASETS / "helium-grenoble-campusiot"
N_PACKETS = 8
pytestmark = pytest.mark.skipif(not (BONN.exists() and GRENOBLE.exists()), reason="the measured packets are not here")


def ratios(links: list[np.ndarray]) -> np.ndarray:
    """The test's log-likelihood ratio of links of eight packets each, the air's spread being 3.4 dB."""
    n = len(links)
    network = SimpleNamespace(
        heard_beaconer=np.zeros(n, np.int64),
        n_beacons=np.array([float(N_PACKETS)]),
        heard_n=np.full(n, float(N_PACKETS)),
        heard_var_db2=np.array([link.var() for link in links]),
    )
    return cable_ratios(network, SimpleNamespace(fading_db=3.4))[0]


def eights(values: np.ndarray) -> list[np.ndarray]:
    return [values[at : at + N_PACKETS] for at in range(0, len(values) - N_PACKETS + 1, N_PACKETS)]


def bonn() -> list[np.ndarray]:
    links = []
    for attenuation in (5, 15, 25, 35, 45, 55):
        with (BONN / f"{attenuation}dB.csv").open() as file:
            next(file)
            rows = list(csv.DictReader(file))
        rssi, snr = (
            np.array([float(row[f"meta.gateway_stats.{name}"]) for row in rows if row["meta.gateway_stats.snr"]])
            for name in ("rssi", "snr")
        )
        links += eights(esp_dbm_from(rssi, snr))
    return links


def grenoble() -> list[np.ndarray]:
    heard: dict[str, list[float]] = {}
    with gzip.open(GRENOBLE / "EMS_A81758FFFE04B1C1.ndjson.gz", "rt") as file:
        for line in file:
            for hotspot in json.loads(line).get("hotspots", []):
                if hotspot.get("rssi") is not None and hotspot.get("snr") is not None:
                    heard.setdefault(hotspot["id"], []).append(float(esp_dbm_from(hotspot["rssi"], hotspot["snr"])))
    return [part for values in heard.values() for part in eights(np.array(values))]


def test_cabled_links_are_told_from_links_on_the_air():
    cable, air = ratios(bonn()), ratios(grenoble())
    assert len(cable) == 72 and len(air) > 300
    assert (cable > 0.0).mean() > 0.9
    # a fixed link over hours can be as calm as a cable for eight packets: hence at least half of a hotspot's links
    assert (air > 0.0).mean() < 0.3
    assert np.median(air) < -5.0 < 2.0 < np.median(cable)
