"""From verdicts to claims: who says to cover which cell, proven by which event. All that a reward rule sees.

Source of the paid participations: oracles-iot `runner.rs`, `reward_share.rs`, `spec/helium-iot.md` §7.3, §8.
A selected witness report proves a radio link, and so two reaches: the witness reaches the beaconer's asserted cell, the
beaconer the witness's. The beaconer's unit belongs to the beacon as a whole and stands on one row of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from poc.schema import CLAIMS
from poc.table import Array, Gathered, Table
from poc.validator.denylist import suspects
from poc.validator.judgement import Judgement
from radio_models.lora.receiver import esp_dbm_from, sensitivity_dbm

#: role → meaning. `beacon_witness_claims` gives rows of the first three, in this order. `witness` and `reach` rows name
#: a cell, `beaconer` and `witness` rows carry a reward unit.
ROLES = {
    "beaconer": "sent a valid beacon with at least one selected witness",
    "witness": "heard it and was selected",
    "reach": "the beaconer, heard by that witness",
    "challenger": "asked for the beacon, on the old chain",
}
_KINDS, _ROLES = np.array(["beacon_witness"]), np.array(list(ROLES))
_STRENGTH_DB = (-60.0, 160.0)  # reports may say anything; a margin beyond these is no radio


def beacon_witness_claims(judgement: Judgement, limits: Any) -> Table:
    """CLAIMS of an epoch of kind beacon_witness.

    `evidence` is the beacon id on beaconer rows and the report id on witness and reach rows. `strength_db` is the
    effective signal power of the report over the sensitivity of its spreading factor.
    """
    beacons = judgement.verdicts["beacon_verdicts"]
    beacons = beacons.take((beacons["reason"] == 0) & (beacons["n_selected"] > 0))
    selected = judgement.verdicts["witness_verdicts"]["selected"]
    reports, heard = (
        judgement.verdicts["witness_verdicts"].take(selected),
        judgement.joined["receptions"].take(selected),
    )
    strength_db = strength_over_sensitivity_db(heard["rssi_dbm"], heard["snr_db"], heard["spreading_factor"])
    n, n_sent, nobody = len(reports), len(beacons), np.zeros(len(beacons), np.uint64)
    roles = np.repeat(np.array([0, 1, 2], np.uint8), [n_sent, n, n])
    columns = {
        "evidence": (beacons["beacon"], reports["report"], reports["report"]),
        "hotspot": (beacons["hotspot"], reports["witness"], reports["beaconer"]),
        "peer": (nobody, reports["beaconer"], reports["witness"]),
        "cell": (nobody, heard["beaconer_cell"], heard["witness_cell"]),
        "strength_db": (np.zeros(n_sent), strength_db, strength_db),
        "hex_scale_e4": (beacons["hex_scale_e4"], reports["hex_scale_e4"], reports["hex_scale_e4"]),
        "reward_unit_e4": (beacons["reward_unit_e4"], reports["reward_unit_e4"], np.zeros(n, np.int64)),
    }
    parts: dict[str, tuple[Array, Array | None]] = {name: (np.concatenate(c), None) for name, c in columns.items()}
    parts["kind"] = _KINDS, np.zeros(len(roles), np.uint8)
    parts["role"] = _ROLES, roles
    return Table(CLAIMS, Gathered({name: parts[name] for name in CLAIMS.names}))


def strength_over_sensitivity_db(
    rssi_dbm: npt.NDArray[np.float64], snr_db: npt.NDArray[np.float64], spreading_factor: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float64]:
    """Effective signal power over sensitivity [dB], from what the report says; bounded, never NaN.

    >>> strength_over_sensitivity_db(np.array([-100.0]), np.array([9.0]), np.array([9], np.uint8)).round(1).tolist()
    [29.0]
    """
    snr_db = np.clip(np.nan_to_num(snr_db, nan=0.0), -60.0, 60.0)
    esp_dbm = esp_dbm_from(np.nan_to_num(rssi_dbm, nan=-200.0), snr_db)
    return np.clip(esp_dbm - sensitivity_dbm(np.clip(spreading_factor, 5, 12)), *_STRENGTH_DB)


def claims_without_suspects(claims: Table, scores: Table) -> Table:
    """The claims that neither come from a suspect nor rest on one as the peer.

    Units stay as the protocol attached them: a beaconer's own row names no peer and stays.
    """
    return claims_without(claims, suspects(scores))


def claims_without(claims: Table, guilty: npt.NDArray[np.uint64]) -> Table:
    """The claims that are not of these hotspots and do not rest on one of them as the peer."""
    return claims.take(~(np.isin(claims["hotspot"], guilty) | np.isin(claims["peer"], guilty)))
