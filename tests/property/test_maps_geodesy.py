"""Laws of maps.geodesy on the whole globe."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from maps.geodesy import (
    EARTH_RADIUS_M,
    bearing_deg,
    chord_m,
    coordinates_from_local_metres,
    coordinates_from_vectors,
    destination,
    great_circle_m,
    local_metres,
    unit_vectors,
    wrap_longitude_deg,
)

LATITUDE = st.floats(-90, 90)
LONGITUDE = st.floats(-180, 180)
HALF_ROUND_M = np.pi * EARTH_RADIUS_M


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_distance_is_symmetric_bounded_and_equals_the_angle_of_vectors(a, b, c, d):
    there, back = great_circle_m(a, b, c, d), great_circle_m(c, d, a, b)
    assert there == back and 0.0 <= there <= HALF_ROUND_M * (1 + 1e-12)
    u, v = unit_vectors(a, b), unit_vectors(c, d)
    angle = np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v)
    assert abs(there - EARTH_RADIUS_M * angle) < 0.1
    assert abs(chord_m(a, b, c, d) - EARTH_RADIUS_M * np.linalg.norm(u - v)) < 1e-6


@given(LATITUDE, LONGITUDE, st.floats(0, 360), st.floats(0, 0.99 * HALF_ROUND_M))
def test_destination_lies_at_its_distance(latitude, longitude, bearing, distance):
    reached = destination(latitude, longitude, bearing, distance)
    assert abs(great_circle_m(latitude, longitude, *reached) - distance) < 1e-3
    assert -90 <= reached[0] <= 90 and -180 <= reached[1] < 180


@given(st.floats(-89, 89), LONGITUDE, st.floats(0, 359.9), st.floats(100, 0.9 * HALF_ROUND_M))
def test_bearing_of_a_destination_is_the_bearing_followed(latitude, longitude, bearing, distance):
    turn = bearing_deg(latitude, longitude, *destination(latitude, longitude, bearing, distance)) - bearing
    assert abs((turn + 180.0) % 360.0 - 180.0) < 1e-4


@given(LATITUDE, LONGITUDE, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_local_metres_round_trip(latitude, longitude, east, north):
    place = coordinates_from_local_metres(east, north, latitude, longitude)
    assert abs(great_circle_m(latitude, longitude, *place) - np.hypot(east, north)) < 1e-3
    again = coordinates_from_local_metres(*local_metres(*place, latitude, longitude), latitude, longitude)
    assert great_circle_m(*place, *again) < 1e-3


@given(LATITUDE, LONGITUDE)
def test_vectors_round_trip(latitude, longitude):
    assert great_circle_m(latitude, longitude, *coordinates_from_vectors(unit_vectors(latitude, longitude))) < 1e-6


@given(st.floats(-1e5, 1e5))
def test_wrapped_longitude_is_the_same_meridian(longitude):
    wrapped = wrap_longitude_deg(longitude)
    assert -180 <= wrapped < 180
    turns = (longitude - wrapped) / 360.0
    assert abs(turns - round(turns)) < 1e-9


@given(st.lists(st.tuples(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE), min_size=1, max_size=5))
def test_columns_equal_scalars(rows):
    columns = np.array(rows).T
    for law in (great_circle_m, bearing_deg, chord_m):
        assert law(*columns).tolist() == [float(law(*row)) for row in rows]
