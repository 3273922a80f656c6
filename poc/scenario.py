"""A scenario: one TOML file that says which world runs under which protocol. Unknown keys are refused.

Defaults live in the fields below and nowhere else. `load_scenario(path, ["fleet.n_hotspots=50"])` applies the
command line's `--set` on top of the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from poc.errors import ScenarioError, did_you_mean
from poc.samples import advice, given_or_sample

PlugIn = dict[str, Any]
Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MapSection(_Section):
    """Where: a bundled city by name, a city file by path, a synthetic city by its settings, or whole countries."""

    city: str = "liechtenstein"
    synthetic: PlugIn | None = None
    countries: list[str] = Field(default_factory=list, description='ISO codes or names, or ["world"]')

    @model_validator(mode="after")
    def _one_map(self) -> MapSection:
        if self.synthetic is not None and self.countries:
            raise ValueError("both synthetic and countries are given, expected one map; drop one of them")
        return self


class TimeSection(_Section):
    """When: epochs of `epoch_hours` from midnight UTC of `start`; warm-up epochs are neither rewarded nor measured."""

    start: Annotated[date, Field(strict=False)] = date(2026, 1, 5)
    epoch_hours: float = Field(24.0, gt=0)
    n_epochs: int = Field(1, ge=1)
    warm_up_epochs: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _something_is_measured(self) -> TimeSection:
        if self.warm_up_epochs >= self.n_epochs:
            raise ValueError(
                f"warm_up_epochs is {self.warm_up_epochs}, expected less than n_epochs = {self.n_epochs}; "
                "leave at least one epoch to measure"
            )
        return self

    @property
    def start_ns(self) -> int:
        return int(datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC).timestamp()) * 10**9

    @property
    def epoch_ns(self) -> int:
        return round(self.epoch_hours * 3600 * 10**9)


class FleetSection(_Section):
    """Who: honest hotspots and their everyday troubles. Spreads are standard deviations."""

    n_hotspots: int = Field(100, ge=0)
    placement: PlugIn = Field(default_factory=lambda: {"name": "population"})
    region: str = Field("", description="Helium region; empty = the city's")
    gains_dbi: list[float] = Field(default=[1.2, 2.3, 3.0, 4.0, 5.8, 8.0], min_length=1)
    height_median_m: float = Field(8.0, gt=0)
    height_spread: float = Field(0.5, ge=0, description="spread of ln(height)")
    bias_spread_db: float = Field(5.0, ge=0, description="mounting, cable and indoor losses around their mean")
    mean_loss_db: float = Field(6.0, ge=0, description="mean mounting and cable loss")
    rssi_bias_spread_db: float = Field(2.0, ge=0, description="calibration of the receivers")
    latency_median_s: float = Field(0.015, gt=0)
    latency_spread: float = Field(0.7, ge=0, description="spread of ln(latency)")
    clock_spread_s: float = Field(0.05, ge=0)
    outage_share: Share = Field(0.03, description="epochs in which a hotspot is down for a while")
    tower_share: Share = Field(0.02, description="antennas 30 to 60 m up")
    poor_antenna_share: Share = 0.05
    poor_antenna_db: float = Field(10.0, ge=0, le=60, description="further loss of poor antennas, root mean square")
    sloppy_share: Share = Field(0.03, description="honest owners who assert 100 to 300 m off")
    slow_backhaul_share: Share = Field(0.03, description="0.3 to 2 s to the server")
    village_share: Share = Field(0.02, description="in remote villages of about four")
    village_km: float = Field(0.0, ge=0, le=1000, description="beyond the map's edge; 0 = its emptiest places")
    repeater_share: Share = Field(0.0, description="beside a device that sends what it hears again")

    @model_validator(mode="after")
    def _one_trouble_each(self) -> FleetSection:
        total = sum(value for key, value in self if key.endswith("_share") and key != "outage_share")
        if total > 1.0 + 1e-9:
            raise ValueError(f"the shares of honest troubles add up to {total:g}, expected at most 1; lower them")
        return self


class ReceiverSection(_Section):
    """What keeps a receiver from a packet that is strong enough; all off by default (`poc.world.receiving`)."""

    soft_decoding: bool = Field(False, description="near the limit a packet is decoded with a probability")
    half_duplex: bool = Field(False, description="who sends hears nothing meanwhile")
    demodulators: int = Field(0, ge=0, le=64, description="packets received at a time, 8 in an SX1301; 0 = any number")
    capture: Literal["none", "croce", "goursaud"] = Field("none", description="isolation of packets that meet")


class RadioSection(_Section):
    """What a receiver hears. Defaults are the preset fitted to the live network (docs/default-radio.md)."""

    path_loss: PlugIn = Field(default_factory=dict)
    shadowing: PlugIn = Field(default_factory=dict)
    fading: PlugIn = Field(default_factory=dict)
    noise_figure_db: float = Field(6.0, ge=0, le=30)
    miss_probability: float = Field(1e-3, gt=0, lt=0.5, description="chance that a pair left out would have heard")
    receiver: ReceiverSection = ReceiverSection()


class ProfileSection(_Section):
    """Which rules: a profile by name, and limits bent for a study."""

    base: str = "helium-iot"
    limits: dict[str, Any] = Field(default_factory=dict)


class DetectorSection(_Section):
    """Detectors that score beside those of the profile (they never act), and the window of evidence."""

    of_profile: bool = Field(True, description="whether the profile's own detectors score; false: none of them does")
    also: list[str] = Field(default_factory=lambda: ["relocation"])
    window_epochs: int = Field(7, ge=1)
    denylist: Literal["detectors", "absent", "unloaded"] = "detectors"


class SigningSection(_Section):
    """Which reports carry an ed25519 signature (needs the extra 'crypto' and reports = ["all"]); large runs sample."""

    share: Share = Field(0.0, description="0 = nobody signs, 1 = every report is signed")


class Scenario(_Section):
    """All of the above."""

    name: str = "run"
    seed: int = Field(1, ge=0, lt=2**63)
    map: MapSection = MapSection()
    time: TimeSection = TimeSection()
    fleet: FleetSection = FleetSection()
    radio: RadioSection = RadioSection()
    attacks: list[PlugIn] = Field(default_factory=list)
    actors: list[PlugIn] = Field(default_factory=list)
    profile: ProfileSection = ProfileSection()
    detectors: DetectorSection = DetectorSection()
    signing: SigningSection = SigningSection()
    reports: list[Literal["all", "selected", "link-statistics"]] = Field(default=["all"], min_length=1)

    @model_validator(mode="after")
    def _what_is_signed_is_kept(self) -> Scenario:
        if self.signing.share > 0 and "all" not in self.reports:
            raise ValueError(
                f"signing.share is {self.signing.share:g} but reports is {self.reports}, expected reports that are "
                'kept; add "all" to reports'
            )
        return self

    def with_settings(self, settings: Mapping[str, Any]) -> Scenario:
        """The same scenario with dotted keys exchanged, for instance {"fleet.n_hotspots": 50}."""
        document = self.model_dump()
        for key, value in settings.items():
            _set(document, key, value)
        return scenario_from(document, "the scenario")


def load_scenario(path: str | Path, settings: Sequence[str] = ()) -> Scenario:
    """The scenario of a TOML file with `key=value` settings on top.

    A bare name that is no file here may be that of a sample. Relative paths of city and placement files are taken from
    the folder of the scenario file.
    Raises ScenarioError when the file is not there, is not TOML, or says something that cannot be run.
    """
    given, path = path, given_or_sample(path, "scenarios").resolve()  # worker processes may stand elsewhere
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ScenarioError(
            f"the scenario '{path}' cannot be read ({error.strerror}); {advice(given, 'scenarios')}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"the scenario '{path}' is not valid TOML ({error}); correct that line.") from error
    document.setdefault("name", path.stem)
    _anchor_paths(document, path.parent)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ScenarioError(f"--set {setting!r} is not key=value; write for instance fleet.n_hotspots=50.")
        _set(document, key.strip(), value_from_text(text.strip()))
    return scenario_from(document, str(path))


def scenario_from(document: Mapping[str, Any], where: str) -> Scenario:
    """The scenario of a nested dict; the first thing wrong becomes a one-sentence ScenarioError."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        raise ScenarioError(_sentence(error, where)) from error


def value_from_text(text: str) -> Any:
    """A TOML value where the text is one, else the text itself.

    >>> value_from_text("0.5"), value_from_text("true"), value_from_text("helsinki")
    (0.5, True, 'helsinki')
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _set(document: dict[str, Any], key: str, value: Any) -> None:
    *sections, last = key.split(".")
    place: Any = document
    for section in sections:
        place = _step(place, section, key)
    if isinstance(place, list):
        _step(place, last, key)
        place[int(last)] = value
    else:
        place[last] = value


def _step(place: Any, section: str, key: str) -> Any:
    if isinstance(place, list):
        if not section.isdigit() or int(section) >= len(place):
            raise ScenarioError(f"the key '{key}' names entry '{section}' of a list of {len(place)}; count from 0.")
        return place[int(section)]
    step = place.setdefault(section, {})
    if step is None:
        step = place[section] = {}
    if not isinstance(step, (dict, list)):
        raise ScenarioError(f"the key '{key}' goes through '{section}', which is a single value; shorten the key.")
    return step


def _anchor_paths(document: dict[str, Any], folder: Path) -> None:
    for section, key in (("map", "city"), ("fleet", "placement")):
        place = document.get(section)
        value = place.get(key) if isinstance(place, dict) else None
        if isinstance(value, str) and ("/" in value or value.endswith(".npz")):
            place[key] = str(folder / value)  # type: ignore[index]
        elif isinstance(value, dict) and isinstance(value.get("path"), str):
            value["path"] = str(folder / value["path"])


def _sentence(error: ValidationError, where: str) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = _known_keys(first["loc"][:-1])
        return f"{where}: unknown key '{key}'; {did_you_mean(str(first['loc'][-1]), known)}"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{where}: {key}: {message}."
    message = message[:1].lower() + message[1:]
    return f"{where}: {key} is {first['input']!r}, but {message.replace('input', 'it')}; correct the value."


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Scenario
    for part in location:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[part].annotation
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
