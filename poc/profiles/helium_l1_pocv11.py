"""helium-l1-pocv11: proof-of-coverage on Helium's own chain with region plans, until the oracles took over."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, EvidenceKind, Pool, Profile
from poc.rewards.chain_epochs import bones_a_day
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.addresses import judge_by_address
from poc.validator.checks.asserted import beaconer_asserted, witness_asserted
from poc.validator.checks.capability import beaconer_capability, witness_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.heard_payload import heard_payload
from poc.validator.checks.known import beaconer_known, witness_known
from poc.validator.checks.legacy_channel import another_channel, no_frequency, off_channel
from poc.validator.checks.legacy_distance import legacy_distance
from poc.validator.checks.legacy_rssi import rssi_v11
from poc.validator.checks.region import witness_region
from poc.validator.checks.same_address import same_address
from poc.validator.checks.self_witness import self_witness
from poc.validator.judge import Rules
from poc.validator.random_selection import random_witnesses

ADMISSION_CHECKS = (beaconer_known, beaconer_asserted)
RECEIPT_CHECKS = (
    duplicate,  # duplicate_witnesses
    witness_known,
    witness_asserted,
    self_witness,  # dropped by the challenger
    same_address,  # dropped by the challenger
    heard_payload,  # layer hash
    witness_capability,
)
RULES = Rules(
    admission=ADMISSION_CHECKS,
    beacon=(beaconer_capability,),
    witness=(
        *RECEIPT_CHECKS,
        no_frequency,  # witness_zero_freq
        witness_region,  # witness_not_same_region
        legacy_distance,  # witness_too_far
        witness_cell_distance,  # witness_too_close, pentagonal_distortion
        rssi_v11,  # witness_rssi_too_high
        off_channel,  # incorrect_frequency
        another_channel,  # witness_on_incorrect_channel
    ),
    beacon_reciprocity=(),
    witness_reciprocity=(),
    select=random_witnesses,
    counts_unheard=True,
)
POOLS = (
    Pool("beacons", Decimal("0.0531"), unused_data_share=Decimal("0.2")),
    Pool("witnesses", Decimal("0.2124"), unused_data_share=Decimal("0.8")),
)
RESERVED = {"challengers": Decimal("0.0095"), "consensus": Decimal("0.06"), "securities": Decimal("0.34")}
SIMPLIFICATIONS = (
    "Nobody is targeted: hotspots beacon by themselves every six hours, as later.",
    "The rewarded witnesses are drawn among the valid ones; a challenger drew among all, before they were checked.",
    "Internet addresses are told by registered owners, and no address is kept from being challenged twice.",
    "The channel of a report is told by its frequency.",
    "A valid beacon keeps a hotspot in the density map, heard or not; on the chain a challenge that it had issued did.",
    "Reports give whole Hz and dBm where the chain had floats; density is renewed half-hourly instead of by block.",
)
UNKNOWN = (
    "The length of a challenge interval in hours: it was counted in blocks.",
    "The day on which each chain variable changed, beyond those that spec/helium-iot.md dates.",
)

HELIUM_L1_POCV11 = Profile(
    name="helium-l1-pocv11",
    title="Helium's own chain, PoC v11: region plans and reported power",
    valid_from="2021-11",
    valid_to="2023-04-18",
    evidence_kinds=(
        EvidenceKind(
            name="beacon_witness",
            reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
            judge=partial(judge_by_address, RULES),
            claims=beacon_witness_claims,
            checks=RULES.stages,
        ),
    ),
    limits=HeliumLimits(density_table="hip-17", max_witnesses=10),
    reward_rule=HeliumDensity(),
    emission=Emission(
        bones_per_day=bones_a_day(2_500_000),
        pools=POOLS,
        data_share=Decimal("0.325"),
        reserved=RESERVED,
        source="HIP-20: 2.5 million HNT a month after the first halving (2021-08-01), by `calculate_epoch_reward` in "
        "blocks of a minute; shares of spec/helium-iot.md §10",
    ),
    detectors=(),
    scores_act="never",
    gets_past=(
        "A false place told by a consistent set, as later; no list of denied hotspots existed.",
        "A farm whose hotspots use different Internet connections, or a VPN.",
        "Any power and gain claimed: both lift the bound on the signal.",
    ),
    sources=(
        "helium/blockchain-core 0fc794e (2023-04-13): blockchain_txn_poc_receipts_v2.erl, blockchain_utils.erl",
        "helium/miner miner_poc_mgr.erl; HIP-15, HIP-17, HIP-58; spec/helium-iot.md §12",
    ),
    status="in force until the Solana migration",
    simplifications=(
        *SIMPLIFICATIONS,
        "Challengers' pay is reserved: under HIP-55 validators challenged, not hotspots.",
    ),
    unknown=UNKNOWN,
)
