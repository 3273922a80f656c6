"""Attacks by name: add one by writing its file and one line here."""

from poc.world.attacks.attic_farm import AtticFarm
from poc.world.attacks.location_spoof import LocationSpoof
from poc.world.attacks.none import NoAttack

ATTACKS: dict[str, type] = {
    "none": NoAttack,
    "location-spoof": LocationSpoof,
    "attic-farm": AtticFarm,
}
