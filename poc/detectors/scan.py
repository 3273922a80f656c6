"""Log-likelihood of candidate places, the subject's own bias integrated out jointly over receptions and misses.

For a candidate the bias b has a Student prior; a heard pair contributes Student's t of (level − law − b), a missed one
log Φ of (law + b − level). Newton's method finds the best b, Laplace's approximation integrates. Treating the bias as
independent noise of each miss instead is worse than ignoring the misses (spec fraud.md §0).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from poc.detectors.censoring import LINK_LOSS, MissTable
from poc.detectors.sightings import Sightings
from poc.table import Array

#: Degrees of freedom of Student's t: shadowing may have heavier tails than Gauss, and liars hear too. Chosen between
#: 5, 15 and 40 on worlds of several densities (docs/detectors.md).
FREEDOM = 15.0
N_NEWTON = 3
#: Candidates farther than any map: "nowhere in hearing" (see NOWHERE_M).
NOWHERE_M = 500_000.0
#: Pairs above which the compiled version runs.
COMPILE_ABOVE = 20_000
_BLOCK = 128
_MISSES = MissTable.of(LINK_LOSS)


def log_likelihoods(
    sightings: Sightings,
    subjects: Array,
    points_m: Array,
    law: tuple[float, float],
    softening_m: float,
    compiled: bool | None = None,
    n_threads: int = 1,
) -> Array:
    """Log-likelihood of each candidate of each subject, up to a constant of the subject; shape (n_subjects, n_points).

    subjects: row numbers. points_m: Earth-centred [m], shape (n_subjects, n_points, 3); a candidate at the Earth's
    centre stands for "nowhere in hearing". law: (loss at 1 km [dB], 10 × exponent [dB per decade]).
    softening_m: distances are √(d² + softening²). compiled: which version (how equal they are: scan_compiled); by
    default the plain one for little work, where it ends before the other is loaded. n_threads: of the compiled version;
    never changes a bit.
    """
    result = np.empty(points_m.shape[:2])
    if compiled is None:
        compiled = len(sightings.level_db) > COMPILE_ABOVE
    if compiled:
        from poc.detectors.scan_compiled import scan

        def part(rows: slice) -> None:
            scan(
                sightings.start, sightings.n_heard, subjects[rows], sightings.level_db, sightings.inverse_sd_per_db,
                sightings.weight, sightings.place_m, sightings.prior_db, points_m[rows], law, softening_m, NOWHERE_M,
                FREEDOM, N_NEWTON, *_MISSES.in_single_precision, result[rows],
            )  # fmt: skip

        blocks = [slice(first, first + _BLOCK) for first in range(0, len(subjects), _BLOCK)]
        if n_threads == 1:
            part(slice(None))
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                list(pool.map(part, blocks))
        return result
    for row, subject in enumerate(subjects):
        result[row] = _one_subject(sightings, int(subject), points_m[row], law, softening_m)
    return result


def _one_subject(
    sightings: Sightings, subject: int, points_m: Array, law: tuple[float, float], softening_m: float
) -> Array:
    span = slice(sightings.start[subject], sightings.start[subject + 1])
    n_heard, prior_db = sightings.n_heard[subject], float(sightings.prior_db[subject])
    precision, weight = sightings.inverse_sd_per_db[span], sightings.weight[span]
    place_m, level_db = sightings.place_m[span], sightings.level_db[span]
    square = np.full((len(points_m), len(level_db)), softening_m**2)
    for axis in range(3):
        square += np.square(points_m[:, axis, None] - place_m[None, :, axis])
    np.minimum(square, NOWHERE_M**2, out=square)
    off = (law[0] - 3.0 * law[1] - level_db) + (0.5 * law[1]) * np.log10(square)
    off *= precision
    heard_off, missed_off = off[:, :n_heard], off[:, n_heard:]
    heard_p, missed_p = precision[:n_heard], precision[n_heard:]
    heard_w, missed_w = weight[:n_heard], weight[n_heard:]
    # start from the bias that the receptions alone would ask for
    bias = -_dot(heard_off, heard_w * heard_p) / ((heard_w * heard_p**2).sum() + prior_db**-2)
    for step in range(N_NEWTON + 1):
        z = heard_off + bias[:, None] * heard_p
        q = 1.0 / (1.0 + z * z * (1.0 / FREEDOM))
        common = (FREEDOM + 1.0) / FREEDOM
        gradient = -common * _dot(z * q, heard_w * heard_p)
        curving = common * _dot(q, heard_w * heard_p**2)
        value, slope, curvature = _MISSES.at(missed_off + bias[:, None] * missed_p)
        gradient += _dot(slope, missed_w * missed_p)
        curving += _dot(curvature, missed_w * missed_p**2)
        prior = 1.0 / (1.0 + bias * bias / (FREEDOM * prior_db**2))
        gradient -= common * bias * prior / prior_db**2
        curving += common * prior / prior_db**2
        if step < N_NEWTON:
            bias = bias + np.clip(gradient / curving, -20.0, 20.0)
    total = 0.5 * (FREEDOM + 1.0) * (_dot(np.log(q), heard_w) + np.log(prior)) + _dot(value, missed_w)
    # one more half step, then the width of the peak
    return np.asarray(total + np.minimum(0.5 * gradient**2 / curving, 5.0) - 0.5 * np.log(curving * prior_db**2))


def _dot(rows: Array, weights: Array) -> Array:
    """rows @ weights without BLAS, whose order of summation depends on the number of threads."""
    return np.asarray(np.einsum("ck,k->c", rows, weights))
