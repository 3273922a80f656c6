"""L1: whoever challenges is paid, one share for each valid beacon.

Hotspots beacon by themselves here, so a challenger is drawn for each beacon among the others that beaconed that day.
Source: helium/blockchain-core 0fc794e, `spec/helium-iot.md` §12.1, §10 (0.95 % for challengers).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.keys import mix64
from poc.reasons import Reason
from poc.rewards.claims import beacon_witness_claims
from poc.schema import CLAIMS
from poc.table import Table
from poc.validator.judgement import Judgement

ONE_E4 = 10_000
_NO_CHALLENGERS = (Reason.gateway_not_found, Reason.not_asserted, Reason.invalid_capability)


def challenged_claims(judgement: Judgement, limits: Any) -> Table:
    """CLAIMS of kind beacon_witness, and one of role `challenger` for each valid beacon, `evidence` its id."""
    claims = beacon_witness_claims(judgement, limits)
    beacons = judgement.verdicts["beacon_verdicts"]
    candidates = np.unique(beacons["hotspot"][~np.isin(beacons["reason"], _NO_CHALLENGERS)])
    valid = beacons.take(beacons["reason"] == Reason.none)
    if len(candidates) < 2 or not len(valid):
        return claims
    own = np.searchsorted(candidates, valid["hotspot"])
    drawn = (mix64(valid["beacon"]) % np.uint64(len(candidates) - 1)).astype(np.int64)
    drawn += drawn >= own  # everybody but the beaconer
    challengers = CLAIMS.table(
        kind=np.full(len(valid), "beacon_witness"), evidence=valid["beacon"], hotspot=candidates[drawn],
        role=np.full(len(valid), "challenger"), peer=valid["hotspot"], cell=0, strength_db=0.0,
        hex_scale_e4=ONE_E4, reward_unit_e4=ONE_E4,
    )  # fmt: skip
    return Table.concat([claims, challengers])
