import numpy as np
import pytest

from maps.errors import MapError
from maps.geodesy import bearing_deg, destination, great_circle_m
from maps.terrain import Terrain


def plane(**changes):
    """Height = 100 × latitude + 10 × degrees east of the western edge, which bilinear interpolation meets exactly."""
    bounds = {"south_deg": 10.0, "north_deg": 12.0, "west_deg": 20.0, "east_deg": 24.0} | changes
    latitude = np.linspace(bounds["north_deg"], bounds["south_deg"], 21)[:, None]
    east = np.linspace(0.0, bounds["east_deg"] - bounds["west_deg"], 41)[None, :]
    return Terrain(100 * latitude + 10 * east, **bounds)


def test_bilinear_heights_of_a_plane():
    random = np.random.default_rng(2)
    latitude, longitude = random.uniform(10, 12, 500), random.uniform(20, 24, 500)
    expected = 100 * latitude + 10 * (longitude - 20)
    np.testing.assert_allclose(plane().elevation_m(latitude, longitude), expected, rtol=0, atol=1e-3)


def test_posts_are_met_and_the_edge_goes_on():
    terrain = plane()
    assert terrain.elevation_m(12.0, 20.0) == terrain.posts_m[0, 0]
    assert terrain.elevation_m(10.0, 24.0) == terrain.posts_m[-1, -1]
    assert terrain.elevation_m(50.0, 0.0) == terrain.posts_m[0, 0]
    assert terrain.contains([12.0, 12.1, 11.0], [20.0, 22.0, 24.001]).tolist() == [True, False, False]


def test_across_the_antimeridian():
    terrain = plane(west_deg=178.0, east_deg=182.0)
    heights = terrain.elevation_m(11.0, [178.0, 179.5, 180.0, -180.0, -179.0, -178.0])
    np.testing.assert_allclose(heights, 1100 + 10 * np.array([0, 1.5, 2, 2, 3, 4]), atol=1e-3)
    assert terrain.contains(11.0, [-178.0, -177.9, 177.9]).tolist() == [True, False, False]


def test_profiles_follow_the_great_circle():
    terrain = plane()
    heights = terrain.profiles([10.5, 11.0], [20.5, 21.0], [11.5, 11.0], [23.5, 21.0], 7)
    assert heights.shape == (2, 7)
    np.testing.assert_allclose(heights[1], terrain.elevation_m(11.0, 21.0), rtol=0, atol=1e-6)
    whole_m = great_circle_m(10.5, 20.5, 11.5, 23.5)
    middle = destination(10.5, 20.5, bearing_deg(10.5, 20.5, 11.5, 23.5), whole_m / 2)
    assert heights[0, 3] == pytest.approx(terrain.elevation_m(*middle), abs=1e-6)
    assert heights[0, 0] == pytest.approx(terrain.elevation_m(10.5, 20.5), abs=1e-6)
    reverse = terrain.profiles(11.5, 23.5, 10.5, 20.5, 7)
    np.testing.assert_allclose(reverse[0], heights[0][::-1], rtol=0, atol=1e-6)


def test_hillshade_is_brighter_towards_the_light():
    west_slope = Terrain(np.tile(np.linspace(0, 3000, 11), (11, 1)), 0.0, 0.1, 0.0, 0.1)
    east_slope = Terrain(west_slope.posts_m[:, ::-1], 0.0, 0.1, 0.0, 0.1)
    flat = Terrain(np.zeros((11, 11)), 0.0, 0.1, 0.0, 0.1)
    bright, dark, level = (t.hillshade(azimuth_deg=270.0).mean() for t in (west_slope, east_slope, flat))
    assert dark < level < bright
    north_slope = Terrain(west_slope.posts_m.T, 0.0, 0.1, 0.0, 0.1)
    assert north_slope.hillshade(azimuth_deg=0.0).mean() > level


@pytest.mark.parametrize("posts", [np.zeros(4), np.zeros((1, 5)), np.full((3, 3), np.nan)])
def test_rasters_that_are_none(posts):
    with pytest.raises(MapError, match="two rows and columns"):
        Terrain(posts, 0.0, 1.0, 0.0, 1.0)


@pytest.mark.parametrize("bounds", [(1, 0, 0, 1), (0, 1, 1, 0), (-91, 0, 0, 1), (0, 1, 0, 361)])
def test_bounds_that_are_none(bounds):
    with pytest.raises(MapError, match="south < north"):
        Terrain(np.zeros((2, 2)), *bounds)


def test_one_point_is_no_profile():
    with pytest.raises(MapError, match="two or more"):
        plane().profiles(10, 20, 11, 21, 1)
