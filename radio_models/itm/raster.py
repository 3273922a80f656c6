"""Area sweep: the loss from one transmitter to every pixel of a terrain raster within a radius."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

from .arguments import POINT_TO_POINT, number_or_column

Heights = npt.NDArray[np.float64]
_STEPS_PER_M = 1024.0  # steps are whole multiples of 1/1024 m: their sums are exact, and ties fall as in a single link
_CHUNKS_PER_SECTOR = 16


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Losses around a transmitter, cut to the raster.

    loss_db                  (rows, columns) [dB]; +inf outside the radius, behind a hole in the raster, where ITM fails
    first_row, first_column  where the corner of `loss_db` lies in the raster
    """

    loss_db: npt.NDArray[np.float32]
    first_row: int
    first_column: int


@dataclass(frozen=True, slots=True)
class _Window:
    """The square of 2 · half + 1 pixels around the transmitter that holds all pixels within the radius."""

    half: int
    row: int
    column: int
    pixel_height_m: float
    pixel_width_m: Heights  # one per row of the raster

    def steps_m(self, ends: Heights, rows_across: bool, toward: int) -> Heights:
        """Steps of radials that end `ends` pixels beside the axis, with the width of a pixel half-way."""
        half_way = np.rint(ends / 2.0) if rows_across else np.full(ends.shape, toward * self.half // 2)
        row = np.clip(self.row + half_way.astype(np.int64), 0, len(self.pixel_width_m) - 1)
        width_m, height_m = self.pixel_width_m[row], self.pixel_height_m
        slope = ends / self.half
        length_m = np.hypot(width_m, slope * height_m) if rows_across else np.hypot(height_m, slope * width_m)
        return np.asarray(np.maximum(np.rint(length_m * _STEPS_PER_M), 1.0) / _STEPS_PER_M)


def sweep(
    elevation_m: npt.ArrayLike,
    row: int,
    column: int,
    *,
    pixel_height_m: float,
    pixel_width_m: npt.ArrayLike,
    radius_m: float,
    radials_per_pixel: int = 32,
    n_threads: int | None = None,
    **radio: Any,
) -> Sweep:
    """Loss from the pixel of a transmitter to all pixels within a radius, by radial incremental geometry.

    elevation_m         ground above sea level [m], (rows, columns); NaN where unknown
    row, column         pixel of the transmitter
    pixel_height_m      distance between rows [m]
    pixel_width_m       distance between columns [m], one number or one per row (it shrinks towards the poles)
    radius_m            how far to go [m]
    radials_per_pixel   radials to each pixel of the window's edge: a pixel lies at most 0.5 / this beside its radial
    radio               the arguments of `point_to_point`, all scalars

    A pixel gets what `point_to_point` gives for `profile_to` that pixel. The transmitter's own pixel counts as flat
    and a quarter of its width away. Raises RadioError for scalars out of range and a transmitter outside the raster.

    Sources: as for `point_to_point`; the order of the radials follows Franklin and Ray's R2 viewshed (1994), in which
    a pixel takes the value of the nearest ray where that crosses its column.

    >>> ground = np.add.outer(np.zeros(41), 20.0 * np.sin(np.arange(41) / 5.0))
    >>> radio = dict(frequency_mhz=868, tx_height_m=12, rx_height_m=2, climate=5, surface_refractivity=301,
    ...              polarization=1, relative_permittivity=15, conductivity_s_per_m=0.005, mdvar=12, time_pct=50,
    ...              location_pct=50, situation_pct=50)
    >>> swept = sweep(ground, 20, 20, pixel_height_m=90.0, pixel_width_m=90.0, radius_m=1500.0, **radio)
    >>> swept.loss_db.shape, int(np.isfinite(swept.loss_db).sum())
    ((33, 33), 877)
    """
    ground_m, window = _window(elevation_m, row, column, pixel_height_m, pixel_width_m, radius_m)
    parameters = _row_of(radio, window)
    if radials_per_pixel < 1:
        raise RadioError(f"radials_per_pixel is {radials_per_pixel}, expected at least 1; correct it.")
    half = window.half
    around_m = _cut(ground_m, window)
    span_m = _span_m(around_m)
    # the sectors east and west see the square as it is, those north and south with rows and columns exchanged
    ends = np.arange(-half * radials_per_pixel, half * radials_per_pixel + 1, dtype=np.float64)
    views = (around_m, np.ascontiguousarray(around_m.T))
    losses = tuple(np.full(around_m.shape, np.inf, np.float32) for _ in views)
    jobs = []
    for rows_across, view_m, view_db in zip((True, False), views, losses, strict=True):
        for toward in (-1, 1):
            steps_m = window.steps_m(ends / radials_per_pixel, rows_across, toward)
            for some in np.array_split(np.arange(ends.size), _CHUNKS_PER_SECTOR):
                jobs.append((view_m, toward, int(rows_across), ends[some], steps_m[some], view_db))

    from .radial import sweep_radials
    from .working_memory import new_chains, new_radial, new_scratch

    def compute(job: tuple[Any, ...], half: int, n_per_pixel: int, within_m: float) -> None:
        view_m, toward, owns_diagonal, some, its_steps_m, view_db = job
        radials = new_radial(half + 1, span_m), new_radial(3, span_m)
        scratches = new_scratch(half + 1), new_scratch(3)
        chains = new_chains(some, half, n_per_pixel)
        sweep_radials(
            view_m.ravel(), half, radials, scratches, chains, toward, owns_diagonal, some, its_steps_m, n_per_pixel,
            within_m, parameters, view_db,
        )  # fmt: skip

    with ThreadPoolExecutor(n_threads or len(os.sched_getaffinity(0))) as pool:
        for _ in pool.map(lambda job: compute(job, half, radials_per_pixel, float(radius_m)), jobs):
            pass
    loss_db = np.minimum(losses[0], losses[1].T)
    if np.isfinite(ground_m[row, column]):  # flat, a quarter of a pixel away: the one radial of a very small sweep
        flat_m, around_db = np.full((3, 3), np.float64(ground_m[row, column])), np.full((3, 3), np.inf, np.float32)
        quarter_m = np.array([window.pixel_width_m[row] / 4.0])
        compute((flat_m, 1, 1, np.zeros(1), quarter_m, around_db), 1, 1, np.inf)
        loss_db[half, half] = around_db[1, 2]
    top, left = row - half, column - half
    inside = loss_db[max(-top, 0) : ground_m.shape[0] - top, max(-left, 0) : ground_m.shape[1] - left]
    return Sweep(inside, max(top, 0), max(left, 0))


def profile_to(
    elevation_m: npt.ArrayLike,
    row: int,
    column: int,
    to_row: int,
    to_column: int,
    *,
    pixel_height_m: float,
    pixel_width_m: npt.ArrayLike,
    radius_m: float,
    radials_per_pixel: int = 32,
) -> tuple[Heights, float]:
    """The profile [m] and its step [m] by which a `sweep` with these settings reaches a pixel; see there.

    >>> ground = np.add.outer(np.zeros(41), 20.0 * np.sin(np.arange(41) / 5.0))
    >>> profile_m, step_m = profile_to(ground, 20, 20, 20, 25, pixel_height_m=90, pixel_width_m=60, radius_m=900)
    >>> bool(np.array_equal(profile_m, ground[20, 20:26])), step_m
    (True, 60.0)
    """
    ground_m, window = _window(elevation_m, row, column, pixel_height_m, pixel_width_m, radius_m)
    n_rows, n_columns = to_row - row, to_column - column
    rows_across = abs(n_rows) <= abs(n_columns)
    across, along = (n_rows, n_columns) if rows_across else (n_columns, n_rows)
    if along == 0:
        raise RadioError(f"pixel {to_row}, {to_column} is that of the transmitter; choose another.")
    n_steps, toward = abs(along), 1 if along > 0 else -1
    ends_per_step = float(window.half * radials_per_pixel)
    end = np.floor(across * (ends_per_step / n_steps) + 0.5)
    offsets = end / ends_per_step * np.arange(n_steps + 1)
    below = np.floor(offsets).astype(np.int64)
    share = offsets - below
    pixels_along = toward * np.arange(n_steps + 1)
    next_pixel = below + (share > 0.0)
    if rows_across:
        low_m, high_m = (ground_m[row + r, column + pixels_along] for r in (below, next_pixel))
    else:
        low_m, high_m = (ground_m[row + pixels_along, column + c] for c in (below, next_pixel))
    profile_m = low_m + share * (high_m - low_m)
    step_m = float(window.steps_m(np.array([end / radials_per_pixel]), rows_across, toward)[0])
    if n_steps == 1:
        return np.array([profile_m[0], 0.5 * (profile_m[0] + profile_m[1]), profile_m[1]]), 0.5 * step_m
    return profile_m, step_m


def _window(
    elevation_m: npt.ArrayLike,
    row: int,
    column: int,
    pixel_height_m: float,
    pixel_width_m: npt.ArrayLike,
    radius_m: float,
) -> tuple[npt.NDArray[Any], _Window]:
    """The raster as an array, and what part of it matters."""
    ground_m = np.asarray(elevation_m)
    if ground_m.ndim != 2 or ground_m.dtype.kind not in "fiu":
        raise RadioError(f"elevation_m has shape {ground_m.shape}, expected numbers [m] of shape (rows, columns).")
    n_rows, n_columns = ground_m.shape
    if not (0 <= row < n_rows and 0 <= column < n_columns):
        raise RadioError(f"the transmitter is at pixel {row}, {column}, expected one within {n_rows} × {n_columns}.")
    widths_m = np.asarray(pixel_width_m, np.float64)
    if widths_m.ndim == 1 and widths_m.size != n_rows:
        raise RadioError(f"pixel_width_m has {widths_m.size} values, expected one, or one for each of {n_rows} rows.")
    widths_m = np.broadcast_to(widths_m, (n_rows,))
    for name, value in (
        ("pixel_height_m", pixel_height_m),
        ("pixel_width_m", widths_m.min()),
        ("pixel_width_m", widths_m.max()),
        ("radius_m", radius_m),
    ):
        if not (np.isfinite(value) and value > 0.0):
            raise RadioError(f"{name} is {value:g} m, expected a finite number above 0 m; correct it.")
    half = int(radius_m / min(pixel_height_m, float(widths_m.min())))
    half = max(1, min(half, max(row, n_rows - 1 - row, column, n_columns - 1 - column)))
    return ground_m, _Window(half, row, column, float(pixel_height_m), widths_m)


def _cut(ground_m: npt.NDArray[Any], window: _Window) -> Heights:
    """The window as float64, NaN beyond the raster; the transmitter is in the middle."""
    size = 2 * window.half + 1
    cut_m = np.full((size, size), np.nan)
    top, left = window.row - window.half, window.column - window.half
    part = ground_m[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)]
    cut_m[max(-top, 0) : max(-top, 0) + part.shape[0], max(-left, 0) : max(-left, 0) + part.shape[1]] = part
    return cut_m


def _span_m(around_m: Heights) -> float:
    """How far apart the heights are, those of holes aside."""
    known = np.abs(around_m) <= 1e6  # what the sweep takes for heights
    return float(np.max(around_m, where=known, initial=-np.inf) - np.min(around_m, where=known, initial=np.inf))


def _row_of(radio: dict[str, Any], window: _Window) -> Heights:
    """One row of the table of parameters, every value checked."""
    given = radio | {"step_m": window.pixel_height_m}
    if given.keys() != POINT_TO_POINT.keys():
        odd = sorted(given.keys() ^ POINT_TO_POINT.keys())
        raise RadioError(f"the radio settings lack or do not know {', '.join(odd)}; give those of point_to_point.")
    values = []
    for name, allowed in POINT_TO_POINT.items():
        value = number_or_column(name, given[name], allowed)
        if value.ndim:
            raise RadioError(f"{name} has shape {value.shape}, expected one number for the whole sweep.")
        values.append(float(value))
    return np.array(values)
