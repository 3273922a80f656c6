import pytest

from maps.regions import ELSEWHERE, REGION_BOXES, region_of
from radio_models.lora.region_plans import REGION_PLANS

CAPITALS = {
    "EU868": [(47.14, 9.52), (60.17, 24.94), (51.5, -0.1), (40.4, -3.7), (-26.2, 28.0), (9.1, 7.4)],
    "US915": [(36.6, -84.2), (38.9, -77.0), (19.4, -99.1), (21.3, -157.9), (64.8, -147.7)],
    "AU915": [(-35.3, 149.1), (-15.8, -47.9), (-34.6, -58.4), (-41.3, 174.8)],
    "IN865": [(28.6, 77.2), (13.1, 80.3)],
    "CN470": [(39.9, 116.4), (31.2, 121.5)],
    "KR920": [(37.57, 126.98)],
    "RU864": [(55.0, 82.9)],
    "AS923-1": [(35.7, 139.7), (1.35, 103.8), (25.0, 121.5)],
    "AS923-2": [(21.0, 105.8)],
}


@pytest.mark.parametrize("region", CAPITALS)
def test_well_known_places(region):
    latitude, longitude = zip(*CAPITALS[region], strict=True)
    assert region_of(latitude, longitude).tolist() == [region] * len(latitude)


def test_the_open_ocean_and_the_pole_have_the_stated_default():
    assert region_of([90.0, -60.0], [0.0, -140.0]).tolist() == [ELSEWHERE, ELSEWHERE]


def test_boxes_are_boxes():
    for _, south, north, west, east in REGION_BOXES:
        assert -90 <= south < north <= 90 and -180 <= west < east <= 180


def test_radio_models_knows_every_region():
    assert {region for region, *_ in REGION_BOXES} | {ELSEWHERE} <= set(REGION_PLANS)
