"""Antenna patterns from MSI Planet files (.msi, .pln), the format in which manufacturers publish them.

Facts of the format: gain in dBd unless the line says dBi; two cuts of 360 lines, angle and attenuation below the peak;
the horizontal cut counts from the boresight clockwise, the vertical cut from the horizon, growing downwards, so that a
downtilt is a peak at a small angle. Source: description of MSI in the Radio Mobile documentation (pe1mew.nl) and the
readme of CPAN's RF::Antenna::Planet::MSI::Format; the sign of the vertical angle is our reading of tilted patterns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from radio_models.antenna import DIPOLE_GAIN_DBI
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats

_CUTS = ("HORIZONTAL", "VERTICAL")


@dataclass(frozen=True, slots=True, eq=False)
class PlanetPattern:
    """Gain = peak − attenuation of the horizontal cut − attenuation of the vertical cut, interpolated by angle.

    `horizontal_db` and `vertical_db` are attenuations [dB] at 0 … 359°; `azimuth_deg` is where the boresight looks.
    Adding the cuts is exact on both of them and an estimate between.

    >>> flat = PlanetPattern(8.0, np.zeros(360), np.minimum(np.arange(360), 360 - np.arange(360)) / 10.0)
    >>> flat.gain_dbi(0.0, [0.0, -30.0, 30.0]).tolist()
    [8.0, 5.0, 5.0]
    """

    peak_gain_dbi: float
    horizontal_db: Floats
    vertical_db: Floats
    azimuth_deg: float = 0.0

    def gain_dbi(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Floats:
        """Gain [dBi] towards azimuth [deg clockwise from north] and elevation [deg above the horizon]."""
        aside = _cut(self.horizontal_db, floats(azimuth_deg) - self.azimuth_deg)
        below = _cut(self.vertical_db, -floats(elevation_deg))
        return np.asarray(self.peak_gain_dbi - aside - below)


def read_pattern(path: Path, azimuth_deg: float = 0.0) -> PlanetPattern:
    """The pattern of an MSI Planet file that looks to `azimuth_deg`; RadioError in one sentence for anything else."""
    try:
        lines = [line.split() for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    except OSError as error:
        raise RadioError(f"the antenna file '{path}' cannot be read ({error.strerror}); check the path.") from error
    cuts: dict[str, Floats] = {}
    peak_dbi: float | None = None
    row = 0
    while row < len(lines):
        word, *rest = lines[row]
        row += 1
        if word.upper() == "GAIN" and rest:
            peak_dbi = _number(path, rest[0]) + (0.0 if "DBI" in " ".join(rest).upper() else DIPOLE_GAIN_DBI)
        elif word.upper() in _CUTS and rest:
            n_points = round(_number(path, rest[0]))
            cuts[word.upper()] = _read_cut(path, word, lines[row : row + n_points], n_points)
            row += n_points
    missing = [name for name in _CUTS if name not in cuts] + (["GAIN"] if peak_dbi is None else [])
    if missing or peak_dbi is None:
        raise RadioError(f"'{path}' has no {' and no '.join(missing)}, expected an MSI Planet file; give another file.")
    return PlanetPattern(peak_dbi, cuts["HORIZONTAL"], cuts["VERTICAL"], azimuth_deg)


def _read_cut(path: Path, name: str, lines: list[list[str]], n_points: int) -> Floats:
    if len(lines) != n_points or n_points < 2 or any(len(line) != 2 for line in lines):
        raise RadioError(
            f"'{path}': the cut {name} has {len(lines)} usable lines of the {n_points} it announces, expected an angle "
            "and an attenuation on each; correct the file."
        )
    table = np.array([[_number(path, text) for text in line] for line in lines])
    order = np.argsort(table[:, 0] % 360.0, kind="stable")
    angle_deg, attenuation_db = (table[order, 0] % 360.0), np.abs(table[order, 1])
    return np.asarray(np.interp(np.arange(360.0), angle_deg, attenuation_db, period=360.0))


def _number(path: Path, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise RadioError(f"'{path}' says {text!r} where a number is expected; correct the file.")
    return value


def _cut(attenuation_db: Floats, angle_deg: Any) -> Floats:
    whole = np.append(attenuation_db, attenuation_db[0])
    return np.asarray(np.interp(angle_deg % 360.0, np.arange(361.0), whole))
