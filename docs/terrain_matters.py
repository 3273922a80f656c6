"""Draw docs/radio-models/terrain-matters.png: who hears whom by ITM and by flat log-distance, on real terrain.

python -m docs.terrain_matters [--monaco N43E007.hgt.zip]    (the tile is not part of the repository)

Receivers are drawn evenly over the land of each map. Both models get the same number of links: the log-distance model
may hear as many of the nearest pairs as ITM hears of all pairs, so that only *who* differs, not how many.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from maps.city import load_city
from maps.geodesy import great_circle_m
from maps.importers.elevation import clipped, terrain_from_hgt
from maps.terrain import Terrain
from poc.paths import Places, paths_between
from poc.report.style import BLUE, VERMILION, png_from
from radio_models.itm.model import Itm
from radio_models.lora.receiver import sensitivity_dbm

N_PLACES, HEIGHT_M, FREQUENCY_HZ, EIRP_DBM, FACTOR = 150, 6.0, 868e6, 16.0, 9
N_POINTS = 257
MONACO = (43.68, 7.33, 43.83, 7.53)  # the principality and the mountains behind it


@dataclass(frozen=True)
class Heard:
    """Pairs among some places: which are heard by each model."""

    places: Places
    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    by_itm: npt.NDArray[np.bool_]
    by_distance: npt.NDArray[np.bool_]
    title: str

    def told(self) -> str:
        """What differs, in a sentence."""
        n_itm, both = int(self.by_itm.sum()), int((self.by_itm & self.by_distance).sum())
        return (
            f"{self.title}: ITM hears {n_itm} of {len(self.first)} pairs; of as many nearest pairs, which is what flat "
            f"log-distance hears, {n_itm - both} ({(n_itm - both) / n_itm:.0%}) are not among them"
        )


def heard(terrain: Terrain, title: str, seed: int = 1) -> Heard:
    """Every pair of places drawn over the land of a raster."""
    rng = np.random.default_rng(seed)
    latitude = rng.uniform(terrain.south_deg, terrain.north_deg, 20 * N_PLACES)
    longitude = rng.uniform(terrain.west_deg, terrain.east_deg, 20 * N_PLACES)
    land = np.flatnonzero(terrain.elevation_m(latitude, longitude) > 0.0)[:N_PLACES]
    places = Places(latitude[land], longitude[land], np.full(len(land), HEIGHT_M))
    first, second = np.triu_indices(len(land), 1)
    tx, rx = places.take(first), places.take(second)
    distance_m = np.asarray(great_circle_m(tx.latitude_deg, tx.longitude_deg, rx.latitude_deg, rx.longitude_deg))
    profiles_m = terrain.profiles(tx.latitude_deg, tx.longitude_deg, rx.latitude_deg, rx.longitude_deg, N_POINTS)
    paths = paths_between(None, tx, rx, distance_m, FREQUENCY_HZ, profiles_m)
    by_itm = EIRP_DBM - Itm().loss_db(paths) >= float(sensitivity_dbm(FACTOR))
    by_distance = np.zeros(len(first), bool)
    by_distance[np.argsort(distance_m, kind="stable")[: int(by_itm.sum())]] = True
    return Heard(places, first, second, by_itm, by_distance, title)


def draw(maps: list[tuple[Terrain, Heard]], path: Path) -> Path:
    """One panel for each map: links that only one of the two models hears, over shaded ground."""
    figure = Figure(figsize=(4.2 * len(maps), 4.0), layout="constrained")
    for axes, (terrain, found) in zip(figure.subplots(1, len(maps), squeeze=False)[0], maps, strict=True):
        draw_one(axes, terrain, found)
    path.write_bytes(png_from(figure, dpi=110))
    return path


def draw_one(axes: Any, terrain: Terrain, found: Heard) -> None:
    """The panel of one map."""
    box = (terrain.west_deg, terrain.east_deg, terrain.south_deg, terrain.north_deg)
    axes.imshow(terrain.hillshade(), extent=box, cmap="gray", alpha=0.35, interpolation="bilinear")
    x, y = found.places.longitude_deg, found.places.latitude_deg
    for chosen, colour, label in (
        (found.by_distance & ~found.by_itm, VERMILION, "near, but hidden: only log-distance"),
        (found.by_itm & ~found.by_distance, BLUE, "far, but in sight: only ITM"),
    ):
        ends = [np.stack([v[found.first[chosen]], v[found.second[chosen]]]) for v in (x, y)]
        axes.plot(*ends, color=colour, linewidth=0.35, alpha=0.5)
        axes.plot([], [], color=colour, label=label)
    axes.plot(x, y, ".", color="black", markersize=3)
    axes.set_aspect(1.0 / np.cos(np.radians(0.5 * (terrain.south_deg + terrain.north_deg))))
    axes.grid(visible=False)
    axes.set_title(found.title, loc="left", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("longitude [°]")
    axes.set_ylabel("latitude [°]")
    axes.legend(loc="lower left", fontsize=7, frameon=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--monaco", type=Path, help="SRTM tile N43E007")
    asked = parser.parse_args()
    terrain = load_city("tennessee-ridges").terrain
    if terrain is None:
        raise SystemExit("the bundled city tennessee-ridges has lost its terrain.")
    maps = [(terrain, heard(terrain, "Tennessee ridges"))]
    if asked.monaco:
        coast = clipped(terrain_from_hgt(asked.monaco), *MONACO)
        maps.append((coast, heard(coast, "Monaco and the mountains behind it")))
    for _, found in maps:
        print(found.told())
    print(draw(maps, Path(__file__).parent / "radio-models" / "terrain-matters.png"))


if __name__ == "__main__":
    main()
