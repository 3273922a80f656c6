"""Protocol profiles by name, and the names that stand for the newest of a family."""

from poc.profiles.guarded import GUARDED
from poc.profiles.helium_iot_2023_06 import HELIUM_IOT_2023_06
from poc.profiles.helium_iot_2026 import HELIUM_IOT_2026
from poc.profiles.helium_iot_retired import HELIUM_IOT_RETIRED
from poc.profiles.helium_l1_pocv10 import HELIUM_L1_POCV10
from poc.profiles.helium_l1_pocv11 import HELIUM_L1_POCV11
from poc.profiles.minimal import MINIMAL
from poc.profiles.profile import Profile
from poc.profiles.proposals import PROPOSALS

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        HELIUM_IOT_2026, GUARDED, MINIMAL, HELIUM_IOT_RETIRED, HELIUM_IOT_2023_06, HELIUM_L1_POCV11, HELIUM_L1_POCV10,
        *PROPOSALS,
    )
}  # fmt: skip
ALIASES = {"helium-iot": "helium-iot-2026"}
