"""Which column of a foreign table plays which part, guessed from names and values; the guess is always said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poc.errors import DataError, did_you_mean

#: Part → what it is, the names under which it is looked for (best first), and words that betray it inside a name.
PARTS: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "latitude": ("degrees north", ("latitude_deg", "latitude", "lat", "y"), frozenset({"lat", "latitude"})),
    "longitude": (
        "degrees east",
        ("longitude_deg", "longitude", "lng", "lon", "long", "x"),
        frozenset({"lon", "lng", "long", "longitude"}),
    ),
    "cell": ("H3 cell", ("cell", "asserted_cell", "h3", "h3_index", "hex_id", "hex"), frozenset({"h3", "hex", "cell"})),
    "witness": ("hotspot that heard", ("witness", "receiver", "rx"), frozenset({"witness", "receiver"})),
    "beaconer": ("hotspot that sent", ("beaconer", "transmitter", "sender", "tx"), frozenset({"beaconer", "sender"})),
    "hotspot": (
        "name of the hotspot",
        ("hotspot", "hotspot_id", "gateway", "gateway_id", "id", "device_id", "eui", "eui_id", "address", "name"),
        frozenset({"hotspot", "gateway"}),
    ),
    "gain": ("antenna gain", ("gain_dbi", "gain", "antenna_gain"), frozenset({"gain"})),
    "height": ("antenna height above ground", ("height_m", "height", "antenna_height_m", "agl"), frozenset({"agl"})),
    "altitude": (
        "height above ground or sea",
        ("altitude_m", "altitude", "alt", "elevation_m", "elevation"),
        frozenset({"altitude", "elevation", "asl", "amsl"}),
    ),
    "rssi": ("received signal", ("rssi_dbm", "rssi", "packet_rssi", "signal_dbm", "signal"), frozenset()),
    "snr": ("signal-to-noise ratio", ("snr_db", "snr", "packet_snr", "lsnr"), frozenset()),
}  # fmt: skip
_H3_TEXT = re.compile(r"(0x)?8[0-9a-f]{14}", re.IGNORECASE)
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Guess:
    """The column of each part that was found, and the columns that play none."""

    column_of: Mapping[str, str]
    given: frozenset[str]
    unused: tuple[str, ...]

    def __contains__(self, part: object) -> bool:
        return part in self.column_of

    def sentences(self) -> list[str]:
        """What was guessed, what the user had said, and how to say otherwise."""
        guessed = [f"{part} from '{name}'" for part, name in self.column_of.items() if part not in self.given]
        told = [f"{part} from '{name}'" for part, name in self.column_of.items() if part in self.given]
        lines = [f"as you said: {', '.join(told)}."] if told else []
        if guessed:
            part, name = next((p, n) for p, n in self.column_of.items() if p not in self.given)
            lines.append(f"guessed: {', '.join(guessed)}; to say otherwise: --column {part}={name}")
        if self.unused:
            lines.append(f"not used: {', '.join(self.unused)}.")
        return lines


def guess_columns(columns: Mapping[str, Sequence[Any]], given: Mapping[str, str]) -> Guess:
    """The part of each column; what the user gave wins. Raises DataError for a part or a column that is not there.

    >>> guess_columns({"lat_y": ["47.1"], "lng": ["9.5"]}, {}).column_of
    {'latitude': 'lat_y', 'longitude': 'lng'}
    """
    for part, name in given.items():
        if part not in PARTS:
            raise DataError(f"--column {part}={name}: there is no part '{part}'; {did_you_mean(part, PARTS)}")
        if name and name not in columns:
            raise DataError(f"--column {part}={name}: the file has no column '{name}'; {did_you_mean(name, columns)}")
    found = {part: name for part, name in given.items() if name}
    free = [name for name in columns if name not in found.values()]
    for part, (_, names, words) in PARTS.items():
        if part in given:
            continue
        best = _by_name(free, names) or _by_word(free, words) or (part == "cell" and _by_cells(columns, free))
        if best:
            found[part] = best
            free.remove(best)
    ordered = {part: found[part] for part in PARTS if part in found}
    return Guess(ordered, frozenset(given), tuple(free))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")


def _by_name(free: Sequence[str], names: Sequence[str]) -> str:
    plain = {_plain(name): name for name in reversed(free)}
    return next((plain[name] for name in names if name in plain), "")


def _by_word(free: Sequence[str], words: frozenset[str]) -> str:
    return next((name for name in free if words & set(_plain(name).split("_"))), "")


def _by_cells(columns: Mapping[str, Sequence[Any]], free: Sequence[str]) -> str:
    """A column whose first values all read like H3 cells, whatever it is called."""
    for name in free:
        values = [value for value in columns[name][:_SAMPLE] if value not in (None, "")]
        if values and all(isinstance(value, str) and _H3_TEXT.fullmatch(value.strip()) for value in values):
            return name
    return ""
