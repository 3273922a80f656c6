"""helium-iot-2023-06: Helium's oracle PoC of early 2023, before first-come selection, lag limits and reciprocity."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from poc.profiles.helium_iot_2026 import READINESS_CHECKS
from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, EvidenceKind, Pool, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.checks.asserted import beaconer_asserted, witness_asserted
from poc.validator.checks.beacon_payload import beacon_payload
from poc.validator.checks.capability import beaconer_capability, witness_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.elapsed_schedule import elapsed_schedule
from poc.validator.checks.entropy import beaconer_entropy, witness_entropy
from poc.validator.checks.frequency import witness_frequency
from poc.validator.checks.heard_payload import heard_payload
from poc.validator.checks.known import beaconer_known, witness_known
from poc.validator.checks.region import witness_region
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.self_witness import self_witness
from poc.validator.judge import Rules
from poc.validator.judge_2023 import judge_2023
from poc.validator.seeded_shuffle import shuffled_witnesses

RULES = Rules(
    admission=(
        beaconer_known,  # gateway_not_found
        beaconer_asserted,  # not_asserted
    ),
    beacon=(
        beaconer_entropy,  # entropy_expired
        beaconer_capability,  # invalid_capability
        elapsed_schedule,  # irregular_interval
        beacon_payload,  # invalid_packet
    ),
    witness=(
        duplicate,
        witness_known,  # gateway_not_found
        witness_asserted,  # not_asserted
        beaconer_asserted,  # not_asserted, the beaconer's fault
        self_witness,
        witness_entropy,  # entropy_expired
        heard_payload,  # invalid_packet
        witness_capability,  # invalid_capability
        witness_frequency,  # invalid_frequency
        witness_region,  # invalid_region
        witness_cell_distance,  # below_min_distance
        witness_distance,  # max_distance_exceeded
        witness_rssi,  # bad_rssi
    ),
    beacon_reciprocity=(),
    witness_reciprocity=(),
    select=shuffled_witnesses,
    readiness=READINESS_CHECKS,
    counts_unheard=True,
)

HELIUM_IOT_2023_06 = Profile(
    name="helium-iot-2023-06",
    title="Helium IoT before first-come selection, lag limits and reciprocity",
    valid_from="2023-02-21",
    valid_to="2023-07-11",
    evidence_kinds=(
        EvidenceKind(
            name="beacon_witness",
            reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
            judge=partial(judge_2023, RULES),
            claims=beacon_witness_claims,
            checks=RULES.stages,
        ),
    ),
    limits=HeliumLimits(density_table="hip-17"),  # HIP-104 came on 2024-01-26
    reward_rule=HeliumDensity(),
    emission=Emission(
        bones_per_day=178_082_191_780_821,
        pools=(
            Pool("beacons", Decimal("0.06"), unused_data_share=Decimal("0.2")),
            Pool("witnesses", Decimal("0.24"), unused_data_share=Decimal("0.8")),
        ),
        data_share=Decimal("0.50"),
        reserved={"operations": Decimal("0.07"), "oracles": Decimal("0.07"), "delegators": Decimal("0.06")},
        source="`reward_share.rs` REWARDS_PER_DAY: 65e9 IOT a year over 365, in bones of 1e-6 IOT, cut",
    ),
    detectors=("helium-denylist",),
    scores_act="denylist",
    status="in force until HIP-83",
    gets_past=(
        "All that gets past helium-iot-2026, and relays of any delay within the life of an entropy.",
        "Hotspots that only witness, or only beacon: nothing asks for the other direction.",
        "Beacons sent again until one is valid, since a failed one costs nothing.",
    ),
    sources=(
        "helium/oracles ad055dba (2023-06-30), iot_verifier: poc.rs runner.rs loader.rs settings.rs reward_share.rs",
        "HIP-15, HIP-17, HIP-58, HIP-70; dates in spec/helium-iot.md §0",
    ),
    simplifications=(
        "Bones here are 1e-6 IOT, a token of its own: amounts cannot be compared with HNT.",
        "Helium shuffled with the hash of the poc_id, which payload and key make up. Runs have no keys, and take the "
        "beacon's number instead: the same shuffle, other hands. Foreign reports with payload and address are exact.",
        "The denylist is renewed after every epoch.",
        "Nothing is retried; reports go stale at once where the archive lacks their entropy.",
    ),
    unknown=(
        "Which classifiers made the denylist by then: the first that was described is of 2023-08.",
        "How two witness reports of one millisecond were ordered before the shuffle (by the database; here by id).",
        "The services' settings, where they differed from the defaults in the code (6 h, 10 min, 14 witnesses).",
    ),
)
