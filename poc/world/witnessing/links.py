"""The static stage: what every hotspot would receive of every other before fading, the same in every epoch.

Links are asked for by ranges of senders, so that nothing the size of all pairs need be held. Received power is
quantised to 0.01 dB, and only that number goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from poc.paths import Places, median_loss
from poc.table import Array, Table
from poc.world.truth import Setting
from poc.world.witnessing.laws import Law, Shadow, law_of, shadow_of
from poc.world.witnessing.neighbours import COMPILED_FROM, Neighbourhoods, Reach, neighbourhoods
from poc.world.witnessing.reach import deficit_db, fade_floor_db, reach_of
from poc.world.witnessing.sites import Ground, ground_of
from radio_models.free_space import free_space_loss_db
from radio_models.model import NEEDS_TERRAIN

BLOCK = 500_000  # candidate pairs scanned at a time; results do not depend on it
SMALL_BLOCK = 60_000  # the same for a small fleet: few enough for a processor's cache
TERRAIN_GAIN_DB = 6.0  # what a ground reflection in phase can add to free space


@dataclass(frozen=True, slots=True)
class Links:
    """Directed links of a range of senders: link k of the j-th of them stands at `start[j] <= k < start[j + 1]`.

    `witness`: places in `Sites` (int32), `received_cdbm`: median received power without fading [0.01 dBm] (int16),
    `n_outside`: links beyond the distance domain of the path-loss model.
    """

    start: Array
    witness: Array
    received_cdbm: Array
    n_outside: int

    def __len__(self) -> int:
        return len(self.witness)


@dataclass(frozen=True, slots=True)
class Airspace:
    """All that links follow from: who stands where, the losses between them, and how much is too little.

    `places` and `field` are in the order of `ground.sites`. A pair whose mean received power is below `least_cdbm` is
    not looked at: it would be heard with less than `radio.miss_probability` (design §6). A link weaker than
    `floor_cdbm` after shadowing is left out: each of its beacons is heard with less than `FADE_FLOOR`.
    """

    ground: Ground
    places: Places
    setting: Setting
    reach: Reach
    field: Any
    law: Law | None
    shadow: Shadow | None
    least_cdbm: np.float32
    floor_cdbm: int

    def links(self, begin: int, end: int) -> Links:
        """The links of the sites `begin` to `end`: compiled for many sites and losses in closed form."""
        if self.law is not None and self.shadow is not None and len(self.ground) >= COMPILED_FROM:
            from poc.world.witnessing.static import links_compiled

            return links_compiled(self, begin, end)
        return self.links_in_numpy(begin, end)

    def links_in_numpy(self, begin: int, end: int) -> Links:
        """The plain form, which the compiled one is held to; it knows every path-loss model."""
        near = self.neighbourhoods()
        n_candidates = BLOCK if len(self.ground) >= COMPILED_FROM else SMALL_BLOCK
        pairs = (near.pairs(*rows) for rows in near.blocks(begin, end, n_candidates))
        parts = [self.received(each.sender, each.witness, each.distance_m) for each in pairs]
        sender = np.concatenate([part[0] for part in parts] or [np.zeros(0, np.int64)])
        return Links(
            start=np.searchsorted(sender, np.arange(begin, end + 1)),
            witness=np.concatenate([part[1] for part in parts] or [np.zeros(0, np.int64)]).astype(np.int32),
            received_cdbm=np.concatenate([part[2] for part in parts] or [np.zeros(0, np.int16)]),
            n_outside=sum(part[3] for part in parts),
        )

    def received(self, sender: Array, witness: Array, distance_m: Array) -> tuple[Array, Array, Array, int]:
        """Which of some pairs of sites are links, and how strong: sender, witness, power [0.01 dBm], `n_outside`.

        `distance_m` along the chord, looked at by models that are no closed form.
        """
        sites = self.ground.sites
        if self.law is not None:
            mean, outside = self.law.mean_cdbm(sites, sender, witness), np.zeros(len(sender), bool)
        else:
            loss_db, outside = median_loss(
                self.setting.radio.path_loss, self.setting.city, self.places.take(sender), self.places.take(witness),
                distance_m, _frequency_hz(self.setting),
            )  # fmt: skip
            gains_cdb = sites.sent_cdb[sender].astype(np.float32) + sites.heard_cdb[witness].astype(np.float32)
            mean = gains_cdb - (100.0 * loss_db).astype(np.float32)  # −inf is never likely
        likely = np.flatnonzero(mean >= self.least_cdbm)
        sender, witness = sender[likely], witness[likely]
        shadow_cdb = (100.0 * self.field.link_db(sender, witness)).astype(np.float32)
        received_cdbm = np.minimum(np.rint(mean[likely] + shadow_cdb), 32767.0)
        strong = np.flatnonzero(received_cdbm >= self.floor_cdbm)
        return sender[strong], witness[strong], received_cdbm[strong].astype(np.int16), int(outside[likely].sum())

    def neighbourhoods(self) -> Neighbourhoods:
        """The fleet sorted for looking up who may hear whom."""
        sites = self.ground.sites
        return neighbourhoods(self.places.lattice_m(), sites.sent_cdb / 100.0, sites.heard_cdb / 100.0, self.reach)


def airspace_of(truth: Table, setting: Setting, sensitivity_dbm: float, bin_m: float | None = None) -> Airspace:
    """The airspace of a fleet under the scenario's radio; bins of another size give the same results."""
    radio = setting.radio
    ground = ground_of(truth, bin_m=bin_m)
    row = ground.sites.row
    places = Places(truth["latitude_deg"], truth["longitude_deg"], truth["height_m"]).take(row)
    deficit = deficit_db(radio.shadowing.sigma_db, radio.fading, radio.miss_probability)
    frequency_hz = _frequency_hz(setting)

    def least_loss_db(distance_m: Array) -> Array:
        if type(radio.path_loss) in NEEDS_TERRAIN:  # no distance tells what a ridge hides: free space is the best case
            return np.asarray(free_space_loss_db(distance_m, frequency_hz) - TERRAIN_GAIN_DB)
        tallest = np.full(len(distance_m), places.height_m.max(initial=1.0))
        top = Places(np.zeros(len(distance_m)), np.zeros(len(distance_m)), tallest)
        return median_loss(radio.path_loss, None, top, top, distance_m, frequency_hz)[0]

    sent_db, heard_db = ground.sites.sent_cdb / 100.0, ground.sites.heard_cdb / 100.0
    weakest, strongest = (float(end(sent_db, initial=0.0) + end(heard_db, initial=0.0)) for end in (np.min, np.max))
    least_db = sensitivity_dbm - deficit
    reach = reach_of(least_loss_db, weakest - least_db, strongest - least_db)
    reach = replace(reach, lowest_db=reach.lowest_db + least_db)  # by power alone
    field = radio.shadowing.field(places.lattice_m(), setting.keys.of("shadowing"))
    return Airspace(
        ground=ground,
        places=places,
        setting=setting,
        reach=reach,
        field=field,
        law=law_of(radio.path_loss, frequency_hz, reach),
        shadow=shadow_of(field, len(ground)),
        least_cdbm=np.float32(100.0 * least_db),
        floor_cdbm=math.ceil(100.0 * (sensitivity_dbm - fade_floor_db(radio.fading))),
    )


def _frequency_hz(setting: Setting) -> float:
    return float(np.mean(setting.plan.channels_hz))
