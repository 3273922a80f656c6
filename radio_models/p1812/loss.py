"""P.1812 for one path or millions: broadcasting, chunks on threads, and one sentence for every kind of bad input."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radio_models.errors import RadioError
from radio_models.p1812.columns import (
    DOMAIN_KM,
    FEWEST_POINTS,
    FOUND,
    GEOMETRY,
    GIVEN,
    PARAMETER_RANGES,
    PROBLEM_BITS,
    PROFILE_RANGES,
    RANGES,
    BasicTransmissionLoss,
    limits_record,
)

CHUNK_POINTS = (
    400_000  # profile points a thread holds at a time: 13 MB when all four columns must be converted to float64
)


def basic_transmission_loss(
    distance_km: ArrayLike,
    elevation_m: ArrayLike,
    clutter_height_m: ArrayLike,
    *,
    frequency_ghz: ArrayLike,
    time_pct: ArrayLike,
    location_pct: ArrayLike,
    tx_height_m: ArrayLike,
    rx_height_m: ArrayLike,
    polarization: ArrayLike,
    latitude_deg: ArrayLike,
    refractivity_lapse: ArrayLike = 45.0,
    surface_refractivity: ArrayLike = 325.0,
    tx_coast_distance_km: ArrayLike = 500.0,
    rx_coast_distance_km: ArrayLike = 500.0,
    zone: ArrayLike = 4,
    resolution_m: ArrayLike = 100.0,
    n_threads: int | None = None,
) -> BasicTransmissionLoss:
    """Basic transmission loss over terrain, not exceeded for `time_pct` at `location_pct` of the locations [dB].

    `distance_km`, `elevation_m` [m above sea level], `clutter_height_m` [m above ground] and `zone` (1 sea, 3 coastal
    land, 4 inland) are profiles from transmitter to receiver, both ends included: shape (points,) when all links share
    one, or (links, points); the last three may also be scalars. Every other argument is a scalar or (links,):
    `frequency_ghz` 0.03–6 [GHz], `time_pct` 1–50 [%], `location_pct` 1–99 [%], heights above ground 1–3000 [m],
    `polarization` 0 horizontal or 1 vertical, `latitude_deg` of the middle of the path, `refractivity_lapse` ΔN
    [N-units/km] and `surface_refractivity` N0 [N-units] there (the ITU's maps may not be shipped; 45 and 325 are
    mid-latitude values), distances from each terminal to the coast [km] (0 is taken for a terminal at sea),
    `resolution_m` the width of the square over which locations vary [m].

    Clutter at the two ends is not added to the terrain (the antennas stand in it); that of the receiver sets the
    location variability.

    Errors: `RadioError` for shapes that do not fit, fewer than 5 points, and for a value out of range that concerns
    every link. In a batch, a link with a bad profile or parameter of its own is flagged in `return_code`, has +inf as
    its loss, and the others are computed.

    Source: ITU-R P.1812-6 Annex 1, whose troposcatter formula the ITU recommends over the one of P.1812-7; outdoors, no
    building entry loss.

    >>> kilometres, metres = np.linspace(0.0, 10.0, 101), np.zeros(101)
    >>> found = basic_transmission_loss(kilometres, metres, 0.0, frequency_ghz=0.868, time_pct=50, location_pct=50,
    ...     tx_height_m=25, rx_height_m=2, polarization=1, latitude_deg=45)
    >>> round(float(found.loss_db), 2)
    126.54
    """
    profiles = _profiles(distance_km, elevation_m, clutter_height_m, zone)
    parameters = {
        "frequency_ghz": np.asarray(frequency_ghz),
        "time_pct": np.asarray(time_pct),
        "location_pct": np.asarray(location_pct),
        "tx_height_m": np.asarray(tx_height_m),
        "rx_height_m": np.asarray(rx_height_m),
        "polarization": np.asarray(polarization),
        "latitude_deg": np.asarray(latitude_deg),
        "refractivity_lapse": np.asarray(refractivity_lapse),
        "surface_refractivity": np.asarray(surface_refractivity),
        "tx_coast_distance_km": np.asarray(tx_coast_distance_km),
        "rx_coast_distance_km": np.asarray(rx_coast_distance_km),
        "resolution_m": np.asarray(resolution_m),
    }
    _refuse_text(parameters)
    shape = _shape(profiles, parameters)
    n_links = int(np.prod(shape, dtype=np.int64))
    rows = {name: column.reshape(-1, column.shape[-1]) for name, column in profiles.items()}
    values = {name: column.reshape(-1) for name, column in parameters.items()}

    found = np.full(n_links, np.inf, dtype=FOUND)
    problem = np.zeros(n_links, dtype=np.int64)
    _in_chunks(rows, values, found, problem, n_threads or os.cpu_count() or 1)
    _refuse_shared(rows, values, problem)

    length_km = np.broadcast_to(rows["distance_km"][:, -1], (n_links,))
    outside = ~((length_km >= DOMAIN_KM[0]) & (length_km <= DOMAIN_KM[1]))
    columns = {name: found[name].reshape(shape) for name in FOUND.names or ()}
    return BasicTransmissionLoss(return_code=problem.reshape(shape), outside_domain=outside.reshape(shape), **columns)


def _profiles(
    distance_km: ArrayLike, elevation_m: ArrayLike, clutter_height_m: ArrayLike, zone: ArrayLike
) -> dict[str, NDArray[np.generic]]:
    """The four profiles as arrays of shape (points,) or (links, points)."""
    columns = {
        "distance_km": np.asarray(distance_km),
        "elevation_m": np.asarray(elevation_m),
        "clutter_height_m": np.asarray(clutter_height_m),
        "zone": np.asarray(zone),
    }
    n_points = columns["elevation_m"].shape[-1] if columns["elevation_m"].ndim else 0
    if n_points < FEWEST_POINTS:
        shape = columns["elevation_m"].shape
        raise RadioError(f"elevation_m has shape {shape}; expected profiles of at least {FEWEST_POINTS} points.")
    _refuse_text(columns)
    for name, column in columns.items():
        if column.ndim == 0 and name in ("clutter_height_m", "zone"):
            columns[name] = np.full(n_points, column)
        elif column.ndim not in (1, 2) or column.shape[-1] != n_points:
            expected = f"({n_points},) or (links, {n_points}) as elevation_m has {n_points} points"
            raise RadioError(f"{name} has shape {column.shape}; expected {expected}.")
    return columns


def _refuse_text(columns: dict[str, NDArray[np.generic]]) -> None:
    for name, column in columns.items():
        if column.dtype.kind not in "biuf":
            raise RadioError(f"{name} holds {column.dtype} values; expected real numbers.")


def _shape(profiles: dict[str, NDArray[np.generic]], parameters: dict[str, NDArray[np.generic]]) -> tuple[int, ...]:
    """() for one link, (links,) for a batch."""
    leading = {name: column.shape[:-1] for name, column in profiles.items()}
    leading |= {name: column.shape for name, column in parameters.items()}
    for name, shape in leading.items():
        if len(shape) > 1:
            raise RadioError(f"{name} has shape {parameters[name].shape}; expected a scalar or one value per link.")
    lengths = {name: shape[0] for name, shape in leading.items() if shape and shape[0] != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RadioError(f"The number of links differs: {told}; expected one number, or 1, for all arguments.")
    if lengths:
        return (next(iter(lengths.values())),)
    return (1,) if any(leading.values()) else ()


def _in_chunks(
    rows: dict[str, NDArray[np.generic]],
    values: dict[str, NDArray[np.generic]],
    found: NDArray[np.void],
    problem: NDArray[np.int64],
    n_threads: int,
) -> None:
    """Compute all links, a chunk at a time per thread, into `found` and `problem`."""
    from radio_models.p1812.mechanisms import find
    from radio_models.p1812.profile import trace

    n_links, n_points = problem.size, rows["elevation_m"].shape[1]
    limits = limits_record()

    def run(chunk: slice) -> None:
        given = np.empty(problem[chunk].size, dtype=GIVEN)
        for name, column in values.items():
            given[name] = column[chunk] if column.size > 1 else column
            problem[chunk] |= _bits_outside(name, given[name])
        d, h, r, z = (np.ascontiguousarray(c[chunk] if len(c) > 1 else c, dtype=np.float64) for c in rows.values())
        paths = np.zeros(given.size, dtype=GEOMETRY)
        trace(d, h, r, z, given, limits, problem[chunk], paths)
        find(paths, given, problem[chunk], found[chunk])

    n_together = max(1, min(CHUNK_POINTS // n_points, -(-n_links // n_threads)))
    chunks = [slice(start, min(start + n_together, n_links)) for start in range(0, n_links, n_together)]
    if len(chunks) == 1 or n_threads == 1:
        for chunk in chunks:
            run(chunk)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        for _ in pool.map(run, chunks):
            pass


def _bits_outside(name: str, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The problem bit of a parameter where it is out of range or not a number, 0 elsewhere."""
    low, high, _ = PARAMETER_RANGES[name]
    inside = (values >= low) & (values <= high)
    if name == "polarization":
        inside &= values == np.floor(values)
    return np.where(inside, 0, PROBLEM_BITS[name])


def _refuse_shared(
    rows: dict[str, NDArray[np.generic]], values: dict[str, NDArray[np.generic]], problem: NDArray[np.int64]
) -> None:
    """Raise for a value that is wrong for every link; what is wrong for some links alone stays flagged."""
    together = int(np.bitwise_or.reduce(problem)) if problem.size else 0
    for name, bit in PROBLEM_BITS.items():
        column = rows[name] if name in rows else values[name]
        if not together & bit or len(column) > 1:
            continue
        low, high, unit = RANGES[name]
        told = _offence(name, np.asarray(column[0], dtype=np.float64)) if name in PROFILE_RANGES else str(column[0])
        raise RadioError(f"{name} is {told}; expected {low:g} to {high:g} {unit}.")


def _offence(name: str, row: NDArray[np.float64]) -> str:
    """Where a profile first leaves its range, and with what value."""
    low, high, _ = RANGES[name]
    good = (row >= low) & (row <= high)
    if name == "distance_km":
        good[0] &= row[0] == 0.0
        good[1:] &= row[1:] > row[:-1]
    if name == "zone":
        good &= np.isin(row, (1.0, 3.0, 4.0))
    point = int(np.argmin(good))
    return f"{row[point]:g} at point {point}"
