"""helium-l1-pocv10: the chain's rules before region plans, one power and one gain for everybody."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from poc.profiles.helium_l1_pocv11 import (
    ADMISSION_CHECKS,
    HELIUM_L1_POCV11,
    POOLS,
    RECEIPT_CHECKS,
    RESERVED,
    SIMPLIFICATIONS,
)
from poc.profiles.limits import HeliumLimits
from poc.validator.checks.capability import beaconer_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.legacy_channel import no_frequency
from poc.validator.checks.legacy_distance import legacy_distance
from poc.validator.checks.legacy_rssi import rssi_v10
from poc.validator.checks.legacy_snr import snr_bound
from poc.validator.judge import Rules, judge
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
    ),
    beacon_reciprocity=(),
    witness_reciprocity=(),
    select=random_witnesses,
)

HELIUM_L1_POCV10 = replace(
    HELIUM_L1_POCV11,
    name="helium-l1-pocv10",
    title="Helium's own chain, PoC v10: one power for all, signal bounded on both sides",
    valid_from="",
    valid_to="2021-11",
    evidence_kinds=(
        replace(HELIUM_L1_POCV11.evidence_kinds[0], judge=partial(judge, RULES), checks=RULES.stages, rules=RULES),
    ),
    limits=HeliumLimits(density_table="hip-17", max_witnesses=25),
    emission=replace(
        HELIUM_L1_POCV11.emission,
        bones_per_day=16_438_356_164_383,
        pools=POOLS,
        reserved=RESERVED,
        source="HIP-20: 60 million HNT a year before the first halving (2021-08-01), over 365; shares as for v11",
    ),
    simplifications=(
        *SIMPLIFICATIONS,
        "The day on which v10 began is unknown here; from 2021-09 the chain kept 10 witnesses, not 25.",
    ),
)
