"""helium-l1-pocv10: the chain's rules before region plans, one power and one gain for everybody."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

from poc.profiles.helium_l1_pocv11 import (
    ADMISSION_CHECKS,
    HELIUM_L1_POCV11,
    POOLS,
    RECEIPT_CHECKS,
    RESERVED,
    SIMPLIFICATIONS,
    UNKNOWN,
)
from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import EvidenceKind, Pool
from poc.rewards.chain_epochs import bones_a_day
from poc.rewards.challengers import challenged_claims
from poc.rewards.rules.chain_density import ChainDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.addresses import judge_by_address
from poc.validator.checks.capability import beaconer_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.legacy_channel import another_channel, no_frequency
from poc.validator.checks.legacy_distance import legacy_distance
from poc.validator.checks.legacy_rssi import rssi_v10
from poc.validator.checks.legacy_snr import snr_bound
from poc.validator.judge import Rules
from poc.validator.random_selection import random_witnesses

RULES = Rules(
    admission=ADMISSION_CHECKS,
    beacon=(beaconer_capability,),
    witness=(
        *RECEIPT_CHECKS,
        no_frequency,  # witness_zero_freq
        legacy_distance,  # witness_too_far
        witness_cell_distance,  # witness_too_close, pentagonal_distortion
        rssi_v10,  # witness_rssi_too_high
        snr_bound,  # witness_rssi_below_lower_bound
        another_channel,  # witness_on_incorrect_channel
    ),
    beacon_reciprocity=(),
    witness_reciprocity=(),
    select=random_witnesses,
    counts_unheard=True,
)

#: Unused data emission went to challengees, witnesses and challengers in proportion to their percents.
_OF_27_5 = (Decimal("5.31") / Decimal("27.5"), Decimal("21.24") / Decimal("27.5"))

HELIUM_L1_POCV10 = replace(
    HELIUM_L1_POCV11,
    name="helium-l1-pocv10",
    title="Helium's own chain, PoC v10: one power for all, signal bounded on both sides",
    valid_from="",
    valid_to="2021-11",
    evidence_kinds=(
        EvidenceKind(
            name="beacon_witness",
            reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
            judge=partial(judge_by_address, RULES),
            claims=challenged_claims,
            checks=RULES.stages,
        ),
    ),
    limits=HeliumLimits(density_table="hip-17", max_witnesses=25),
    reward_rule=ChainDensity(),
    emission=replace(
        HELIUM_L1_POCV11.emission,
        bones_per_day=bones_a_day(5_000_000),
        pools=(
            replace(POOLS[0], unused_data_share=_OF_27_5[0]),
            replace(POOLS[1], unused_data_share=_OF_27_5[1]),
            Pool("challengers", Decimal("0.0095"), unused_data_share=1 - _OF_27_5[0] - _OF_27_5[1]),
        ),
        reserved={name: share for name, share in RESERVED.items() if name != "challengers"},
        source="HIP-20, helium/blockchain-core `blockchain_ct_utils.erl` monthly_reward: 5 million HNT a month before "
        "the first halving (2021-08-01); blocks and shares as for v11",
    ),
    status="in force before region plans",
    simplifications=SIMPLIFICATIONS,
    unknown=(
        *UNKNOWN,
        "The day on which v10 began.",
        "When between 2020-12 (25) and 2021-09 (10) the number of witnesses of a hop changed; 25 is taken.",
    ),
)
