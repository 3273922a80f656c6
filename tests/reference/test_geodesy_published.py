"""Distances and bearings that others published.

Sources: Ed Williams, "Aviation Formulary V1.46" (LAX 33°57′N 118°24′W to JFK 40°38′N 73°47′W: 0.623585 rad, initial
course 66 degrees), and J. P. Snyder, USGS PP 1395 (1987), numerical examples to §25 (azimuthal equidistant, sphere
of radius 3, origin 40° N 100° W, point 20° S 100° E: x = −5.8311398, y = 5.5444634). Units as given there.
"""

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, bearing_deg, great_circle_m, local_metres

LAX, JFK = (33 + 57 / 60, -(118 + 24 / 60)), (40 + 38 / 60, -(73 + 47 / 60))


def test_los_angeles_to_new_york():
    assert round(float(great_circle_m(*LAX, *JFK)) / EARTH_RADIUS_M, 6) == 0.623585
    assert round(float(bearing_deg(*LAX, *JFK))) == 66


def test_snyder_azimuthal_equidistant():
    x, y = (value * 3.0 / EARTH_RADIUS_M for value in local_metres(-20.0, 100.0, 40.0, -100.0))
    np.testing.assert_allclose([x, y], [-5.8311398, 5.5444634], rtol=0, atol=2e-7)
