"""Distances and cells of Helium's own verifier tests.

Source: `/work/shared/spec/helium-iot-vectors.md` §3 and §4, taken there from helium/oracles, `iot_verifier/src/poc.rs`
(and h3o 0.4 for the rows marked "derived"). Units: distance in metres on the sphere of 6,371.007180918475 km, grid
distance in cells, coordinates in degrees.
"""

import pytest

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells, distances, parents, resolutions

LOC0, LOC1, LOC2 = 631615575095659519, 631615576056478207, 631278052025960447
LOC3, LOC4 = 627111975468974079, 627111975465463807
WEST_LONDON, NORTH_LONDON = 644459695463521437, 644460986971331488

PLACES = [
    (LOC0, 12, 35.907650, 14.431416),
    (LOC1, 12, 36.061887, 14.266235),
    (LOC2, 12, 40.180256, 44.020679),
    (LOC3, 11, 35.907779, 14.427388),
    (LOC4, 11, 35.911106, 14.417468),
]


@pytest.mark.parametrize(("cell", "resolution", "latitude_deg", "longitude_deg"), PLACES)
def test_cell_lies_where_the_verifier_says(cell, resolution, latitude_deg, longitude_deg):
    latitude, longitude = coordinates_from_cells(cell)
    assert resolutions(cell) == resolution
    assert (round(float(latitude), 6), round(float(longitude), 6)) == (latitude_deg, longitude_deg)
    assert cells_from_coordinates(latitude, longitude, resolution) == cell


@pytest.mark.parametrize(("cell", "metres"), [(LOC1, 22694.12), (LOC2, 2621729.78), (LOC3, 363.00), (LOC4, 1313.60)])
def test_distance_from_malta(cell, metres):
    distance_m = great_circle_m(*coordinates_from_cells(LOC0), *coordinates_from_cells(cell))
    assert round(float(distance_m), 2) == metres


@pytest.mark.parametrize(("cell", "steps"), [(LOC0, 0), (LOC1, 461), (LOC2, 56221), (LOC3, 7), (LOC4, 28)])
def test_grid_distance_from_malta_at_resolution_11(cell, steps):
    assert distances(parents(LOC0, 11), parents(cell, 11)) == steps


def test_london_pair():
    latitude, longitude = [51.51231394840223, 51.5649315958581], [-0.2919014665284206, -0.10295780727096393]
    assert cells_from_coordinates(latitude, longitude, 15).tolist() == [WEST_LONDON, NORTH_LONDON]
    assert round(float(great_circle_m(latitude[0], longitude[0], latitude[1], longitude[1]))) == 14318
    centres = [*coordinates_from_cells(WEST_LONDON), *coordinates_from_cells(NORTH_LONDON)]
    assert round(float(great_circle_m(*centres))) == 14318
    assert distances(parents(WEST_LONDON, 11), parents(NORTH_LONDON, 11)) == 360
