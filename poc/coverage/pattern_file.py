"""Antenna patterns from a file that the user named; see `radio_models.pattern_file`."""

from __future__ import annotations

from pathlib import Path

from poc.errors import DataError
from radio_models.errors import RadioError
from radio_models.pattern_file import PlanetPattern
from radio_models.pattern_file import read_pattern as read_planet_pattern


def read_pattern(path: Path, azimuth_deg: float = 0.0) -> PlanetPattern:
    """The pattern of an MSI Planet file, looking towards `azimuth_deg`; DataError in one sentence for anything else."""
    try:
        return read_planet_pattern(path, azimuth_deg)
    except RadioError as error:
        raise DataError(str(error)) from error
