"""helium-iot-retired: what is left of Helium IoT after HIP-149, pay for data alone."""

from __future__ import annotations

from decimal import Decimal

from poc.profiles.limits import HeliumLimits
from poc.profiles.profile import Emission, Profile
from poc.rewards.rules.helium_density import HeliumDensity

HELIUM_IOT_RETIRED = Profile(
    name="helium-iot-retired",
    title="Helium IoT without proof-of-coverage (HIP-149)",
    valid_from="2026-06-23",
    valid_to="",
    evidence_kinds=(),
    limits=HeliumLimits(),
    reward_rule=HeliumDensity(),
    emission=Emission(
        bones_per_day=89_041_095_890_411,
        pools=(),
        data_share=Decimal("0.50"),
        reserved={"operations": Decimal("0.37"), "oracles": Decimal("0.07"), "delegators": Decimal("0.06")},
        source="HIP-149; helium/oracles-iot 955739e `reward_share.rs`; the figure of a day as in helium-iot-2026",
    ),
    detectors=(),
    scores_act="never",
    sources=("helium/oracles-iot 955739e (2026-08-14)", "HIP-149", "spec/helium-iot.md §10 [N], vectors §11.2"),
    simplifications=(
        "No evidence counts, so no coverage is rewarded, and beacons and witnesses need no judging.",
        "Unused data transfer stands as unallocated; HIP-149 gives it to operations.",
    ),
)
