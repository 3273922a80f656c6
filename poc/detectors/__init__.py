"""Who lies about the place: one file for each detector, all with the one verb `score(evidence) -> SCORES`."""

from poc.detectors.helium_denylist import HeliumDenylist
from poc.detectors.relocation import Relocation

DETECTORS: dict[str, type] = {
    "relocation": Relocation,
    "helium-denylist": HeliumDenylist,
}
