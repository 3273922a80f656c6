"""helium-iot-2026: Helium's IoT proof-of-coverage as it ran last, until 2026-06-23 (HIP-149 retired it)."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, EvidenceKind, Pool, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.checks.archived import entropy_archived
from poc.validator.checks.asserted import beaconer_asserted, witness_asserted
from poc.validator.checks.beacon_payload import beacon_payload
from poc.validator.checks.capability import beaconer_capability, witness_capability
from poc.validator.checks.cell_distance import witness_cell_distance
from poc.validator.checks.denied_edge import denied_edge
from poc.validator.checks.denylist import beaconer_denylist, witness_denylist
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.entropy import beaconer_entropy, witness_entropy
from poc.validator.checks.frequency import witness_frequency
from poc.validator.checks.heard_payload import heard_payload
from poc.validator.checks.known import beaconer_known, witness_known
from poc.validator.checks.lag import witness_lag
from poc.validator.checks.reciprocity import beaconer_witnessed_lately, witness_beaconed_lately
from poc.validator.checks.region import witness_region
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.schedule import beacon_schedule
from poc.validator.checks.self_witness import self_witness
from poc.validator.judge import Rules, judge
from poc.validator.selection import first_arrivals

READINESS_CHECKS = (entropy_archived,)  # stale, after 45 min in the purger
ADMISSION_CHECKS = (
    beaconer_known,  # 0a gateway_not_found
    beaconer_asserted,  # 0b not_asserted
)
BEACON_CHECKS = (
    beaconer_denylist,  # 1 denied
    beaconer_entropy,  # 2 entropy_expired
    beaconer_capability,  # 3 invalid_capability
    beacon_schedule,  # 4 irregular_interval
    beacon_payload,  # 5 invalid_packet
)
WITNESS_CHECKS = (
    duplicate,  # D
    witness_known,  # 0a gateway_not_found
    witness_asserted,  # 0b not_asserted
    beaconer_asserted,  # 0c not_asserted, the beaconer's fault
    witness_denylist,  # 1 denied
    denied_edge,  # 2
    self_witness,  # 3
    witness_entropy,  # 4 entropy_expired
    witness_lag,  # 5 too_late
    heard_payload,  # 6 invalid_packet
    witness_capability,  # 7 invalid_capability
    witness_frequency,  # 8 invalid_frequency
    witness_region,  # 9 invalid_region
    witness_cell_distance,  # 10 below_min_distance
    witness_distance,  # 11 max_distance_exceeded
    witness_rssi,  # 12 bad_rssi
)
RULES = Rules(
    admission=ADMISSION_CHECKS,
    beacon=BEACON_CHECKS,
    witness=WITNESS_CHECKS,
    beacon_reciprocity=(beaconer_witnessed_lately,),  # gateway_no_valid_witnesses
    witness_reciprocity=(witness_beaconed_lately,),  # gateway_no_valid_beacons
    select=first_arrivals,
    readiness=READINESS_CHECKS,
)
BEACON_WITNESS = EvidenceKind(
    name="beacon_witness",
    reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
    judge=partial(judge, RULES),
    claims=beacon_witness_claims,
    checks=RULES.stages,
    rules=RULES,
)
EMISSION = Emission(
    bones_per_day=89_041_095_890_411,
    pools=(
        Pool("beacons", Decimal("0.06"), unused_data_share=Decimal("0.2")),
        Pool("witnesses", Decimal("0.24"), unused_data_share=Decimal("0.8")),
    ),
    data_share=Decimal("0.50"),
    reserved={"operations": Decimal("0.07"), "oracles": Decimal("0.07"), "delegators": Decimal("0.06")},
    source="V's own test epoch (`rewarder_poc_dc.rs`), the IoT sub-DAO's 32.5e9 a year over 365; the real figure was "
    "set on chain for each epoch",
)

HELIUM_IOT_2026 = Profile(
    name="helium-iot-2026",
    title="Helium IoT, the last live rules",
    valid_from="2025-01-28",
    valid_to="2026-06-23",
    evidence_kinds=(BEACON_WITNESS,),
    limits=HeliumLimits(),
    reward_rule=HeliumDensity(),
    emission=EMISSION,
    detectors=("helium-denylist",),
    scores_act="denylist",
    status="in force until HIP-149",
    gets_past=(
        "A false place told by a consistent set: colluders at one site assert cells apart and report weak signals.",
        "A farm without radios: payloads are computed offline and passed on by Internet; keys cost onboarding only.",
        "The race for the first 14: colluders know the payload beforehand, report first and push honest ones out.",
        "One beacon claimed by several hotspots, since the payload is not bound to a key.",
        "Density: an assertion moved to an empty hex has scale 1; nothing asks whether anybody is there.",
        "Witnessing has no limit, and suppressing a competitor's reports has no penalty.",
    ),
    sources=(
        "helium/oracles-iot 5b063b7^, iot_verifier/src: poc.rs runner.rs hex_density.rs tx_scaler.rs reward_share.rs",
        "HIP-15, HIP-17, HIP-58, HIP-83, HIP-104, HIP-106, HIP-138, HIP-149",
    ),
    simplifications=(
        "Nothing is retried: only the server's own failures made Helium try again, no report could. Reports go stale "
        "only for an entropy that the archive lacks, and at once instead of after 45 minutes "
        "(docs/real-and-simplified.md).",
        "A run pays a beacon and its reports in the epoch in which the beacon was sent. Helium paid each by its own "
        "arrival, so what arrives just after midnight is paid an epoch early; `poc verify` pays as Helium did.",
        "Two beacons with one payload: the witnesses belong to the first, the second is judged without any; Helium "
        "judged both with all of them where two of its 100 workers had them at once, the second with none later in the "
        "same tick, and not at all in a later one: the reports do not tell which.",
        "Beacons are judged one after the other in order of arrival; Helium judged up to 100 at a time.",
        "The density map is that of the last full half-hour before a beacon arrived; Helium ran about 20 min behind.",
        "The denylist is renewed after every epoch from published classifiers; Helium's came weekly from closed code.",
        "No data transfer: its whole half of the emission falls to the two pools, 20 : 80.",
    ),
)
