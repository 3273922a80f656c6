"""Owners who act between epochs, by name: add one by writing its file and one line here."""

from poc.world.actors.adaptive import Adaptive
from poc.world.actors.hold import Hold

ACTORS: dict[str, type] = {
    "hold": Hold,
    "adaptive": Adaptive,
}
