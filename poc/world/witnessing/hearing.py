"""The draw of each beacon on each link: one uniform word decides fading, and with it whether it is heard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.keys import Keys
from poc.table import Array, Table
from poc.world.beaconing import Transmissions
from poc.world.witnessing.links import Links
from poc.world.witnessing.neighbours import blocks_of

BLOCK = 1_000_000  # link draws at a time; results do not depend on it


@dataclass(frozen=True, slots=True)
class Heard:
    """Receptions: row of the transmission, row of the witness, received power [dBm] with fading."""

    transmission: Array
    witness: Array
    received_dbm: Array


def hear(
    on_air: Transmissions, links: Links, truth: Table, fading: Any, sensitivity_dbm: float, keys: Keys, jobs: int
) -> Heard:
    """Who heard which beacon, ordered by transmission and then as the links are."""
    keys = keys.of("fading")
    hotspot = truth["hotspot"]

    def block(rows: tuple[int, int]) -> tuple[Array, Array, Array]:
        senders = on_air.sender[slice(*rows)]
        first, count = links.start[senders], links.start[senders + 1] - links.start[senders]
        transmission = np.repeat(np.arange(*rows), count)
        link = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count) + np.arange(len(transmission))
        witness = links.witness[link]
        uniform = keys.uniform(on_air.beacon[transmission], hotspot[witness])
        received = links.received_cdbm[link] / 100.0 + fading.fading_db(uniform)
        heard = np.flatnonzero(received >= sensitivity_dbm)
        return transmission[heard], witness[heard], received[heard]

    blocks = blocks_of(links.start[on_air.sender + 1] - links.start[on_air.sender], BLOCK)
    with ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(block, blocks))
    empty = np.zeros(0, np.int64)
    return Heard(
        transmission=np.concatenate([part[0] for part in parts] or [empty]),
        witness=np.concatenate([part[1] for part in parts] or [empty]).astype(np.int64),
        received_dbm=np.concatenate([part[2] for part in parts] or [np.zeros(0)]),
    )

