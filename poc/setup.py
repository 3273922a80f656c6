"""From a scenario to its fixed surroundings and first world: everything that can be wrong with it fails here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.city import City, load_city
from maps.errors import MapError
from maps.land import land
from maps.placement import PLACEMENTS
from maps.synthetic import synthetic_city
from poc.detectors import DETECTORS
from poc.errors import DataError, DomainError, ScenarioError, did_you_mean
from poc.keys import Keys
from poc.plugin import build
from poc.profiles import ALIASES, PROFILES
from poc.profiles.profile import Profile
from poc.scenario import Scenario
from poc.world.fleet import create_fleet
from poc.world.recruiting import Campaign, campaigns, recruit
from poc.world.truth import Radio, Setting, World
from radio_models.errors import RadioError
from radio_models.fading import FADING
from radio_models.lora.region_plans import REGION_PLANS, RegionPlan
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.presets import DEFAULT_RADIO
from radio_models.shadowing import SHADOWING


def profile_of(scenario: Scenario) -> Profile:
    """The profile that the scenario names, with its limits bent."""
    return find_profile(scenario.profile.base).bend(scenario.profile.limits)


def find_profile(name: str) -> Profile:
    """A profile by name or alias; ScenarioError where there is none."""
    known = {**PROFILES, **{alias: PROFILES[target] for alias, target in ALIASES.items()}}
    if name not in known:
        raise ScenarioError(f"there is no profile '{name}'; {did_you_mean(name, known)}")
    return known[name]


def detectors_of(scenario: Scenario, profile: Profile) -> dict[str, Any]:
    """The profile's detectors and those that score beside them."""
    own = profile.detectors if scenario.detectors.of_profile else ()
    names = dict.fromkeys([*own, *scenario.detectors.also])
    for name in names:
        if name not in DETECTORS:
            raise ScenarioError(f"there is no detector '{name}'; {did_you_mean(name, DETECTORS)}")
    return {name: DETECTORS[name]() for name in names}


def city_of(scenario: Scenario) -> City:
    """The map of the scenario."""
    section = scenario.map
    try:
        if section.synthetic is not None:
            return synthetic_city(**section.synthetic)
        if section.countries:
            return land(section.countries)
        return load_city(section.city)
    except TypeError as error:
        raise ScenarioError(f"map.synthetic: {error}; see the options of 'poc map synth --help'.") from error
    except MapError as error:
        raise DataError(str(error)) from error


def setting_of(scenario: Scenario, city: City, jobs: int = 1) -> Setting:
    """Radio, region plan and keys; checks that frequency and heights lie in the path-loss model's domain."""
    region = scenario.fleet.region or city.region
    if region not in REGION_PLANS:
        raise ScenarioError(f"fleet.region: there is no region '{region}'; {did_you_mean(region, REGION_PLANS)}")
    plan = REGION_PLANS[region]
    section = scenario.radio
    radio = Radio(
        path_loss=build("path loss", PATH_LOSS, section.path_loss or DEFAULT_RADIO["path_loss"], "radio.path_loss"),
        shadowing=build("shadowing", SHADOWING, section.shadowing or DEFAULT_RADIO["shadowing"], "radio.shadowing"),
        fading=build("fading", FADING, section.fading or DEFAULT_RADIO["fading"], "radio.fading"),
        noise_figure_db=section.noise_figure_db,
        miss_probability=section.miss_probability,
    )
    if type(radio.path_loss) in NEEDS_TERRAIN and city.terrain is None:
        raise ScenarioError(
            f"radio.path_loss needs terrain and the city '{city.name}' has none; "
            "choose another model, or a city with an elevation raster such as tennessee-ridges."
        )
    _check_domain(radio, plan, scenario.fleet.height_median_m)
    return Setting(scenario, city, plan, radio, Keys(scenario.seed), jobs)


def first_world(setting: Setting) -> tuple[World, tuple[Campaign, ...]]:
    """The fleet as it stands before the first epoch, liars recruited, and the campaigns that go on."""
    scenario = setting.scenario
    made = campaigns(scenario.attacks)
    placement = build("placement", PLACEMENTS, scenario.fleet.placement, "fleet.placement")
    try:
        hotspots, truth = create_fleet(scenario.fleet, placement, setting.city, setting.plan, setting.keys)
    except MapError as error:
        raise DataError(str(error)) from error
    except RadioError as error:
        raise ScenarioError(f"fleet: {error}") from error
    market = {"home": {"hotspots": hotspots, "truth": truth}} if scenario.actors else {}
    hotspots, truth = recruit(made, hotspots, truth, setting.keys.of("attacks"))
    return World(hotspots, truth, market=market), made


def _check_domain(radio: Radio, plan: RegionPlan, height_m: float) -> None:
    for frequency_hz in (min(plan.channels_hz), max(plan.channels_hz)):
        try:
            radio.path_loss.domain.check_setup(frequency_hz, height_m, height_m)
        except RadioError as error:
            raise DomainError(f"radio.path_loss: {error}") from error


def resolved(scenario: Scenario) -> Mapping[str, Any]:
    """The scenario as plain JSON values, defaults filled in."""
    document: dict[str, Any] = scenario.model_dump(mode="json")
    for key in ("path_loss", "shadowing", "fading"):
        document["radio"][key] = document["radio"][key] or DEFAULT_RADIO[key]
    return document
