"""Reward rules by name. A rule weighs claims: `shares(claims, city, limits) -> SHARES`."""

from poc.rewards.rules.chain_density import ChainDensity
from poc.rewards.rules.helium_density import HeliumDensity
from poc.rewards.rules.hex_coverage import HexCoverage

RULES: dict[str, type] = {
    "helium-density": HeliumDensity,
    "chain-density": ChainDensity,
    "hex-coverage": HexCoverage,
}
