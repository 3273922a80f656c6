import numpy as np
import pytest
import shapely

from maps.geodesy import coordinates_from_local_metres
from maps.outline import area_km2, outline_from_ring, within_180


def circle(latitude, longitude, radius_m):
    angle = np.linspace(0, 2 * np.pi, 361)[:-1]
    return outline_from_ring(
        *coordinates_from_local_metres(radius_m * np.cos(angle), radius_m * np.sin(angle), latitude, longitude)
    )


@pytest.mark.parametrize("place", [(0, 0), (47, 9.5), (-17, 180), (60, -179.9), (89.99, 40), (90, 0), (-89.95, 170)])
def test_a_circle_has_its_area_anywhere(place):
    outline = circle(*place, 10_000.0)
    assert outline.is_valid
    assert area_km2(outline) == pytest.approx(100 * np.pi, rel=2e-4)
    west, _, east, _ = outline.bounds
    assert west >= -180 and east <= 180


@pytest.mark.parametrize("pole", [90, -90])
def test_the_pole_lies_inside_a_ring_around_it(pole):
    outline = circle(pole * 0.9999, 25.0, 10_000.0)
    assert outline.intersects(shapely.Point(123.0, pole)) and outline.bounds[2] == 180


@pytest.mark.parametrize("turn", [-720, -360, 0, 360])
def test_whole_turns_change_nothing(turn):
    box = shapely.box(-10 + turn, 1, 20 + turn, 2)
    assert within_180(box).equals(shapely.box(-10, 1, 20, 2))


def test_what_sticks_out_comes_in_on_the_other_side():
    parts = within_180(shapely.box(-190, 0, -170, 1))
    assert parts.equals(shapely.union_all([shapely.box(-180, 0, -170, 1), shapely.box(170, 0, 180, 1)]))
