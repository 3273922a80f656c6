"""Log-distance loss with biases of transmitters and receivers, by maximum likelihood from receptions and losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from radio_models.calibrate.likelihood import Observed, Score, censored, truncated
from radio_models.errors import RadioError
from radio_models.floats import Floats
from radio_models.log_distance import LogDistance

_MAX_STEPS = 100
_SIGMA_LIMITS_DB = (0.05, 60.0)
_MAX_BIASES = 4000  # the information matrix is dense
_Z_95 = 1.959963984540054


class Estimate(NamedTuple):
    """A number with its standard error."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by the normal approximation.

        >>> [round(end, 3) for end in Estimate(3.0, 0.1).interval]
        [2.804, 3.196]
        """
        return self.value - _Z_95 * self.standard_error, self.value + _Z_95 * self.standard_error


@dataclass(frozen=True, slots=True, eq=False)
class LinkCounts:
    """What is known of each link; arrays of shape (links,), scalars broadcast.

    distance_m        between the antennas [m], above 0
    n_heard           packets received
    level_dbm         mean level of those [dBm], best the ESP; ignored where none was received
    n_sent            packets sent, or None where losses were not counted
    budget_dbm        EIRP plus gain of the receiver: the level that no path loss at all would leave [dBm]
    sensitivity_dbm   weakest packet that can be received [dBm]
    transmitter, receiver   whole numbers that name the ends, below 0 for an end without a bias, or None for no biases

    Raises RadioError for numbers that cannot be.
    """

    distance_m: Any
    n_heard: Any
    level_dbm: Any
    n_sent: Any
    budget_dbm: Any
    sensitivity_dbm: Any
    transmitter: npt.NDArray[np.integer[Any]] | None = None
    receiver: npt.NDArray[np.integer[Any]] | None = None

    def __post_init__(self) -> None:
        names = ["distance_m", "n_heard", "level_dbm", "budget_dbm", "sensitivity_dbm"]
        names += ["n_sent"] if self.n_sent is not None else []
        columns = [np.atleast_1d(np.asarray(getattr(self, name), np.float64)) for name in names]
        try:
            columns = list(np.broadcast_arrays(*columns))
        except ValueError as error:
            raise RadioError("the columns of the links differ in length; give one value for each link.") from error
        for name, column in zip(names, columns, strict=True):
            object.__setattr__(self, name, column)
        for name in names:
            column = getattr(self, name)
            wrong = ~np.isfinite(column) & ((self.n_heard > 0) | (name != "level_dbm"))
            if wrong.any():
                raise RadioError(f"{name} holds {column[wrong][0]}, expected finite numbers; leave such links out.")
        if (self.distance_m <= 0.0).any():
            raise RadioError(
                f"distance_m holds {self.distance_m.min():g}, expected more than 0 m; leave such links out."
            )
        if (self.n_heard < 0.0).any() or (self.n_sent is not None and (self.n_sent < self.n_heard).any()):
            raise RadioError("a link heard more packets than were sent, or fewer than 0; correct the counts.")
        for name in ("transmitter", "receiver"):
            ends = getattr(self, name)
            if ends is not None and np.shape(ends) != self.distance_m.shape:
                raise RadioError(f"{name} has shape {np.shape(ends)}, expected one whole number for each link.")


@dataclass(frozen=True, slots=True)
class LogDistanceFit:
    """The fit: loss = `loss_at_1_km_db` + 10 · `exponent` · log10(distance / 1 km), locally spread by `sigma_db`.

    Biases are decibels that an end adds to every level, by the number that names it; positive is louder.
    """

    exponent: Estimate
    loss_at_1_km_db: Estimate
    sigma_db: Estimate
    transmitter_bias_db: dict[int, Estimate] = field(default_factory=dict)
    receiver_bias_db: dict[int, Estimate] = field(default_factory=dict)
    log_likelihood: float = 0.0
    n_steps: int = 0

    def model(self) -> LogDistance:
        """The fitted median loss as a member of `PATH_LOSS`."""
        return LogDistance(self.exponent.value, 1000.0, self.loss_at_1_km_db.value)


def fit_log_distance(
    links: LinkCounts,
    *,
    packet_sigma_db: float = 0.0,
    other_loss_share: float = 0.0,
    bias_prior_db: float = 10.0,
) -> LogDistanceFit:
    """Exponent, loss at 1 km, sigma and biases with standard errors from the observed information.

    packet_sigma_db    spread of the packets of one link around its mean [dB]; 0 is the classic Tobit, in which a link
                       is either heard or lost and losses on a heard link say nothing
    other_loss_share   share of packets lost whatever their level (collisions, outages), from 0 to below 1
    bias_prior_db      biases are N(0, this²) beforehand [dB]: it keeps those finite that are never heard, and tells
                       them from the common loss; with many links to an end it does not matter

    `links.n_sent` None fits the truncated likelihood instead: what was lost is unknown, so only heard links count.
    Raises RadioError when fewer than three links are heard, or all over one distance, or nothing converges.
    Sources: see `likelihood`; Newton steps, damped until the likelihood rises (Marquardt 1963).

    >>> rng = np.random.default_rng(1)
    >>> distance_m = 10.0 ** rng.uniform(2.0, 4.0, 4000)
    >>> level_dbm = 30.0 - 120.0 - 32.0 * np.log10(distance_m / 1000.0) + rng.normal(0.0, 8.0, 4000)
    >>> fit = fit_log_distance(LinkCounts(distance_m, level_dbm > -110.0, level_dbm, 1, 30.0, -110.0))
    >>> round(fit.exponent.value, 1), round(fit.sigma_db.value)
    (3.2, 8)
    """
    if not (packet_sigma_db >= 0.0 and 0.0 <= other_loss_share < 1.0 and bias_prior_db > 0.0):
        raise RadioError(
            f"packet_sigma_db {packet_sigma_db}, other_loss_share {other_loss_share} and bias_prior_db {bias_prior_db} "
            "were given, expected at least 0, from 0 to below 1, and above 0; correct them."
        )
    heard = links.n_heard > 0
    rows = heard if links.n_sent is None else heard | (links.n_sent > 0)
    x = 10.0 * np.log10(links.distance_m[rows] / 1000.0)
    if heard.sum() < 3 or np.ptp(np.log10(links.distance_m[heard])) < 1e-6:
        raise RadioError(
            f"{int(heard.sum())} links were heard, expected three or more over different distances; measure more."
        )
    n_heard = links.n_heard[rows]
    n_lost = np.zeros(len(x)) if links.n_sent is None else links.n_sent[rows] - n_heard
    seen = Observed(
        n_heard, links.level_dbm[rows], n_lost, links.sensitivity_dbm[rows], float(packet_sigma_db), other_loss_share
    )  # fmt: skip
    blocks, names = _biases(links, rows)
    design = sparse.csr_matrix(sparse.hstack([sparse.csr_matrix(np.column_stack([-x, -np.ones_like(x)])), *blocks]))
    prior = np.concatenate([np.zeros(2), np.full(design.shape[1] - 2, bias_prior_db**-2), [0.0]])
    score_of = truncated if links.n_sent is None else censored
    budget_dbm = links.budget_dbm[rows]

    def score(parameters: Floats) -> Score:
        return score_of(budget_dbm + design @ parameters[:-1], float(np.exp(parameters[-1])), seen)

    parameters, information, value, n_steps = _maximised(score, design, prior, _start(x, budget_dbm, seen, prior.size))
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    estimates = [Estimate(float(p), float(e)) for p, e in zip(parameters, errors, strict=True)]
    sigma_db = float(np.exp(parameters[-1]))
    sides: list[dict[int, Estimate]] = []
    begin = 2
    for ends in names:
        sides.append({int(end): estimates[begin + k] for k, end in enumerate(ends)})
        begin += len(ends)
    return LogDistanceFit(
        exponent=estimates[0],
        loss_at_1_km_db=estimates[1],
        sigma_db=Estimate(sigma_db, sigma_db * estimates[-1].standard_error),
        transmitter_bias_db=sides[0],
        receiver_bias_db=sides[1],
        log_likelihood=value,
        n_steps=n_steps,
    )


def _biases(links: LinkCounts, rows: npt.NDArray[np.bool_]) -> tuple[list[Any], list[npt.NDArray[Any]]]:
    """Columns of the design for transmitters and receivers, and the names of their columns."""
    blocks, names = [], []
    for ends in (links.transmitter, links.receiver):
        if ends is None:
            names.append(np.zeros(0, np.int64))
            continue
        end = np.asarray(ends)[rows]
        has_bias = np.flatnonzero(end >= 0)
        known, place = np.unique(end[has_bias], return_inverse=True)
        names.append(known)
        blocks.append(sparse.csr_matrix((np.ones(len(place)), (has_bias, place)), shape=(len(end), len(known))))
    n_biases = sum(len(ends) for ends in names)
    if n_biases > _MAX_BIASES:
        raise RadioError(f"{n_biases} biases were asked for, expected at most {_MAX_BIASES}; leave one side out.")
    return blocks, names


def _start(x: Floats, budget_dbm: Floats, seen: Observed, n_parameters: int) -> Floats:
    """Least squares over the heard links: too flat, but near enough to climb from."""
    heard = seen.n_heard > 0
    loss_db = (budget_dbm - seen.level_dbm)[heard]
    line = np.column_stack([x[heard], np.ones(heard.sum())])
    solution = np.linalg.lstsq(line, loss_db, rcond=None)[0]
    spread_db = float(np.std(loss_db - line @ solution))
    start = np.zeros(n_parameters)
    start[:2] = solution
    start[-1] = np.log(np.clip(spread_db, 1.0, 30.0))
    return start


def _maximised(
    score: Callable[[Floats], Score], design: Any, prior: Floats, start: Floats
) -> tuple[Floats, Floats, float, int]:
    """(parameters, observed information, log-likelihood, steps) at the maximum of the posterior density."""
    parameters, damping = start, 1e-3
    found = score(parameters)
    value = float(found.log_likelihood.sum() - 0.5 * (prior * parameters**2).sum())
    for step in range(1, _MAX_STEPS + 1):
        gradient = np.append(design.T @ found.by_mean, found.by_log_sigma.sum()) - prior * parameters
        information = _information(found, design, prior)
        scale = np.maximum(np.abs(np.diag(information)), 1e-12)
        gain = 0.0
        while damping < 1e12:
            move = np.linalg.solve(information + damping * np.diag(scale), gradient)
            tried = parameters + move
            tried[-1] = np.clip(tried[-1], *np.log(_SIGMA_LIMITS_DB))
            candidate = score(tried)
            reached = float(candidate.log_likelihood.sum() - 0.5 * (prior * tried**2).sum())
            gain = reached - value
            if np.isfinite(reached) and gain >= -1e-9:
                break
            damping = max(damping, 1e-6) * 10.0
        else:
            raise RadioError("the fit does not rise any further from where it stands; look at the measurements.")
        parameters, found, value, damping = tried, candidate, reached, damping / 10.0
        if abs(gain) < 1e-7 and np.abs(move).max() < 1e-5:
            information = _information(found, design, prior)
            if np.linalg.eigvalsh(information)[0] > 0.0:
                return parameters, information, value, step
    raise RadioError(
        f"the fit did not settle in {_MAX_STEPS} steps; there may be too few links, or hardly any spread in distance."
    )


def _information(found: Score, design: Any, prior: Floats) -> Floats:
    """Minus the second derivatives of the log-posterior."""
    means = (design.T @ design.multiply(-found.by_mean_twice[:, None])).toarray()
    cross = -(design.T @ found.by_mean_and_log_sigma)
    corner = -found.by_log_sigma_twice.sum()
    return np.asarray(np.block([[means, cross[:, None]], [cross[None, :], np.array([[corner]])]]) + np.diag(prior))
