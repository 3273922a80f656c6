"""Who lies about the place: one file for each detector, all with the one verb `score(evidence) -> SCORES`."""

from poc.detectors.evidence import DetectorClass
from poc.detectors.helium_denylist import HeliumDenylist
from poc.detectors.relocation import Relocation

DETECTORS: dict[str, DetectorClass] = {"relocation": Relocation, "helium-denylist": HeliumDenylist}
