"""The static stage: what every hotspot would receive of every other before fading, the same in every epoch.

Received power is quantised to 0.01 dB, so that any later engine can hold the same numbers in 16 bits.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from poc.paths import Places, median_loss
from poc.table import Array, Table
from poc.world.truth import Setting
from poc.world.witnessing.neighbours import neighbourhoods
from poc.world.witnessing.reach import deficit_db, fade_floor_db, reach_of
from radio_models.free_space import free_space_loss_db
from radio_models.model import NEEDS_TERRAIN

BLOCK = 500_000  # candidate pairs scanned at a time; results do not depend on it
TERRAIN_GAIN_DB = 6.0  # what a ground reflection in phase can add to free space


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links by sender row: link k of sender s stands at `start[s] <= k < start[s + 1]`.

    `witness` rows of the truth, `received_cdbm` median received power [0.01 dBm] without fading, `n_outside` links
    beyond the distance domain of the path-loss model, `radius_m` the search radius.
    """

    start: Array
    witness: Array
    received_cdbm: Array
    n_outside: int
    radius_m: float


def static_links(truth: Table, setting: Setting, sensitivity_dbm: float) -> Links:
    """All links that are heard with at least `FADE_FLOOR` probability once shadowing is known.

    A pair whose mean margin leaves less than `radio.miss_probability` is not looked at (design §6).
    """
    radio, city = setting.radio, setting.city
    places = Places(truth["latitude_deg"], truth["longitude_deg"], truth["height_m"])
    xyz_m = places.lattice_m()
    frequency_hz = float(np.mean(setting.plan.channels_hz))
    field = radio.shadowing.field(xyz_m, setting.keys.of("shadowing"))
    deficit = deficit_db(radio.shadowing.sigma_db, radio.fading, radio.miss_probability)
    floor = fade_floor_db(radio.fading)
    gain_dbi, power_dbm = truth["gain_dbi"], truth["power_dbm"]

    def least_loss_db(distance_m: Array) -> Array:
        if type(radio.path_loss) in NEEDS_TERRAIN:  # no distance tells what a ridge hides: free space is the best case
            return np.asarray(free_space_loss_db(distance_m, frequency_hz) - TERRAIN_GAIN_DB)
        tallest = np.full(len(distance_m), places.height_m.max(initial=1.0))
        top = Places(np.zeros(len(distance_m)), np.zeros(len(distance_m)), tallest)
        return median_loss(radio.path_loss, None, top, top, distance_m, frequency_hz)[0]

    sent_db = power_dbm + gain_dbi - sensitivity_dbm + deficit
    weakest, strongest = (float(end(sent_db, initial=0.0) + end(gain_dbi, initial=0.0)) for end in (np.min, np.max))
    reach = reach_of(least_loss_db, weakest, strongest)
    near = neighbourhoods(xyz_m, sent_db, gain_dbi, reach)

    def block(rows: tuple[int, int]) -> tuple[Array, Array, Array, int]:
        pairs = near.pairs(*rows)
        sender, witness = pairs.sender, pairs.witness
        loss_db, outside = median_loss(
            radio.path_loss, city, places.take(sender), places.take(witness), pairs.distance_m, frequency_hz
        )
        mean = sent_db[sender] + gain_dbi[witness] - loss_db  # over sensitivity less deficit; −inf is never likely
        likely = np.flatnonzero(mean >= 0.0)
        n_outside = int(outside[likely].sum())
        sender, witness = sender[likely], witness[likely]
        received = mean[likely] + (sensitivity_dbm - deficit) + field.link_db(sender, witness)
        heard = np.flatnonzero(received - sensitivity_dbm >= -floor)
        received_cdbm = np.clip(np.round(received[heard] * 100.0), -32767, 32767).astype(np.int16)
        return sender[heard].astype(np.int32), witness[heard].astype(np.int32), received_cdbm, n_outside

    with ThreadPoolExecutor(setting.jobs) as pool:
        parts = list(pool.map(block, near.blocks(BLOCK)))
    sender = np.concatenate([part[0] for part in parts] or [np.zeros(0, np.int32)])
    return Links(
        start=np.searchsorted(sender, np.arange(len(truth) + 1)),
        witness=np.concatenate([part[1] for part in parts] or [np.zeros(0, np.int32)]),
        received_cdbm=np.concatenate([part[2] for part in parts] or [np.zeros(0, np.int16)]),
        n_outside=sum(part[3] for part in parts),
        radius_m=reach.largest_m,
    )
