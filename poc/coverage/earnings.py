"""What a site would earn: small emulations of the city with and without it, over several seeds.

Not a forecast in money. The emission of the whole network falls to the few hotspots of the emulation, so only ratios
mean something: the site's share of the fleet's rewards, and how it compares with the hotspot in the middle. Fleet,
shadowing and fading differ from seed to seed and are drawn alike with and without the site, so that what changes for
the others is the site's doing. (What they lose together is the site's share, because the emission is fixed.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from maps.grid import cells_from_coordinates
from poc.coverage.level import Site
from poc.emulator import Emulation
from poc.errors import DataError, ScenarioError
from poc.experiments.intervals import Mean, mean_over
from poc.scenario import Scenario, scenario_from, value_from_text
from poc.schema import HOTSPOTS, TRUTH
from poc.table import Table
from poc.world.fleet import ASSERTED_RESOLUTION
from poc.world.truth import World

N_EPOCHS, WARM_UP_EPOCHS = 4, 2  # the 48 h of reciprocity, then two days that count
SITE_ID = 2**53 - 1  # the largest id there is; drawn ids hit it once in nine million billion


@dataclass(frozen=True, slots=True)
class Earnings:
    """Means over seeds with their 95 % intervals (Student).

    `share` of all rewards that go to the site, `times_median` its reward over that of the median other hotspot,
    `others_gain` share of the other hotspots that earn more with the site than without it.
    """

    profile: str
    n_seeds: int
    n_hotspots: int
    share: Mean
    times_median: Mean
    others_gain: Mean

    def what_it_is(self) -> str:
        """What these figures are and are not, in a sentence."""
        return (
            f"Earnings: {self.n_seeds} fleets of {self.n_hotspots} honest hotspots under {self.profile}, each with and "
            "without the site; the whole emission falls to that fleet, so read ratios, not money; the interval is over "
            "fleets (Student, 95 %)."
        )

    def rows(self) -> list[dict[str, Any]]:
        """One row for each mean."""
        return [
            {"what": what, "value": mean.mean, "low": mean.low, "high": mean.high, "profile": self.profile}
            for what, mean in (
                ("share of the fleet's rewards", self.share),
                ("times the median hotspot", self.times_median),
                ("others that earn more with it, share", self.others_gain),
            )
        ]


def scenario_around(city: str, profile: str, n_hotspots: int, settings: Sequence[str]) -> Scenario:
    """The scenario that earnings are emulated in: the city, honest hotspots where people live, the default radio.

    `settings` are `key=value` as for `poc run`, for instance radio.path_loss={name="hata"}.
    """
    document = {
        "name": "coverage", "map": {"city": city}, "profile": {"base": profile},
        "fleet": {"n_hotspots": n_hotspots}, "time": {"n_epochs": N_EPOCHS, "warm_up_epochs": WARM_UP_EPOCHS},
    }  # fmt: skip
    changes: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ScenarioError(f"--set {setting!r} is not key=value; write for instance fleet.n_hotspots=50.")
        changes[key.strip()] = value_from_text(text.strip())
    return scenario_from(document, "coverage").with_settings(changes)


def earnings(
    site: Site, scenario: Scenario, n_seeds: int, progress: Callable[[int, int], None] | None = None
) -> Earnings:
    """Run the scenario with and without the site for `n_seeds` seeds counted up from the scenario's.

    The site is honest, radiates the peak gain of its antenna all round, and asserts where it stands.
    Raises PocError when the scenario cannot be run, DataError when it has fewer than two hotspots.
    """
    if scenario.fleet.n_hotspots < 2:
        raise DataError(
            f"the fleet has {scenario.fleet.n_hotspots} hotspots, expected two or more to compare the site with."
        )
    shares: list[float | None] = []
    ratios: list[float | None] = []
    gainers: list[float | None] = []
    for number in range(n_seeds):
        emulation = Emulation.of(scenario.with_settings({"seed": scenario.seed + number}))
        without = _paid(emulation)
        emulation = Emulation.of(emulation.scenario)
        paid = _paid(replace(emulation, world=_with_site(emulation, site)))
        own = paid.pop(SITE_ID, 0)
        everybody = emulation.world.hotspots["hotspot"].tolist()
        others = [paid.get(hotspot, 0) for hotspot in everybody]
        before, middle = [without.get(hotspot, 0) for hotspot in everybody], float(np.median(others))
        shares.append(own / (own + sum(others)) if own + sum(others) else None)
        ratios.append(own / middle if middle else None)
        gainers.append(float(np.mean(np.array(others) > np.array(before))))
        if progress:
            progress(number + 1, n_seeds)
    return Earnings(
        scenario.profile.base, n_seeds, scenario.fleet.n_hotspots, mean_over(shares), mean_over(ratios),
        mean_over(gainers),
    )  # fmt: skip


def _paid(emulation: Emulation) -> dict[int, int]:
    """Bones by hotspot in the measured epochs."""
    total: dict[int, int] = {}
    for epoch in emulation.epochs():
        rewards = epoch.tables["rewards"]
        for hotspot, bones in zip(rewards["hotspot"].tolist(), rewards["amount_bones"].tolist(), strict=True):
            total[hotspot] = total.get(hotspot, 0) + bones
    return total


def _with_site(emulation: Emulation, site: Site) -> World:
    """The first world with one more hotspot, which has the everyday latency of the fleet and no other trouble."""
    world, setting = emulation.world, emulation.setting
    section = setting.scenario.fleet
    peak_dbi = float(np.max(site.antenna.gain_dbi(np.arange(0.0, 360.0, 5.0)[:, None], np.arange(-90.0, 91.0, 1.0))))
    asserted_dbi = round(peak_dbi - site.cable_loss_db, 1)
    power_dbm = min(float(setting.plan.conducted_power_dbm(asserted_dbi)), setting.plan.hardware_limit_dbm)
    hotspot = np.array([SITE_ID], np.uint64)
    public = HOTSPOTS.table(
        hotspot=hotspot, owner=hotspot,
        cell=cells_from_coordinates(np.array([site.latitude_deg]), np.array([site.longitude_deg]), ASSERTED_RESOLUTION),
        gain_dbi=asserted_dbi, elevation_m=float(round(site.height_m)), region=setting.plan.number, full=True,
    )  # fmt: skip
    private = TRUTH.table(
        hotspot=hotspot, latitude_deg=site.latitude_deg, longitude_deg=site.longitude_deg, height_m=site.height_m,
        gain_dbi=peak_dbi - site.cable_loss_db, power_dbm=power_dbm, rssi_bias_db=0.0,
        latency_s=section.latency_median_s,
        clock_offset_s=0.0, outage_share=section.outage_share, attack="", nuisance="", group=0,
    )  # fmt: skip
    return replace(
        world, hotspots=Table.concat([world.hotspots, public]), truth=Table.concat([world.truth, private])
    )  # fmt: skip
