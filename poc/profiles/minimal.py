"""minimal: six checks, no memory but the schedule, no density. To learn from and to test with."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, EvidenceKind, Pool, Profile
from poc.rewards.claims import beacon_witness_claims
from poc.rewards.rules.helium_density import HeliumDensity
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.validator.checks.asserted import beaconer_asserted, witness_asserted
from poc.validator.checks.distance import witness_distance
from poc.validator.checks.duplicate import duplicate
from poc.validator.checks.known import beaconer_known, witness_known
from poc.validator.checks.rssi import witness_rssi
from poc.validator.checks.schedule import beacon_schedule
from poc.validator.checks.self_witness import self_witness
from poc.validator.judge import Rules, judge
from poc.validator.selection import first_arrivals

RULES = Rules(
    admission=(beaconer_known, beaconer_asserted),
    beacon=(beacon_schedule,),
    witness=(duplicate, witness_known, witness_asserted, self_witness, witness_distance, witness_rssi),
    beacon_reciprocity=(),
    witness_reciprocity=(),
    select=first_arrivals,
)

MINIMAL = Profile(
    name="minimal",
    title="The smallest set of rules that still is a protocol",
    valid_from="",
    valid_to="",
    evidence_kinds=(
        EvidenceKind(
            name="beacon_witness",
            reports={"beacons": BEACONS, "witness_reports": WITNESS_REPORTS},
            judge=partial(judge, RULES),
            claims=beacon_witness_claims,
            checks=RULES.stages,
            rules=RULES,
        ),
    ),
    limits=HeliumLimits(density_table="none"),
    reward_rule=HeliumDensity(),
    emission=Emission(
        bones_per_day=1_000_000,
        pools=(Pool("beacons", Decimal("0.2")), Pool("witnesses", Decimal("0.8"))),
        data_share=Decimal(0),
        reserved={},
        source="a round number",
    ),
    detectors=(),
    scores_act="never",
    status="for tests and teaching",
    gets_past=("Almost everything: only schedule, duplicates, distance and the bound on the signal are asked.",),
    sources=("a selection of helium-iot-2026's rules",),
)
