"""Longley-Rice ITM for a batch of links: point-to-point over terrain profiles, and area mode.

Sources: Hufford, *The ITS Irregular Terrain Model, version 1.2.2: the algorithm*; Longley and Rice, ERL 79-ITS 67
(1968); NTIA's public code (repository NTIA/itm, 1.4 line), with which results, codes and flags agree.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import columns as column
from .arguments import AREA, POINT_TO_POINT, chunk_of_profiles, columns_of, profiles_of, table_of

Number = npt.ArrayLike
_CHUNK_LINKS = 2048
_CHUNK_BYTES = 8_000_000  # a copied chunk of profiles is no bigger than this, whatever the number of points


@dataclass(frozen=True, slots=True, eq=False)
class ItmLoss:
    """Losses and intermediate values; arrays of shape () or (links,), those of the terminals (…, 2) with tx first.

    A link that failed (`return_code` ≥ 1000) has +inf in the three columns in dB, 0 elsewhere and keeps its warnings.

    loss_db                    basic transmission loss at the wanted quantiles [dB]
    reference_attenuation_db   median loss relative to free space [dB]
    free_space_db              [dB]
    delta_h_m                  terrain irregularity [m]
    effective_heights_m, horizon_distances_m   [m]
    horizon_angles_rad         [rad]
    mode                       codes.Mode: the method that gave the loss, not the geometry of the path
    warnings                   codes.WarningFlag, NTIA's bits
    return_code                codes.ReturnCode: 0, 1 with warnings, NTIA's numbers from 1000 on
    """

    loss_db: npt.NDArray[np.float64]
    reference_attenuation_db: npt.NDArray[np.float64]
    free_space_db: npt.NDArray[np.float64]
    delta_h_m: npt.NDArray[np.float64]
    effective_heights_m: npt.NDArray[np.float64]
    horizon_distances_m: npt.NDArray[np.float64]
    horizon_angles_rad: npt.NDArray[np.float64]
    mode: npt.NDArray[np.int32]
    warnings: npt.NDArray[np.int32]
    return_code: npt.NDArray[np.int32]


def point_to_point(
    elevation_m: npt.ArrayLike,
    step_m: Number,
    *,
    frequency_mhz: Number,
    tx_height_m: Number,
    rx_height_m: Number,
    climate: Number,
    surface_refractivity: Number,
    polarization: Number,
    relative_permittivity: Number,
    conductivity_s_per_m: Number,
    mdvar: Number,
    time_pct: Number,
    location_pct: Number,
    situation_pct: Number,
    n_threads: int | None = None,
) -> ItmLoss:
    """Loss over terrain profiles from transmitter to receiver; NTIA's `ITM_P2P_TLS` for a whole batch.

    elevation_m            ground above sea level [m], (points,) or (links, points), at least 3 points, any real dtype
    step_m                 distance between neighbouring points [m], above 0
    frequency_mhz          20 to 20,000 MHz
    tx_height_m, rx_height_m   antennas above ground, 0.5 to 3000 m
    climate                1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert,
                           5 continental temperate, 6 maritime temperate over land, 7 over sea
    surface_refractivity   N0, reduced to sea level, 250 to 400 N-units
    polarization           0 horizontal, 1 vertical
    relative_permittivity, conductivity_s_per_m   of the ground: at least 1; above 0 S/m
    mdvar                  0 single message, 1 accidental, 2 mobile, 3 broadcast; +10 without location variability,
                           +20 without direct situation variability
    time_pct, location_pct, situation_pct   0 to 100 %, ends excluded. NTIA's reliability is the first, its confidence
                           the last, with a location of 50 %.
    n_threads              threads to use; None: as many as there are processors. The result does not depend on it.

    All but `n_threads` are numbers or one value per link. Raises RadioError for a scalar outside its range, a lone
    profile with a hole, too few points and columns of different lengths; bad values in a column or a batch of profiles
    are flagged in `return_code` for their link alone.

    Profile and heights reversed together give the same loss to 1e-11 dB where sums of the step are exact (whole
    metres). With other steps NTIA's running sums of them, kept here, can put a horizon on either side of a truncation:
    over random ground 4 to 7 % of the links then differ, by 0.02 to 0.1 dB in the median and by 8 dB at most, and in
    NTIA's code the same links by as much.

    >>> ground = dict(climate=5, surface_refractivity=301, polarization=1, relative_permittivity=15)
    >>> quantiles = dict(mdvar=12, time_pct=50, location_pct=50, situation_pct=50)
    >>> hill = [120.0, 130.0, 190.0, 140.0, 125.0]
    >>> result = point_to_point(hill, 1000.0, frequency_mhz=868, tx_height_m=12, rx_height_m=2,
    ...                         conductivity_s_per_m=0.005, **ground, **quantiles)
    >>> round(float(result.loss_db), 3), int(result.mode)
    (151.947, 1)
    """
    given = {name: value for name, value in locals().items() if name in POINT_TO_POINT}
    profiles = profiles_of(elevation_m)
    columns, shape = columns_of(given, POINT_TO_POINT, None if profiles.ndim == 1 else profiles.shape[0])
    profiles = np.atleast_2d(profiles)
    n_links = shape[0] if shape else 1
    result = _Tables(n_links)
    rows_per_chunk = max(1, min(_CHUNK_LINKS, _CHUNK_BYTES // (8 * profiles.shape[1])))
    shared = chunk_of_profiles(profiles, 0, 1) if profiles.shape[0] == 1 else None

    from .kernel import point_to_point_links
    from .working_memory import ANY_RADIO, new_scratch

    def compute(first: int, last: int) -> None:
        chunk = chunk_of_profiles(profiles, first, last) if shared is None else shared
        # a chunk of one link looks like a shared profile to the loop, and means the same
        scratch = new_scratch(profiles.shape[1])
        point_to_point_links(chunk, table_of(columns, first, last), first, ANY_RADIO, scratch, *result.tables)

    _in_chunks(compute, n_links, rows_per_chunk, n_threads)
    return result.as_loss(shape)


def area(
    distance_km: Number,
    delta_h_m: Number,
    *,
    frequency_mhz: Number,
    tx_height_m: Number,
    rx_height_m: Number,
    tx_siting_criteria: Number,
    rx_siting_criteria: Number,
    climate: Number,
    surface_refractivity: Number,
    polarization: Number,
    relative_permittivity: Number,
    conductivity_s_per_m: Number,
    mdvar: Number,
    time_pct: Number,
    location_pct: Number,
    situation_pct: Number,
    n_threads: int | None = None,
) -> ItmLoss:
    """Loss over terrain of which only the irregularity is known; NTIA's `ITM_AREA_TLS` for a whole batch.

    distance_km            above 0 km
    delta_h_m              terrain irregularity, at least 0 m: water 0, plains 30, hills 90, mountains 200
    tx_siting_criteria, rx_siting_criteria   0 random, 1 careful, 2 very careful

    The other arguments, the shapes, the errors and the result are those of `point_to_point`.

    >>> result = area([5.0, 50.0], 90.0, frequency_mhz=868, tx_height_m=12, rx_height_m=2, tx_siting_criteria=1,
    ...               rx_siting_criteria=0, climate=5, surface_refractivity=301, polarization=1,
    ...               relative_permittivity=15, conductivity_s_per_m=0.005, mdvar=12, time_pct=50,
    ...               location_pct=50, situation_pct=50)
    >>> result.loss_db.round(3).tolist(), result.mode.tolist()
    ([125.508, 166.577], [1, 2])
    """
    given = {name: value for name, value in locals().items() if name in AREA}
    columns, shape = columns_of(given, AREA)
    n_links = shape[0] if shape else 1
    result = _Tables(n_links)

    from .kernel import area_links
    from .working_memory import ANY_RADIO

    def compute(first: int, last: int) -> None:
        area_links(table_of(columns, first, last), first, ANY_RADIO, *result.tables)

    _in_chunks(compute, n_links, 4 * _CHUNK_LINKS, n_threads)
    return result.as_loss(shape)


class _Tables:
    """The tables that the loops fill; the result shows them by name without copying."""

    def __init__(self, n_links: int) -> None:
        self.values = np.empty((column.N_VALUES, n_links))
        self.pairs = np.empty((column.N_PAIRS, n_links, 2))
        self.words = np.empty((column.N_WORDS, n_links), np.int32)

    @property
    def tables(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
        return self.values, self.pairs, self.words

    def as_loss(self, shape: tuple[int, ...]) -> ItmLoss:
        values = self.values.reshape(len(self.values), *shape)
        words = self.words.reshape(len(self.words), *shape)
        pairs = self.pairs.reshape(len(self.pairs), *shape, 2)
        return ItmLoss(
            loss_db=values[column.LOSS, ...],
            reference_attenuation_db=values[column.REFERENCE, ...],
            free_space_db=values[column.FREE_SPACE, ...],
            delta_h_m=values[column.IRREGULARITY, ...],
            effective_heights_m=pairs[column.EFFECTIVE_HEIGHT],
            horizon_distances_m=pairs[column.HORIZON_DISTANCE],
            horizon_angles_rad=pairs[column.HORIZON_ANGLE],
            mode=words[column.MODE, ...],
            warnings=words[column.WARNINGS, ...],
            return_code=words[column.RETURN_CODE, ...],
        )


def _in_chunks(compute: Callable[[int, int], None], n_links: int, n_per_chunk: int, n_threads: int | None) -> None:
    """Call `compute(first, last)` for all chunks, on threads when there is more than one."""
    bounds = [(first, min(first + n_per_chunk, n_links)) for first in range(0, n_links, n_per_chunk)]
    n_threads = min(n_threads or len(os.sched_getaffinity(0)), len(bounds))
    if n_threads <= 1:
        for first, last in bounds:
            compute(first, last)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        for _ in pool.map(lambda chunk: compute(*chunk), bounds):
            pass
