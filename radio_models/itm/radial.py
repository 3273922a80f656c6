"""Area sweep, compiled part: one profile per radial serves all pixels that lie on it.

A radial runs from the pixel of the transmitter to a point of the window's edge and is sampled where it crosses the
columns (or the rows, if it is steeper), so that a pixel in column k is reached after exactly k equal steps. Every
pixel belongs to the nearest radial; with many radials to a pixel of edge it lies at most `0.5 / n_per_pixel` pixels
beside it. What the terrain says is in `radial_terrain`; the loss is that of `point_to_point`.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from radio_models.source_digest import folder_digest

from .attenuation import reference_attenuation
from .columns import REFRACTIVITY, RX_HEIGHT, TX_HEIGHT
from .compiled import LOOP, compiled, inlined
from .elementary import log10
from .inputs import effective_earth_m, radio_of
from .radial_terrain import mean_height_along_m, terrain_along
from .shapes import Link, Scratch
from .variability import loss_at_quantiles_db

TWO: int = np.int64(2)  # type: ignore[assignment]  # a typed number, see variability.MEDIAN


@inlined
def _first_points(scratch, last):  # type: ignore[no-untyped-def]
    """The working memory as a profile of `last` steps wants it: the tables from the receiver end where it ends."""
    skipped = scratch.from_tx_m.size - 1 - last
    return Scratch(
        scratch.from_tx_m,
        scratch.from_rx_m[skipped:],
        scratch.tx_inverse,
        scratch.rx_inverse[skipped:],
        scratch.tops,
        scratch.rises_m,
        scratch.heights_m,
        scratch.buckets,
        scratch.counts,
        scratch.picked,
    )


@inlined
def _loss_db(radial, last, step_m, row, scratch, radio):  # type: ignore[no-untyped-def]
    refractivity = row[REFRACTIVITY] * math.exp(-mean_height_along_m(radial, last) / 9460.0)
    earth_m = effective_earth_m(refractivity)
    if not earth_m > 0.0:
        return math.inf
    scratch = _first_points(scratch, last)
    terrain = terrain_along(radial, last, step_m, row[TX_HEIGHT], row[RX_HEIGHT], earth_m, scratch)
    link = Link(last * step_m, row[TX_HEIGHT], row[RX_HEIGHT], refractivity, earth_m, 10.0)
    reference_db, _, _, code = reference_attenuation(link, terrain, radio)
    if code != 0:
        return math.inf
    loss_db = radio.free_space_1_m_db + 20.0 * log10(link.distance_m)
    loss_db += loss_at_quantiles_db(reference_db, link, terrain, radio)
    return loss_db if math.isfinite(loss_db) else math.inf


@compiled
def _set_steps(scratch, step_m, longest):  # type: ignore[no-untyped-def]
    """Distances as plain multiples; they equal running sums because steps are whole multiples of 1/1024 m."""
    end = scratch.from_tx_m.size - 1
    from_tx_m, from_rx_m = scratch.from_tx_m[: longest + 1], scratch.from_rx_m[end - longest :]
    for i in range(longest + 1):
        from_tx_m[i] = i * step_m
        from_rx_m[i] = (longest - i) * step_m


@inlined
def _share_out(half, owns_diagonal, ends, steps_m, ends_per_step, radius_m, newest, pixels):  # type: ignore[no-untyped-def]
    """Fill `newest` and `pixels`: which pixels belong to each of some neighbouring radials, farthest first."""
    n_radials = ends.size
    n_pixels = 0
    for k in range(1, half + 1):
        per_pixel = ends_per_step / k
        least = max(-k, math.ceil((ends[0] - 0.5) / per_pixel))
        most = min(k, math.floor((ends[n_radials - 1] + 0.5) / per_pixel))
        for r in range(least, most + 1):
            radial = np.int64(math.floor(r * per_pixel + 0.5) - ends[0])
            if 0 <= radial < n_radials and k * steps_m[radial] <= radius_m and abs(r) < k + owns_diagonal:
                pixels[0, n_pixels], pixels[1, n_pixels], pixels[2, n_pixels] = k, r, newest[radial]
                newest[radial] = n_pixels
                n_pixels += 1


@inlined
def _sample(flat_m, toward, slope, n_points, radial):  # type: ignore[no-untyped-def]
    """Heights along a radial and their running sums; returns how many points there are before a hole or the edge."""
    profile_m, sums_m, moments_m = radial.profile_m, radial.sums_m, radial.moments_m
    size = 2 * radial.profile_m.size - 1
    middle = flat_m.size // 2
    low, high = radial.places[0, :n_points], radial.places[1, :n_points]
    for k in range(n_points):
        below = np.floor(slope * k)
        share = slope * k - below
        place = np.int32(middle + toward * k + np.int32(below) * size)
        low[k] = place
        high[k] = place + size if share > 0.0 else place
        profile_m[k] = share
    total, moment = 0.0, 0.0
    for k in range(n_points):
        height_m = flat_m[np.uint32(low[k])]
        height_m += profile_m[k] * (flat_m[np.uint32(high[k])] - height_m)
        if not abs(height_m) <= 1e6:
            return k
        profile_m[k] = height_m
        total += height_m
        moment += k * height_m
        sums_m[k + 1] = total
        moments_m[k + 1] = moment
    return n_points


@inlined
def _halve(left_m, right_m, radial):  # type: ignore[no-untyped-def]
    """One step as two, with their running sums."""
    radial.profile_m[0], radial.profile_m[1], radial.profile_m[2] = left_m, 0.5 * (left_m + right_m), right_m
    for i in range(3):
        radial.sums_m[i + 1] = radial.sums_m[i] + radial.profile_m[i]


def _compile(digest: int):  # type: ignore[no-untyped-def]
    @numba.njit(**LOOP)
    def sweep_radials(  # type: ignore[no-untyped-def]
        flat_m,
        half,
        radials,
        scratches,
        chains,
        toward,
        owns_diagonal,
        ends,
        steps_m,
        n_per_pixel,
        radius_m,
        row,
        loss_db,
    ):
        """Fill the pixels that lie on some radials of one of the four sectors of the square around the transmitter.

        flat_m, loss_db     the square, row by row, and its losses, (across, along) the sector; the transmitter is in
                            the middle, `half` pixels from the edge
        radials, scratches  working memory for whole radials, and for a single step
        chains              working memory for `_share_out`: the last pixel of each radial (−1), and of each pixel its
                            step, how far across it lies, and the pixel before it on the same radial
        toward              1 for the sector of growing second index, −1 for the opposite one
        owns_diagonal       1 if the diagonals belong to this sector, 0 if to its neighbours
        ends, steps_m       where the radials end, across, in units of 1 / n_per_pixel pixel, and their steps [m]
        row                 the parameters, see `columns`
        """
        _ = digest
        radio = radio_of(row)
        (radial, halved), (scratch, short) = radials, scratches
        ends_per_step = np.float64(half * n_per_pixel)
        newest, pixels = chains
        _share_out(half, owns_diagonal, ends, steps_m, ends_per_step, radius_m, newest, pixels)

        for number in range(ends.size):
            pixel = newest[number]
            if pixel < 0:
                continue
            step_m = steps_m[number]
            longest = np.int64(pixels[0, pixel])
            n_points = _sample(flat_m, toward, ends[number] / ends_per_step, longest + 1, radial)
            _set_steps(scratch, step_m, longest)
            while pixel >= 0:
                k = np.int64(pixels[0, pixel])
                seen, memory, length_m = radial, scratch, step_m
                if k == 1:  # too short for a profile: put a point half-way
                    seen, memory, length_m = halved, short, 0.5 * step_m
                    _halve(radial.profile_m[0], radial.profile_m[1], halved)
                    _set_steps(short, length_m, TWO)
                last = max(k, TWO)
                loss = _loss_db(seen, last, length_m, row, memory, radio) if k < n_points else math.inf
                loss_db[half + pixels[1, pixel], half + toward * k] = loss
                pixel = np.int64(pixels[2, pixel])

    return sweep_radials


sweep_radials = _compile(folder_digest(__file__))
