"""One link from A to B: the ground between, the first Fresnel zone, and what every path-loss model makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from maps.city import City
from maps.geodesy import EARTH_RADIUS_M, bearing_deg, great_circle_m
from poc.errors import DataError
from poc.paths import Places, median_loss
from poc.table import Array
from radio_models.errors import RadioError
from radio_models.free_space import SPEED_OF_LIGHT_M_PER_S, free_space_loss_db
from radio_models.model import PATH_LOSS

EFFECTIVE_EARTH = 4.0 / 3.0  # median refraction of a standard atmosphere
CLEAR_SHARE = 0.6  # of the first Fresnel zone, from which on a link counts as clear (ITU-R P.530)
N_DRAWN_POINTS = 601


@dataclass(frozen=True, slots=True)
class Point:
    """An antenna: degrees, and metres above the ground."""

    latitude_deg: float
    longitude_deg: float
    height_m: float

    def places(self) -> Places:
        return Places(*(np.array([value]) for value in (self.latitude_deg, self.longitude_deg, self.height_m)))


@dataclass(frozen=True, slots=True, eq=False)
class LinkProfile:
    """A link as drawn: arrays over points from A to B.

    `ground_m` above sea level with the bulge of the effective Earth added, `ray_m` the straight line between the
    antennas, `fresnel_m` radius of the first zone; `rows` one for each model.
    """

    start: Point
    end: Point
    frequency_hz: float
    length_m: float
    bearing_from_north_deg: float
    has_terrain: bool
    along_m: Array
    ground_m: Array
    ray_m: Array
    fresnel_m: Array
    rows: list[dict[str, Any]]

    @property
    def clearance(self) -> float:
        """Least clearance of the ray over the ground, in radii of the first Fresnel zone; negative where it is cut."""
        inner = slice(1, -1)
        return float(np.min((self.ray_m - self.ground_m)[inner] / self.fresnel_m[inner]))

    @property
    def verdict(self) -> str:
        """The link in a sentence, beginning with one word: Clear, Weak or Blocked."""
        word, what = "Clear", "nothing reaches far into the Fresnel zone"
        if self.clearance < CLEAR_SHARE:
            word, what = "Weak", "in sight, but the ground reaches into the Fresnel zone"
        if self.clearance < 0.0:
            word, what = "Blocked", "cut by the ground"
        ground = "" if self.has_terrain else " over flat ground, since the city has no terrain"
        return (
            f"{word}: {self.length_m / 1000.0:.2f} km towards {self.bearing_from_north_deg:.0f}°{ground}, {what} "
            f"(least clearance {self.clearance:.2f} of the first Fresnel zone)."
        )


def point_from_text(text: str, height_m: float) -> Point:
    """A point from "lat,lon" or "lat,lon,height"; DataError for anything else.

    >>> point_from_text("47.1,9.5,12", 2.0)
    Point(latitude_deg=47.1, longitude_deg=9.5, height_m=12.0)
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not (2 <= len(numbers) <= 3 and abs(numbers[0]) <= 90.0 and abs(numbers[1]) <= 180.0):
        raise DataError(f"the place is '{text}', expected latitude,longitude[,height in metres] such as 47.14,9.52,12.")
    if len(numbers) == 3:
        height_m = numbers[2]
    if not 0.0 < height_m <= 3000.0:
        raise DataError(f"the antenna at '{text}' is {height_m:g} m high, expected above 0 to 3000 m; correct it.")
    return Point(numbers[0], numbers[1], height_m)


def link_profile(city: City, start: Point, end: Point, frequency_hz: float) -> LinkProfile:
    """The link between two points of a city's terrain, or over flat ground where the city has none.

    Raises DataError for one point given twice or a point beside the terrain.

    >>> from maps.synthetic import synthetic_city
    >>> flat = synthetic_city("grid", width_km=2.0, height_km=2.0, seed=1)
    >>> link_profile(flat, Point(0.0, 0.0, 10.0), Point(0.0, 0.009, 10.0), 868e6).rows[0]["model"]
    'free-space'
    """
    places = (start.latitude_deg, start.longitude_deg, end.latitude_deg, end.longitude_deg)
    length_m = float(great_circle_m(*places))
    if length_m < 1.0:
        raise DataError("both ends of the link are one place, expected two at least a metre apart; move one.")
    along_m = np.linspace(0.0, length_m, N_DRAWN_POINTS)
    ground_m = np.zeros(N_DRAWN_POINTS)
    if city.terrain is not None:
        for name, point in (("first", start), ("second", end)):
            if not city.terrain.contains(point.latitude_deg, point.longitude_deg):
                raise DataError(
                    f"the {name} point {point.latitude_deg:g},{point.longitude_deg:g} is not on the terrain of "
                    f"'{city.name}'; choose one between {city.terrain.south_deg:.3f},{city.terrain.west_deg:.3f} and "
                    f"{city.terrain.north_deg:.3f},{city.terrain.east_deg:.3f}."
                )
        ground_m = city.terrain.profiles(*places, N_DRAWN_POINTS)[0]
    ends_m = ground_m[0] + start.height_m, ground_m[-1] + end.height_m
    left_m = length_m - along_m
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / frequency_hz
    return LinkProfile(
        start=start,
        end=end,
        frequency_hz=frequency_hz,
        length_m=length_m,
        bearing_from_north_deg=float(bearing_deg(*places)),
        has_terrain=city.terrain is not None,
        along_m=along_m,
        ground_m=ground_m + along_m * left_m / (2.0 * EFFECTIVE_EARTH * EARTH_RADIUS_M),
        ray_m=np.linspace(*ends_m, N_DRAWN_POINTS),
        fresnel_m=np.sqrt(wavelength_m * along_m * left_m / length_m),
        rows=_losses(city, start, end, length_m, frequency_hz),
    )


def _losses(city: City, start: Point, end: Point, length_m: float, frequency_hz: float) -> list[dict[str, Any]]:
    """One row for each member of PATH_LOSS with its defaults; a note instead of a loss where it says nothing."""
    straight_m = float(np.hypot(length_m, start.height_m - end.height_m))
    free_db = float(free_space_loss_db(straight_m, frequency_hz))
    rows = []
    for name, member in PATH_LOSS.items():
        model = member()
        row: dict[str, Any] = {"model": name, "loss_db": None, "over_free_space_db": None, "note": ""}
        try:
            model.domain.check_setup(frequency_hz, start.height_m, end.height_m)
            loss_db, outside = median_loss(
                model, city, start.places(), end.places(), np.array([length_m]), frequency_hz
            )
        except RadioError as error:
            row["note"] = str(error)
        else:
            if np.isfinite(loss_db[0]):
                row["loss_db"] = round(float(loss_db[0]), 2)
                row["over_free_space_db"] = round(float(loss_db[0]) - free_db, 2)
                row["note"] = "distance outside its domain" if outside[0] else ""
            else:
                row["note"] = "cannot judge this profile"
        rows.append(row)
    return rows
