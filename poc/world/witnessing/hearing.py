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

BLOCK = 500_000  # link draws at a time; results do not depend on it
_LOWEST_CDBM = -(2**15)


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
    # the least uniform draw that is heard, for every received power there can be: one look-up instead of a fade a link
    least = 1.0 - fading.survival(np.arange(_LOWEST_CDBM, -_LOWEST_CDBM) / 100.0 - sensitivity_dbm)

    def block(rows: tuple[int, int]) -> tuple[Array, Array, Array]:
        senders = on_air.sender[slice(*rows)]
        first, count = links.start[senders], links.start[senders + 1] - links.start[senders]
        transmission = np.repeat(np.arange(*rows), count)
        link = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count) + np.arange(len(transmission))
        witness = links.witness[link]
        uniform = keys.uniform(on_air.beacon[transmission], hotspot[witness])
        cdbm = links.received_cdbm[link]
        heard = np.flatnonzero(uniform >= least[cdbm.astype(np.int64) - _LOWEST_CDBM])
        received = cdbm[heard] / 100.0 + fading.fading_db(uniform[heard])
        return transmission[heard], witness[heard], np.maximum(received, sensitivity_dbm)

    blocks = blocks_of(links.start[on_air.sender + 1] - links.start[on_air.sender], BLOCK)
    with ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(block, blocks))
    empty = np.zeros(0, np.int64)
    return Heard(
        transmission=np.concatenate([part[0] for part in parts] or [empty]),
        witness=np.concatenate([part[1] for part in parts] or [empty]).astype(np.int64),
        received_dbm=np.concatenate([part[2] for part in parts] or [np.zeros(0)]),
    )
