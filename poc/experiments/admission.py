"""Whether a scenario can be run, asked before anything is started or written."""

from __future__ import annotations

from maps.city import City
from maps.placement import PLACEMENTS
from poc.errors import PocError
from poc.plugin import build
from poc.scenario import Scenario
from poc.setup import city_of, detectors_of, profile_of, setting_of
from poc.world.parties import parties
from poc.world.recruiting import campaigns


class Door:
    """Lets a scenario in or says why not; maps are loaded once.

    >>> from poc.scenario import scenario_from
    >>> print(Door().refusal(scenario_from({"profile": {"base": "helium-iott"}}, "example")))
    there is no profile 'helium-iott'; did you mean 'helium-iot'?
    """

    def __init__(self) -> None:
        self._cities: dict[str, City] = {}

    def check(self, scenario: Scenario) -> None:
        """Raises PocError, as the run itself would, for all that can be known without placing a hotspot."""
        detectors_of(scenario, profile_of(scenario))
        parties(scenario.actors, campaigns(scenario.attacks))
        build("placement", PLACEMENTS, scenario.fleet.placement, "fleet.placement")
        key = scenario.map.model_dump_json()
        if key not in self._cities:
            self._cities[key] = city_of(scenario)
        setting_of(scenario, self._cities[key])

    def refusal(self, scenario: Scenario) -> PocError | None:
        """The error with which the scenario is turned away, None where it can be run."""
        try:
            self.check(scenario)
        except PocError as error:
            return error
        return None
