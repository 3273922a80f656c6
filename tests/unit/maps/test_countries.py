import csv
from importlib import resources

import pytest

from maps.countries import borders_of, plans_of
from radio_models.lora.region_plans import REGION_PLANS

CAPITALS = [
    ("Finland", "EU868", 60.17, 24.94), ("Liechtenstein", "EU868", 47.14, 9.52), ("Singapore", "AS923-1", 1.35, 103.82),
    ("India", "IN865", 28.61, 77.21), ("South Korea", "KR920", 37.57, 126.98), ("China", "CN470", 39.9, 116.4),
    ("Russia", "RU864", 55.75, 37.62), ("United States of America", "US915", 61.2, -149.9),
    ("Brazil", "AU915", -15.79, -47.88), ("Israel", "AS923-4", 32.08, 34.79), ("Kosovo", "EU868", 42.66, 21.16),
    ("France", "EU868", 4.92, -52.31), ("Armenia", "EU868", 40.18, 44.02), ("Afghanistan", "", 34.5, 69.2),
]  # fmt: skip


def test_capitals():
    found = plans_of([row[2] for row in CAPITALS], [row[3] for row in CAPITALS])
    assert list(zip(found.country.tolist(), found.plan.tolist(), strict=True)) == [row[:2] for row in CAPITALS]
    assert not found.near.any()


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "near"),
    [
        (36.02, 14.43, "Malta", True),
        (35.40, 14.43, "Malta", True),  # 42 km south of it
        (35.30, 14.43, "", False),  # 53 km
        (0.0, -140.0, "", False),
        (90.0, 0.0, "", False),
        (-16.9, 180.0, "Fiji", False),  # on the date line, which cuts the island
        (-17.0, 179.95, "Fiji", True),
        (-16.9, -180.0, "Fiji", False),
        (47.14, 369.52, "Liechtenstein", False),
    ],
)
def test_at_sea(latitude, longitude, country, near):
    found = plans_of(latitude, longitude)
    assert (found.country[0], bool(found.near[0])) == (country, near)


def test_plans_are_known_to_the_radio():
    with (resources.files("poc_data") / "countries" / "plans.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["plan"] for row in rows} - {""} <= set(REGION_PLANS)
    assert len({row["country"] for row in rows}) == len(rows) > 240


def test_land_across_the_antimeridian_is_cut_there_and_that_around_the_pole_holds_it():
    fiji = borders_of([242])
    assert max(piece.bounds[2] - piece.bounds[0] for piece in fiji.geoms) < 3.0
    assert (fiji.bounds[0], fiji.bounds[2]) == (-180.0, 180.0)
    found = plans_of([-16.5, -16.9, -16.8, 66.0, 66.0, 71.2, -89.0], [-110.0, 0.0, 179.5, -175.0, 178.0, 180.0, 0.0])
    assert found.country.tolist() == ["", "", "Fiji", "Russia", "Russia", "Russia", "Antarctica"]
