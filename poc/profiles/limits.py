"""Every constant of Helium's last live IoT proof-of-coverage rules, with its source. Profiles exchange single values.

V = helium/oracles-iot at `5b063b7^` (2026-06-23), see `spec/helium-iot.md`. Each field is a plain number or word, so
that a study can bend it: `[profile] limits.max_distance_km = 50`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from poc.errors import ScenarioError, did_you_mean
from poc.rewards.density import DENSITY_TABLES

Bounds = Mapping[str, tuple[float, float]]
Words = Mapping[str, tuple[str, ...]]

_DAY_S, _YEAR_H = 86_400, 8_784.0


def limit(default: Any, source: str) -> Any:
    """A field of limits with what it means and where it is taken from.

    >>> limit(14, "HIP-83").metadata["source"]
    'HIP-83'
    """
    return field(default=default, metadata={"source": source})


@dataclass(frozen=True)
class HeliumLimits:
    """Limits of checks, memory, density and units. ScenarioError for a value that cannot be meant.

    >>> HeliumLimits().max_witnesses
    14
    """

    # checks
    entropy_life_s: int = limit(180, "V `entropy_generator.rs` ENTROPY_LIFESPAN")
    beacon_interval_s: int = limit(21_600, "V `settings.rs`: one beacon in each 6 h bucket of UTC")
    max_lag_after_beacon_ms: int = limit(4000, "V `poc.rs`: when the beacon report came before all witness reports")
    max_lag_after_first_witness_ms: int = limit(1500, "V `poc.rs`: when a witness report came first")
    max_frequency_offset_hz: int = limit(100_000, "V `poc.rs`")
    min_distance_cells: int = limit(8, "V `poc.rs`, counted in res-11 cells")
    max_distance_km: float = limit(100.0, "V `poc.rs`, HIP-58; whole kilometres are compared, so 100,999 m pass")
    light_speed_m_per_s: float = limit(2.998e8, "V `poc.rs` C, rounded")
    # memory
    reciprocity_window_h: float = limit(48.0, "V `runner.rs` RECIPROCITY_WINDOW, HIP-106")
    # selection and units
    max_witnesses: int = limit(14, "V `settings.rs` max_witnesses_per_poc, HIP-83")
    witness_redundancy: int = limit(4, "V `runner.rs` WITNESS_REDUNDANCY, HIP-15's N")
    reward_decay: float = limit(0.8, "V `runner.rs` POC_REWARD_DECAY_RATE, HIP-15's r")
    reward_unit_cap: float = limit(2.0, "V `runner.rs` HIP15_TX_REWARD_UNIT_CAP")
    # density
    density_table: str = limit(
        "hip-104", "V `hex_density.rs`; 'hip-17' = before 2024-01-26, 'none' = scale 1 everywhere"
    )
    default_scale_e4: int = limit(2000, "V `runner.rs` DEFAULT_TX_SCALE: no active hotspot in the cell")
    interactivity_h: float = limit(60.0, "V `tx_scaler.rs` HIP_17_INTERACTIVITY_LIMIT")
    loader_look_back_s: int = limit(3600, "V `settings.rs` loader_window_max_lookback_age, added to the limit above")
    density_refresh_s: int = limit(1800, "V `settings.rs`: the map is rebuilt with the list of hotspots")

    def __post_init__(self) -> None:
        check_limits(self, HELIUM_BOUNDS, HELIUM_WORDS)


HELIUM_BOUNDS: Bounds = {
    "entropy_life_s": (0, 365 * _DAY_S),
    "beacon_interval_s": (1, 365 * _DAY_S),
    "max_lag_after_beacon_ms": (0, 1000 * _DAY_S),
    "max_lag_after_first_witness_ms": (0, 1000 * _DAY_S),
    "max_frequency_offset_hz": (0, 10**12),
    "min_distance_cells": (0, 10**9),
    "max_distance_km": (0.0, 20_040.0),
    "light_speed_m_per_s": (1.0, 1e9),
    "reciprocity_window_h": (0.0, _YEAR_H),
    "max_witnesses": (0, 10**6),
    "witness_redundancy": (1, 10**6),
    "reward_decay": (0.0, 1.0),
    "reward_unit_cap": (0.0, 1000.0),
    "default_scale_e4": (0, 10_000),
    "interactivity_h": (0.0, _YEAR_H),
    "loader_look_back_s": (0, 365 * _DAY_S),
    "density_refresh_s": (1, 365 * _DAY_S),
}
HELIUM_WORDS: Words = {"density_table": tuple(DENSITY_TABLES)}


def check_limits(limits: Any, bounds: Bounds, words: Words) -> None:
    """ScenarioError for the first number outside its bounds (NaN is outside) or word that is not known."""
    for name, (low, high) in bounds.items():
        value = getattr(limits, name)
        if not low <= value <= high:
            raise ScenarioError(f"limit '{name}' is {value}, expected {low:g} to {high:g}; correct the value.")
    for name, known in words.items():
        if getattr(limits, name) not in known:
            raise ScenarioError(
                f"limit '{name}' is '{getattr(limits, name)}': {did_you_mean(getattr(limits, name), known)}"
            )
