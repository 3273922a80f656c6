"""Elevation files → `Terrain`: SRTM tiles (.hgt, also zipped) and whatever rasterio reads (.tif)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from maps.errors import MapError
from maps.terrain import Terrain

#: SRTM's mark of a gap (NASA, "SRTM Topography", 2005).
VOID_M = -32768
_TILE_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)


def terrain_from_hgt(path: str | Path) -> Terrain:
    """One SRTM tile, whose name says its south-west corner (N43E007): square, big-endian int16, north row first.

    Gaps take the height of the nearest post that has one. MapError for what is not such a tile.
    """
    path = Path(path)
    try:
        content = _unzipped(path) if path.suffix.lower() == ".zip" else path.read_bytes()
    except FileNotFoundError:
        raise MapError(f"there is no elevation file {path}: correct the path.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise MapError(f"{path} cannot be read as a tile ({error}): fetch it again.") from error
    corner = _TILE_NAME.search(path.name)
    n_posts = round(np.sqrt(len(content) / 2))
    if corner is None or n_posts < 2 or 2 * n_posts * n_posts != len(content):
        raise MapError(
            f"{path} with {len(content)} bytes is not an SRTM tile: a square of 16-bit heights in a file named like "
            "N43E007.hgt is expected."
        )
    south = int(corner[2]) * (1 if corner[1].upper() == "N" else -1)
    west = int(corner[4]) * (1 if corner[3].upper() == "E" else -1)
    posts = np.frombuffer(content, ">i2").reshape(n_posts, n_posts).astype(np.float32)
    return Terrain(filled(posts, posts == VOID_M), float(south), south + 1.0, float(west), west + 1.0)


def terrain_from_raster(path: str | Path) -> Terrain:
    """The first band of a raster in longitude and latitude; posts are its pixel centres. MapError for others."""
    try:
        import rasterio
    except ImportError:
        raise MapError("reading elevation rasters needs rasterio: install poc-emulator[geo].") from None
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None or not raster.crs.is_geographic or raster.transform.b or raster.transform.d:
                raise MapError(f"{path} is not in longitude and latitude ({raster.crs}): warp it to EPSG:4326 first.")
            band = raster.read(1, masked=True)
            (west, south, east, north), (width, height) = raster.bounds, raster.res
    except rasterio.errors.RasterioIOError as error:
        raise MapError(f"{path} cannot be read as a raster ({error}): check the file.") from error
    posts = np.asarray(band.filled(0), np.float32)
    gaps = np.ma.getmaskarray(band) | ~np.isfinite(posts)
    return Terrain(filled(posts, gaps), south + height / 2, north - height / 2, west + width / 2, east - width / 2)


def filled(posts_m: npt.NDArray[np.float32], gaps: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Heights with each gap replaced by its nearest neighbour. MapError if nothing but gaps is there.

    >>> filled(np.array([[1, 0], [3, 3]], np.float32), np.array([[False, True], [False, False]])).tolist()
    [[1.0, 1.0], [3.0, 3.0]]
    """
    if gaps.all():
        raise MapError("an elevation raster without a single height was given: choose another tile.")
    nearest = distance_transform_edt(gaps, return_distances=False, return_indices=True)
    return np.asarray(posts_m[tuple(nearest)], np.float32)


def clipped(terrain: Terrain, south_deg: float, west_deg: float, north_deg: float, east_deg: float) -> Terrain:
    """The posts around a box, one more on each side. MapError where the raster has less than 2 × 2 of them.

    >>> wide = Terrain(np.zeros((11, 11)), south_deg=0.0, north_deg=1.0, west_deg=0.0, east_deg=1.0)
    >>> clipped(wide, 0.35, 0.35, 0.55, 0.55).posts_m.shape
    (4, 4)
    """
    n_rows, n_columns = terrain.posts_m.shape
    latitude = np.linspace(terrain.north_deg, terrain.south_deg, n_rows)
    longitude = np.linspace(terrain.west_deg, terrain.east_deg, n_columns)
    top, bottom = np.searchsorted(-latitude, [-north_deg, -south_deg])
    left, right = np.searchsorted(longitude, [west_deg, east_deg])
    top, left = max(int(top) - 1, 0), max(int(left) - 1, 0)
    bottom, right = min(int(bottom), n_rows - 1), min(int(right), n_columns - 1)
    return Terrain(
        terrain.posts_m[top : bottom + 1, left : right + 1],
        float(latitude[bottom]),
        float(latitude[top]),
        float(longitude[left]),
        float(longitude[right]),
    )


def _unzipped(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        tiles = [name for name in archive.namelist() if name.lower().endswith(".hgt")]
        if len(tiles) != 1:
            raise MapError(f"{path} holds {len(tiles)} .hgt tiles: give an archive with one.")
        return archive.read(tiles[0])
