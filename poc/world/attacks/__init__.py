"""Attacks by name: add one by writing its file and one line here."""

from poc.world.attacks.antenna_misreport import AntennaMisreport
from poc.world.attacks.attenuator_rig import AttenuatorRig
from poc.world.attacks.attic_farm import AtticFarm
from poc.world.attacks.closed_clique import ClosedClique
from poc.world.attacks.hex_hopping import HexHopping
from poc.world.attacks.location_spoof import LocationSpoof
from poc.world.attacks.low_power import LowPower
from poc.world.attacks.none import NoAttack
from poc.world.attacks.on_air_replay import OnAirReplay
from poc.world.attacks.relay import Relay
from poc.world.attacks.signal_forging import SignalForging
from poc.world.attacks.software_only import SoftwareOnly
from poc.world.attacks.starvation import Starvation
from poc.world.attacks.sybil_station import SybilStation
from poc.world.attacks.witness_stuffing import WitnessStuffing
from poc.world.attacks.wormhole import Wormhole

ATTACKS: dict[str, type] = {
    "none": NoAttack,
    "location-spoof": LocationSpoof,
    "attic-farm": AtticFarm,
    "attenuator-rig": AttenuatorRig,
    "witness-stuffing": WitnessStuffing,
    "relay": Relay,
    "wormhole": Wormhole,
    "on-air-replay": OnAirReplay,
    "signal-forging": SignalForging,
    "closed-clique": ClosedClique,
    "sybil-station": SybilStation,
    "antenna-misreport": AntennaMisreport,
    "low-power": LowPower,
    "hex-hopping": HexHopping,
    "starvation": Starvation,
    "software-only": SoftwareOnly,
}
