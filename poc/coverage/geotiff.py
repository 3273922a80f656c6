"""Rasters as GeoTIFF, for any geographic information system; needs rasterio (the extra `geo`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from poc.coverage.grid import Grid
from poc.errors import DataError, StoreError


def write_geotiff(path: Path, grid: Grid, bands: Mapping[str, npt.NDArray[np.float32]], what: str) -> Path:
    """Write bands, each (rows, columns), in WGS 84 (EPSG:4326); posts are pixel centres, NaN is no data.

    Band descriptions are the keys of `bands`; `what` goes into the file's description.
    Raises DataError without rasterio, StoreError when the file cannot be written.
    """
    try:
        import rasterio
        from rasterio.errors import RasterioIOError
        from rasterio.transform import from_origin
    except ImportError as error:
        raise DataError(
            "GeoTIFF needs rasterio, which is not installed; run pip install 'poc-emulator[geo]'."
        ) from error
    down, right = grid.step_deg
    corner = float(grid.longitude_deg[0]) - right / 2.0, float(grid.latitude_deg[0]) + down / 2.0
    half = path.with_name(f".{path.name}.partial")
    try:
        with rasterio.open(
            half, "w", driver="GTiff", width=grid.shape[1], height=grid.shape[0], count=len(bands), dtype="float32",
            crs="EPSG:4326", transform=from_origin(*corner, right, down), nodata=float("nan"), compress="deflate",
            predictor=3,
        ) as file:  # fmt: skip
            for number, (name, band) in enumerate(bands.items(), start=1):
                file.write(np.asarray(band, np.float32), number)
                file.set_band_description(number, name)
            file.update_tags(TIFFTAG_IMAGEDESCRIPTION=what)
        half.replace(path)
    except (OSError, RasterioIOError) as error:
        raise StoreError(f"'{path}' could not be written ({error}); choose another place.") from error
    finally:
        half.unlink(missing_ok=True)
    return path
