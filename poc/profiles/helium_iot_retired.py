"""helium-iot-retired: what is left of Helium IoT after HIP-149, pay for data alone."""

from __future__ import annotations

from decimal import Decimal

from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, EvidenceKind, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.discarding import discard

HELIUM_IOT_RETIRED = Profile(
    name="helium-iot-retired",
    title="Helium IoT without proof-of-coverage (HIP-149)",
    valid_from="2026-06-23",
    valid_to="",
    evidence_kinds=(
        EvidenceKind(
            name="beacon_witness",
            reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
            judge=discard,
            claims=beacon_witness_claims,
        ),
    ),
    limits=HeliumLimits(),
    reward_rule=HeliumDensity(),
    emission=Emission(
        bones_per_day=89_041_095_890_411,
        pools=(),
        data_share=Decimal("0.50"),
        reserved={"operations": Decimal("0.37"), "oracles": Decimal("0.07"), "delegators": Decimal("0.06")},
        unused_data_to="operations",
        source="HIP-149; helium/oracles-iot 955739e `reward_share.rs`; the figure of a day as in helium-iot-2026",
    ),
    detectors=(),
    scores_act="never",
    status="in force in the newest code",
    gets_past=(
        "Nothing needs to: coverage is not paid for. Data can be sent to oneself, at the price of its credits.",
    ),
    sources=("helium/oracles-iot 955739e (2026-08-14)", "HIP-149", "spec/helium-iot.md §10 [N], vectors §11.2"),
    simplifications=("A run carries no data, so in a run nobody is paid; 'poc verify --data' pays for data.",),
    unknown=("The emission of a day: it is set on chain for each epoch.",),
)
