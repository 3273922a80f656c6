import zipfile

import numpy as np
import pytest

from maps.errors import MapError
from maps.importers.bare_ground import city_from_terrain
from maps.importers.elevation import VOID_M, clipped, terrain_from_hgt, terrain_from_raster
from maps.terrain import Terrain

FACTS = {"persons_source": "test", "attribution": "test", "licence": "CC0-1.0"}


def tile(folder, name="S17W068.hgt", n=11, gap=None):
    posts = np.arange(n * n, dtype=">i2").reshape(n, n)
    if gap:
        posts[gap] = VOID_M
    path = folder / name
    path.write_bytes(posts.tobytes())
    return path, posts


def test_tile_stands_on_its_name(tmp_path):
    path, posts = tile(tmp_path)
    terrain = terrain_from_hgt(path)
    assert (terrain.south_deg, terrain.north_deg, terrain.west_deg, terrain.east_deg) == (-17, -16, -68, -67)
    assert terrain.elevation_m(-16, -68) == posts[0, 0] and terrain.elevation_m(-17, -67) == posts[-1, -1]
    assert terrain.elevation_m(-16.1, -67.8) == pytest.approx(posts[1, 2], abs=1e-6)


def test_zipped_tile_and_filled_gap(tmp_path):
    path, _ = tile(tmp_path, "N43E007.hgt", gap=(5, 5))
    with zipfile.ZipFile(tmp_path / "N43E007.hgt.zip", "w") as archive:
        archive.write(path, "N43E007.hgt")
    terrain = terrain_from_hgt(tmp_path / "N43E007.hgt.zip")
    assert terrain.posts_m[5, 5] in (44, 49 - 5, 54, 59, 61, 65, 66, 71) and terrain.posts_m.min() == 0


def test_tiles_that_are_none(tmp_path):
    with pytest.raises(MapError, match="there is no elevation file"):
        terrain_from_hgt(tmp_path / "N00E000.hgt")
    for name, content in (("N00E000.hgt", b"\0" * 7), ("hills.hgt", b"\0" * 8), ("N01E001.hgt", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MapError, match="not an SRTM tile"):
            terrain_from_hgt(tmp_path / name)
    (tmp_path / "N02E002.hgt.zip").write_bytes(b"PK")
    with pytest.raises(MapError, match="cannot be read as a tile"):
        terrain_from_hgt(tmp_path / "N02E002.hgt.zip")
    (tmp_path / "N03E003.hgt").write_bytes(np.full(9, VOID_M, ">i2").tobytes())
    with pytest.raises(MapError, match="without a single height"):
        terrain_from_hgt(tmp_path / "N03E003.hgt")


def test_clipped_agrees_with_the_whole():
    random = np.random.default_rng(3)
    whole = Terrain(random.uniform(0, 500, (41, 61)), 46.0, 48.0, 8.0, 11.0)
    part = clipped(whole, 46.72, 9.13, 47.31, 10.02)
    latitude, longitude = random.uniform(46.72, 47.31, 200), random.uniform(9.13, 10.02, 200)
    np.testing.assert_allclose(part.elevation_m(latitude, longitude), whole.elevation_m(latitude, longitude), atol=1e-9)
    assert part.posts_m.size < whole.posts_m.size / 4
    assert (clipped(whole, 40, 0, 50, 20).posts_m == whole.posts_m).all()


def test_raster_posts_are_pixel_centres(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    posts = np.arange(12, dtype=np.float32).reshape(3, 4)
    profile = {"driver": "GTiff", "width": 4, "height": 3, "count": 1, "dtype": "float32", "nodata": 5.0}
    grid_of = rasterio.Affine(0.1, 0.0, 9.0, 0.0, -0.2, 48.0)
    with rasterio.open(tmp_path / "dem.tif", "w", crs="EPSG:4326", transform=grid_of, **profile) as raster:
        raster.write(posts, 1)
    terrain = terrain_from_raster(tmp_path / "dem.tif")
    assert terrain.elevation_m(47.9, 9.05) == pytest.approx(0.0, abs=1e-6)
    assert terrain.elevation_m(47.5, 9.35) == pytest.approx(11.0, abs=1e-6)
    assert terrain.posts_m[1, 1] in (1.0, 4.0, 6.0, 9.0), "the gap takes a neighbour's height"
    with rasterio.open(tmp_path / "utm.tif", "w", crs="EPSG:32632", transform=grid_of, **profile) as raster:
        raster.write(posts, 1)
    with pytest.raises(MapError, match="not in longitude and latitude"):
        terrain_from_raster(tmp_path / "utm.tif")
    (tmp_path / "no.tif").write_bytes(b"no")
    with pytest.raises(MapError, match="cannot be read as a raster"):
        terrain_from_raster(tmp_path / "no.tif")


def test_people_stay_on_gentle_slopes():
    east = np.linspace(0.0, 1.0, 101)
    wall = np.where(east > 0.5, (east - 0.5) * 30_000.0, 0.0)  # 30 km up over half a degree: some 38°
    terrain = Terrain(np.tile(wall, (51, 1)), 47.0, 47.2, 9.0, 10.0)
    city = city_from_terrain(terrain, "wall", persons_per_km2=50.0, resolution=8, **FACTS)
    assert city.population_at(47.1, 9.2) > 0 and city.population_at(47.1, 9.8) == 0
    assert city.population.sum() == pytest.approx(50 * city.area_km2, rel=0.02)
    steep = Terrain(np.tile(np.linspace(0, 60_000, 101), (51, 1)), 47.0, 47.2, 9.0, 10.0)
    with pytest.raises(MapError, match="steeper than 8° everywhere"):
        city_from_terrain(steep, "cliff", persons_per_km2=50.0, **FACTS)
