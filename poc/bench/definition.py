"""The definition of spoof-bench: a frozen file of worlds, attacks, densities, channels and cells, and what follows.

Nothing here depends on a test seed: a test world is known by the hash of its seed until its keeper opens it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maps.geodesy import great_circle_m
from maps.synthetic import synthetic_city
from poc.errors import DataError, ScenarioError, did_you_mean
from poc.keys import Keys
from poc.samples import sample
from poc.scenario import Scenario, scenario_from

#: Every version that was published, newest first.
VERSIONS = ("spoof-bench-2", "spoof-bench-1")
VILLAGES_OF_REMOTE = 0.1  # share of honest remote villages where cliques assert remote places: one for each liar


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the table: an attack, a density and a channel, written attack/density/channel."""

    attack: str
    density: str
    channel: str

    @property
    def name(self) -> str:
        return f"{self.attack}/{self.density}/{self.channel}"

    @property
    def folder(self) -> str:
        """The same as the name of a folder."""
        return f"{self.attack}.{self.density}.{self.channel}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of the benchmark: the file's contents, and its SHA-256."""

    document: Mapping[str, Any]
    sha256: str

    @property
    def name(self) -> str:
        return str(self.document["name"])

    def cells(self, part: str) -> tuple[Cell, ...]:
        """The cells of a part in their order; ScenarioError for a part that there is not."""
        wanted = self.part(part)["cells"]
        if isinstance(wanted, list):
            return tuple(self.cell(name) for name in wanted)
        left_out = self.document["left_out"] if wanted == "all but left out" else []
        return tuple(
            Cell(attack, density, channel)
            for attack in self.document["attacks"]
            if attack not in left_out
            for channel, section in self.document["channels"].items()
            for density in section["hotspots_per_km2"]
        )

    def part(self, part: str) -> Mapping[str, Any]:
        if part not in self.document["parts"]:
            raise ScenarioError(
                f"there is no part '{part}' of {self.name}; {did_you_mean(part, self.document['parts'])}"
            )
        section: Mapping[str, Any] = self.document["parts"][part]
        return section

    def cell(self, name: str) -> Cell:
        """A cell by name; ScenarioError where it says something that the definition does not know."""
        words = name.split("/")
        if len(words) != 3:
            raise ScenarioError(f"the cell is '{name}', expected attack/density/channel; correct it.")
        known = self.document["attacks"], self._densities(words[2]), self.document["channels"]
        for word, names, kind in zip(words, known, ("attack", "density", "channel"), strict=True):
            if word not in names:
                raise ScenarioError(f"the cell '{name}' has no known {kind}; {did_you_mean(word, names)}")
        return Cell(*words)

    def _densities(self, channel: str) -> Mapping[str, float]:
        channels = self.document["channels"]
        section: Mapping[str, float] = channels.get(channel, next(iter(channels.values())))["hotspots_per_km2"]
        return section

    def is_training(self, part: str) -> bool:
        return bool(self.part(part)["seed"] == "training")

    def n_worlds(self, part: str) -> int:
        return int(self.part(part).get("n_worlds", self.document["n_worlds"]))


def load_definition(path: Path | None = None) -> Definition:
    """The newest version, or that of a file; DataError for a file that is no definition."""
    path = path or _path_of(VERSIONS[0])
    try:
        data = path.read_bytes()
        document = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise DataError(f"'{path}' cannot be read ({error.strerror}); correct the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"'{path}' is not valid TOML ({error}); take the file as it was published.") from error
    missing = {"name", "attacks", "channels", "parts", "training_seed", "test_seed_sha256"} - document.keys()
    if missing:
        raise DataError(
            f"'{path}' has no {', '.join(sorted(missing))}, expected a definition of spoof-bench; correct it."
        )
    return Definition(document, hashlib.sha256(data).hexdigest())


def version(name: str) -> Definition:
    """A published version by its name; ScenarioError for one that there is not.

    >>> version("spoof-bench-1").name
    'spoof-bench-1'
    """
    if name not in VERSIONS:
        raise ScenarioError(f"there is no version '{name}' of the benchmark; {did_you_mean(name, VERSIONS)}")
    return load_definition(_path_of(name))


def version_with(sha256: str) -> Definition | None:
    """The published version whose file has this SHA-256, None where there is none.

    >>> version_with(load_definition().sha256).name
    'spoof-bench-2'
    """
    return next((found for found in map(version, VERSIONS) if found.sha256 == sha256), None)


def _path_of(name: str) -> Path:
    return sample(f"spoof-bench/{name}.toml")


def seed_of(definition: Definition, part: str, secret: str | None, rehearsal: bool = False) -> str:
    """The text from which the seeds of a part follow: the public training seed, or the keeper's secret.

    Raises ScenarioError for a test part without a secret, and for a secret whose SHA-256 is not the published one,
    unless it is a rehearsal with a seed of one's own.

    >>> seed_of(load_definition(), "training", None)
    'spoof-bench-2 training'
    """
    if definition.is_training(part):
        if secret is not None:
            raise ScenarioError(f"the part '{part}' has a public seed, a secret was given; drop it.")
        return str(definition.document["training_seed"])
    if secret is None:
        raise ScenarioError(
            f"the part '{part}' is made from a secret seed, none was given; give --seed-file, or make 'training'."
        )
    secret = secret.strip()
    if rehearsal:
        return secret
    digest = hashlib.sha256(secret.encode()).hexdigest()
    if digest != definition.document["test_seed_sha256"]:
        raise ScenarioError(
            f"the seed's SHA-256 begins with {digest[:12]}, expected {definition.document['test_seed_sha256'][:12]} as "
            "published; give the keeper's seed, or add --rehearsal."
        )
    return secret


def read_secret(path: Path) -> str:
    """The keeper's secret from a file of one line; DataError for a file that cannot be read or is empty."""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the seed file '{path}' cannot be read ({error}); correct the path.") from error
    if not secret:
        raise DataError(f"the seed file '{path}' is empty, expected one line of text; write the seed into it.")
    return secret


def world_seed(seed: str, cell: Cell, world: int) -> int:
    """The 63-bit seed of one world: no two worlds share a fleet, or a comparison would show who moved.

    >>> world_seed("a", Cell("x", "y", "z"), 1) == world_seed("a", Cell("x", "y", "z"), 2)
    False
    """
    digest = hashlib.sha256(f"{seed}\n{cell.name}\n{world}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def scenario_of(definition: Definition, cell: Cell, world: int, seed: int, n_honest: int, training: bool) -> Scenario:
    """The scenario of world number `world` (from 1) of a cell, n_honest honest hotspots and liars on top."""
    document = definition.document
    n_hotspots = round(n_honest / (1.0 - document["liar_share"]))
    n_liars = n_hotspots - n_honest
    channel = document["channels"][cell.channel]
    side_km = (n_hotspots / channel["hotspots_per_km2"][cell.density]) ** 0.5
    latitude_deg, longitude_deg = _place(document["places"], seed, world, training)
    synthetic = {
        "kind": "grid", "width_km": side_km, "height_km": side_km, "resolution": _resolution(side_km),
        "latitude_deg": latitude_deg, "longitude_deg": longitude_deg,
    }  # fmt: skip
    attacks = [
        {**{key: value for key, value in entry.items() if key != "part"},
         "share": entry["part"] * n_liars / max(n_hotspots, 1)}
        for entry in document["attacks"][cell.attack]
    ]  # fmt: skip
    fleet = {"n_hotspots": n_hotspots, "region": document["region"], "placement": {"name": "uniform"}}
    return scenario_from(
        {
            "name": cell.folder,
            "seed": seed,
            "map": {"synthetic": synthetic},
            "time": {"epoch_hours": float(document["hours"])},
            "fleet": {**fleet, **_villages(attacks, synthetic)},
            "radio": {**document["radio"], "shadowing": channel["shadowing"]},
            "profile": {"base": document["profile"]},
            "detectors": {"of_profile": False, "also": [], "denylist": "absent"},
            "attacks": attacks,
        },
        f"the cell {cell.name}",
    )


def honest_twin(scenario: Scenario) -> Scenario:
    """The same world with the same hotspots drawn, who do nothing."""
    return scenario.with_settings(
        {"attacks": [{"name": "none", "share": entry["share"]} for entry in scenario.attacks]}
    )


def _place(places: Mapping[str, Any], seed: int, world: int, training: bool) -> tuple[float, float]:
    known: Sequence[Sequence[float]] = places["training"]
    if training:
        latitude_deg, longitude_deg = known[(world - 1) % len(known)]
        return float(latitude_deg), float(longitude_deg)
    keys, attempt = Keys(seed, "place"), 0
    low, high = places["latitude_deg"]
    while True:
        latitude_deg = low + (high - low) * float(keys.uniform(attempt, 0))
        longitude_deg = 360.0 * float(keys.uniform(attempt, 1)) - 180.0
        apart_m = [float(great_circle_m(latitude_deg, longitude_deg, *place)) for place in known]
        if min(apart_m) >= 1000.0 * places["apart_km"]:
            return round(latitude_deg, 3), round(longitude_deg, 3)
        attempt += 1


def _resolution(side_km: float) -> int:
    """Cells of the map: coarse enough for a large square, which needs them for nothing but its outline."""
    return 8 if side_km < 60.0 else 7 if side_km < 200.0 else 6


def _villages(attacks: Sequence[Mapping[str, Any]], synthetic: Mapping[str, Any]) -> dict[str, float]:
    """Where cliques assert remote places, as many honest villages are as remote, by the same law."""
    remote_km = max((float(entry.get("remote_km", 0.0)) for entry in attacks), default=0.0)
    if not remote_km:
        return {}
    city = synthetic_city(**synthetic)
    from maps.grid import coordinates_from_cells

    edge_km = float(great_circle_m(*city.centre, *coordinates_from_cells(city.cells)).max()) / 1000.0
    return {"village_share": VILLAGES_OF_REMOTE, "village_km": max(remote_km - 2.0 * edge_km, 1.0)}
