import numpy as np
import pytest

from maps.geodesy import EARTH_RADIUS_M, bearing_deg, coordinates_from_local_metres, destination, great_circle_m


def test_radius_is_that_of_h3():
    import h3

    quarter = h3.great_circle_distance((0, 0), (0, 90), unit="m")
    assert quarter == pytest.approx(EARTH_RADIUS_M * np.pi / 2, rel=1e-15)


def test_a_millimetre_and_the_antipodes():
    millimetre_deg = np.degrees(1e-3 / EARTH_RADIUS_M)
    assert great_circle_m(47.0, 9.5, 47.0 + millimetre_deg, 9.5) == pytest.approx(1e-3, rel=1e-5)
    assert great_circle_m(12.0, 34.0, -12.0, -146.0) == pytest.approx(np.pi * EARTH_RADIUS_M, rel=1e-12)


def test_antimeridian_is_no_edge():
    assert great_circle_m(0.0, 179.999, 0.0, -179.999) == pytest.approx(great_circle_m(0.0, -0.001, 0.0, 0.001))
    assert bearing_deg(0.0, 179.999, 0.0, -179.999) == pytest.approx(90.0)


@pytest.mark.parametrize(("target", "bearing"), [((1, 0), 0), ((0, 1), 90), ((-1, 0), 180), ((0, -1), 270)])
def test_compass(target, bearing):
    assert bearing_deg(0.0, 0.0, *target) == pytest.approx(bearing)


def test_from_the_pole_every_way_is_south():
    latitude, longitude = destination(90.0, 0.0, [0.0, 90.0, 180.0], 1000.0)
    assert np.allclose(latitude, 90.0 - np.degrees(1000.0 / EARTH_RADIUS_M), rtol=0, atol=1e-12)
    assert sorted(abs(longitude).round(9)) == [0.0, 90.0, 180.0]


def test_over_the_pole_and_down_the_other_side():
    latitude, longitude = coordinates_from_local_metres(0.0, 20_000.0, 89.95, 10.0)
    assert longitude == pytest.approx(-170.0)
    assert great_circle_m(89.95, 10.0, latitude, longitude) == pytest.approx(20_000.0, abs=1e-6)
