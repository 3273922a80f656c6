"""Who lies about the place: one file for each detector, all with the one verb `score(evidence) -> SCORES`."""

from poc.detectors.fusion import Fusion
from poc.detectors.helium_denylist import HeliumDenylist
from poc.detectors.live_checks import LiveChecks
from poc.detectors.missing_witness import MissingWitness
from poc.detectors.packet_spread import PacketSpread
from poc.detectors.relocation import Relocation
from poc.detectors.residual import Residual
from poc.detectors.shadowing_twin import ShadowingTwin
from poc.detectors.witness_graph import WitnessGraph

DETECTORS: dict[str, type] = {
    "fusion": Fusion,
    "relocation": Relocation,
    "missing-witness": MissingWitness,
    "shadowing-twin": ShadowingTwin,
    "packet-spread": PacketSpread,
    "residual": Residual,
    "live-checks": LiveChecks,
    "witness-graph": WitnessGraph,
    "helium-denylist": HeliumDenylist,
}
