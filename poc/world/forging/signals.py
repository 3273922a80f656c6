"""What a forger writes for signal strength and SNR, by how much it knows of the rules and of radio.

none         whole numbers that look like radio, whatever the distance
fspl-aware   just under what Helium's RSSI check allows between the asserted places (`spec/helium-iot.md` §7.1)
model-aware  what the true law of radio would have given between the asserted places: path loss over the map, a frozen
             reciprocal shadowing of the forger's own, mounting losses and receivers as honest ones have, fading
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells
from poc.keys import Keys
from poc.paths import Places, median_loss
from poc.table import Array, Table
from poc.world.attacks.attack import View
from radio_models.lora.receiver import esp_dbm_from, reported_rssi_dbm, reported_snr_db, sensitivity_dbm

Forging = Literal["none", "fspl-aware", "model-aware"]

_SPEED_OF_LIGHT = 2.998e8  # as Helium rounds it
_BLIND_RSSI_DBM = (-120.0, -70.0)
_MOUNTING_LOSS_DB = (6.0, 5.0)  # mean and spread, those of an honest fleet (`fleet.mean_loss_db`, `bias_spread_db`)
_RECEIVER_BIAS_DB = 2.0  # spread, as `fleet.rssi_bias_spread_db`


@dataclass(frozen=True, slots=True)
class Signals:
    """Forged readings: RSSI [dBm], SNR [dB], and whether there is a reception at all."""

    rssi_dbm: Array
    snr_db: Array
    heard: Array


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of links, by row of `view.hotspots`, and claimed power [dBm], frequency [Hz] and beacon id of each."""

    sender: Array
    witness: Array
    power_dbm: Array
    frequency_hz: Array
    beacon: Array


def ends_of(view: View, beacons: Table, witness: Array) -> Ends:
    """Ends of the links from BEACONS rows to witnesses (ids), one each."""
    hotspots = view.hotspots
    return Ends(
        hotspots.rows_of(beacons["hotspot"]), hotspots.rows_of(witness),
        beacons["power_dbm"].astype(np.float64), beacons["frequency_hz"], beacons["beacon"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a group that vouches for its own beacons looks like neighbours do, beyond the level of its forging.

    as_neighbours: it reports a beacon only where the law of radio would have let a neighbour at the asserted place hear
    it, so that counts look honest. margin_db: above 0, fspl-aware strengths are scattered instead of just under the
    bound: each pair has a draw for ever, exponential with this mean over the least that can be heard [dB], as honest
    receptions have, and at most 3 dB under the bound; the spread of the receivers comes on top.
    """

    as_neighbours: bool = False
    margin_db: float = 0.0


def signals(level: Forging, view: View, ends: Ends, keys: Keys, likeness: Likeness | None = None) -> Signals:
    """Forged readings of links at a level; keyed by beacon and witness."""
    likeness = likeness or Likeness()
    if level == "fspl-aware" and likeness.margin_db:
        made = readings(view, scattered_dbm(view, ends, keys, likeness.margin_db, fading=True), ends, keys)
    else:
        made = _plain_signals(level, view, ends, keys)
    if not likeness.as_neighbours:
        return made
    return Signals(made.rssi_dbm, made.snr_db, made.heard & would_hear(view, ends, keys))


def would_hear(view: View, ends: Ends, keys: Keys) -> Array:
    """Which packets a neighbour at the asserted place would have heard, by the law of radio."""
    return _plain_signals("model-aware", view, ends, keys).heard


def scattered_dbm(view: View, ends: Ends, keys: Keys, margin_db: float, *, fading: bool) -> Array:
    """Power [dBm] over the least that can be heard by an exponential draw of each pair, capped 3 dB under the bound."""
    ids = view.hotspots["hotspot"]
    pair = np.minimum(ids[ends.sender], ids[ends.witness]), np.maximum(ids[ends.sender], ids[ends.witness])
    least_dbm = float(sensitivity_dbm(view.plan.poc_spreading_factor, view.radio.noise_figure_db))
    bound_dbm = free_space_bound_dbm(view.hotspots, ends)
    level_dbm = least_dbm + margin_db * keys.of("margin").exponential(*pair)
    if fading:
        level_dbm = level_dbm + view.radio.fading.fading_db(keys.of("fading").uniform(ends.beacon, ids[ends.witness]))
    return np.asarray(np.minimum(level_dbm, bound_dbm - 3.0))


def _plain_signals(level: Forging, view: View, ends: Ends, keys: Keys) -> Signals:
    witness = view.hotspots["hotspot"][ends.witness]
    if level == "model-aware":
        fading = view.radio.fading.fading_db(keys.of("fading").uniform(ends.beacon, witness))
        return readings(view, modelled_dbm(view, ends, keys) + fading, ends, keys)
    u = keys.of("lowered").uniform(ends.beacon, witness)
    if level == "fspl-aware":
        rssi_dbm = np.minimum(np.floor(free_space_bound_dbm(view.hotspots, ends) - 1.0 - 6.0 * u), -40.0)
    else:
        rssi_dbm = np.round(_BLIND_RSSI_DBM[0] + (_BLIND_RSSI_DBM[1] - _BLIND_RSSI_DBM[0]) * u)
    snr_db = np.round((-5.0 + 14.0 * keys.of("snr").uniform(ends.beacon, witness)) * 4.0) / 4.0
    return Signals(rssi_dbm, snr_db, np.ones(len(u), bool))


def readings(view: View, received_dbm: Array, ends: Ends, keys: Keys) -> Signals:
    """What an honest receiver would have reported of these powers [dBm]."""
    noise_figure_db = view.radio.noise_figure_db
    least_dbm = float(sensitivity_dbm(view.plan.poc_spreading_factor, noise_figure_db))
    witness = view.hotspots["hotspot"][ends.witness]
    bias_db = _RECEIVER_BIAS_DB * keys.of("receiver-bias").normal(witness)
    jitter = keys.of("receiver").normal(ends.beacon, witness)
    floored_dbm = np.maximum(received_dbm, least_dbm)
    return Signals(
        reported_rssi_dbm(floored_dbm, noise_figure_db, bias_db, jitter),
        reported_snr_db(floored_dbm, noise_figure_db),
        received_dbm >= least_dbm,
    )


def apart_readings(view: View, source: Table, own: Table, apart_db: Array, keys: Keys) -> Signals:
    """What members (rows of TRUTH) report of packets that another receiver heard (`source`, WITNESS_REPORTS).

    The power behind each reading is moved by `apart_db` [dB] and read anew by a receiver of the member's own, so that
    RSSI and SNR fit each other; what falls below the least that can be heard is not reported.
    """
    noise_figure_db = view.radio.noise_figure_db
    least_dbm = float(sensitivity_dbm(view.plan.poc_spreading_factor, noise_figure_db))
    received_dbm = esp_dbm_from(source["rssi_dbm"], source["snr_db"]) + apart_db
    bias_db = _RECEIVER_BIAS_DB * keys.of("receiver-bias").normal(own["hotspot"])
    jitter = keys.of("receiver").normal(source["report"], own["hotspot"])
    floored_dbm = np.maximum(received_dbm, least_dbm)
    return Signals(
        reported_rssi_dbm(floored_dbm, noise_figure_db, bias_db, jitter),
        reported_snr_db(floored_dbm, noise_figure_db),
        received_dbm >= least_dbm,
    )


def modelled_dbm(view: View, ends: Ends, keys: Keys) -> Array:
    """Received power [dBm] before fading that the law of radio gives between the asserted places; the same for ever."""
    hotspots = view.hotspots
    places = Places(*coordinates_from_cells(hotspots["cell"]), np.maximum(hotspots["elevation_m"], 2.0))
    tx, rx = places.take(ends.sender), places.take(ends.witness)
    tx_xyz_m, rx_xyz_m = tx.lattice_m(), rx.lattice_m()
    distance_m = np.sqrt(((tx_xyz_m - rx_xyz_m) ** 2).sum(axis=1))
    frequency_hz = float(np.mean(view.plan.channels_hz))
    loss_db, _ = median_loss(view.radio.path_loss, view.city, tx, rx, distance_m, frequency_hz)
    shadowing_db = view.radio.shadowing.shadowing_db(tx_xyz_m, rx_xyz_m, keys.of("shadowing"))
    mounting_db = np.maximum(
        0.0, _MOUNTING_LOSS_DB[0] + _MOUNTING_LOSS_DB[1] * keys.of("mounting").normal(hotspots["hotspot"])
    )
    gain_dbi = hotspots["gain_dbi"] - mounting_db
    return np.asarray(ends.power_dbm + gain_dbi[ends.sender] + gain_dbi[ends.witness] - loss_db + shadowing_db)


def free_space_bound_dbm(hotspots: Table, ends: Ends) -> Array:
    """What Helium's RSSI check would allow between the asserted places [dBm], gains cut to whole dB."""
    latitude_deg, longitude_deg = coordinates_from_cells(hotspots["cell"])
    sender, witness = ends.sender, ends.witness
    distance_m = great_circle_m(
        latitude_deg[sender], longitude_deg[sender], latitude_deg[witness], longitude_deg[witness]
    )
    waves = np.maximum(distance_m, 1.0) * ends.frequency_hz / _SPEED_OF_LIGHT
    gain_dbi = np.trunc(hotspots["gain_dbi"])
    return np.asarray(ends.power_dbm + gain_dbi[sender] + gain_dbi[witness] - 20.0 * np.log10(4.0 * np.pi * waves))


def blind_cap_dbm(view: View, safe_km: float) -> float:
    """The strongest signal that passes the RSSI check for any sender up to `safe_km` away [dBm].

    Nobody can know who sent a stranger's beacon before the report is due (the payload does not say), so this is all
    that a forger can do about it; the sender is taken to have no gain and the region's power.
    """
    frequency_hz = float(max(view.plan.channels_hz))
    free_space_db = 20.0 * np.log10(4.0 * np.pi * 1000.0 * safe_km * frequency_hz / _SPEED_OF_LIGHT)
    power_dbm = min(int(view.plan.conducted_power_dbm(0.0)), view.plan.hardware_limit_dbm)
    return float(np.floor(power_dbm - free_space_db))


def check_margin(margin_db: float) -> None:
    """ValueError for a scatter that cannot be."""
    if not 0.0 <= margin_db <= 60.0:
        raise ValueError(f"margin_db = {margin_db}, expected 0 to 60 dB; correct it.")
