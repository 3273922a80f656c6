"""The radio channel, estimated from the reports alone: receptions *and* misses between asserted places.

Loss over distance d with the asserted gains taken out is
    loss = intercept + 10·exponent·lg(d / 1 km) + transmit bias of the sender + receive bias of the witness + shadowing
and a packet is heard while loss + fading stays under the witness's threshold. The fit maximises the censored
likelihood; ignoring the misses flattens the exponent (spec fraud.md §3). Asserted places are mostly true, so a mixture
with an outlier part keeps the liars out, and pairs may be weighted by how far both ends are trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from poc.detectors.biases import Biases, Observations, improve
from poc.detectors.censoring import LINK_LOSS, link_level, never_heard_smoothly, threshold_db_from
from poc.detectors.network import Network, places_in
from poc.detectors.packets import fading_db_of, packet_loss_of
from poc.table import COMPILED_FROM, Array
from radio_models.special_functions import ndtr

#: Beliefs before any report, wide enough for thirty links to overrule them: (mean, sd). Exponent and shadowing from
#: the measured sets in spec fraud.md §3, intercept from free space at 868–915 MHz (91 dB) plus 10 to 60 dB of clutter.
EXPONENT = (3.0, 0.7)
INTERCEPT_DB = (125.0, 15.0)
LOG_SIGMA_DB = (float(np.log(9.0)), 0.4)
#: Spread of the loss around the law where one end is not where it says [dB].
OUTLIER_DB = 25.0
#: Steps and bounds of (intercept, exponent, log sigma, log odds of an outlier) in the search for the best fit.
_STEP = np.array([0.3, 0.03, 0.03, 0.1])
_BOUNDS = np.array([[60.0, 0.5, np.log(2.0), -6.0], [220.0, 7.0, np.log(25.0), 0.0]])
_WIDEST_LG, _WIDEST_DB = 10.0, 2000.0  # spans of which every bin is kept


@dataclass(frozen=True, slots=True)
class Channel:
    """What the reports say about the radio; biases and thresholds are one value for each row of the network.

    sensitivity_dbm: the signal that a witness hears half of the time, in its own readings. availability: share of the
    beacons a hotspot was there to hear. packet_loss: share of packets that even a strong link loses. biases: extra loss
    of each hotspot when it sends and when it hears.
    level_db and level_var_db2: each heard link's loss without fading (rows of Network.heard_*).
    """

    intercept_db: float
    exponent: float
    sigma_db: float
    fading_db: float
    outlier_share: float
    sensitivity_dbm: Array
    availability: Array
    packet_loss: float
    biases: Biases
    level_db: Array
    level_var_db2: Array

    def loss_db(self, distance_m: Array) -> Array:
        """Median loss over a distance [m], gains and biases apart."""
        return np.asarray(self.intercept_db + 10.0 * self.exponent * (np.log10(distance_m) - 3.0))


def estimate_channel(network: Network, trust: Array) -> Channel:
    """Fit the channel; trust (one value in 0…1 for each row) says how far each hotspot's place is believed."""
    fading_db = fading_db_of(network.heard_n, network.n_beacons[network.heard_beaconer], network.heard_var_db2)
    availability = _availability(network)
    n_sent = network.n_beacons[network.heard_beaconer] * availability[network.heard_witness]
    n_sent = np.maximum(n_sent, network.heard_n)
    packet_loss = packet_loss_of(network.heard_n, n_sent, _signal_dbm(network))
    sensitivity_dbm = _sensitivity_dbm(network, n_sent * (1.0 - packet_loss), fading_db)
    beaconer, witness = network.heard_beaconer, network.heard_witness
    gains_dbi = network.gain_dbi[beaconer] + network.gain_dbi[witness]
    threshold_db = network.power_dbm[beaconer] - sensitivity_dbm[witness] + gains_dbi
    level_db, variance_db2 = link_level(
        network.heard_n, n_sent, network.heard_loss_db, threshold_db, fading_db, packet_loss
    )
    distance_m = network.distance_m(beaconer, witness)
    # pairs out of reach are known only where they were heard, which would make far signals look strong
    weight = trust[beaconer] * trust[witness] * (distance_m <= network.reach_m)
    heard = Observations(beaconer, witness, np.log10(distance_m / 1000.0), level_db, variance_db2, weight)
    missed = _missed(network, sensitivity_dbm, availability, (fading_db, packet_loss), trust)

    biases = Biases.unknown(len(network))
    intercept, exponent, sigma, outliers = INTERCEPT_DB[0], EXPONENT[0], 12.0, 0.1
    for _ in range(3):
        doubtful = biases.transmit_var_db2, biases.receive_var_db2
        extra = [biases.transmit_db[part.beaconer] + biases.receive_db[part.witness] for part in (heard, missed)]
        doubt = [doubtful[0][part.beaconer] + doubtful[1][part.witness] for part in (heard, missed)]
        intercept, exponent, sigma, outliers = _fit_law(heard, missed, extra, doubt, (intercept, exponent, sigma))
        residual = heard.level_db - intercept - 10.0 * exponent * heard.log_distance_km
        excess = missed.level_db - intercept - 10.0 * exponent * missed.log_distance_km
        biases = improve(biases, heard, missed, residual, excess, sigma, trust)
    return Channel(
        intercept_db=intercept, exponent=exponent, sigma_db=sigma, fading_db=fading_db, outlier_share=outliers,
        sensitivity_dbm=sensitivity_dbm, availability=availability, packet_loss=packet_loss, biases=biases,
        level_db=level_db, level_var_db2=variance_db2,
    )  # fmt: skip


def _availability(network: Network) -> Array:
    """Share of the beacons that a witness was there for: its best-heard sender bounds it from below."""
    share = np.zeros(len(network))
    sent = np.maximum(network.n_beacons[network.heard_beaconer], 1.0)
    np.maximum.at(share, network.heard_witness, np.minimum(network.heard_n / sent, 1.0))
    n_links = np.bincount(network.heard_witness, minlength=len(network))
    return np.asarray(np.clip((1.0 + n_links * share) / (1.0 + n_links), 0.05, 1.0))


def _signal_dbm(network: Network) -> Array:
    """Mean signal of the packets of each heard link, as read."""
    gains_dbi = network.gain_dbi[network.heard_beaconer] + network.gain_dbi[network.heard_witness]
    return np.asarray(network.power_dbm[network.heard_beaconer] - network.heard_loss_db + gains_dbi)


def _sensitivity_dbm(network: Network, n_sent: Array, fading_db: float) -> Array:
    """The signal that each witness hears half of the time, by its own readings, drawn towards the common value.

    n_sent: packets that did not go astray. A strong link that misses some has lost them otherwise, and says nothing.
    """
    n = len(network)
    if not len(network.heard_n):
        return np.full(n, -124.0)
    witness = network.heard_witness
    signal_dbm = _signal_dbm(network)
    weakest_dbm = float(np.quantile(signal_dbm, 0.03))
    sometimes = (network.heard_n < 0.75 * n_sent) & (n_sent >= 1.5) & (signal_dbm < weakest_dbm + 4.0 * fading_db)
    if sometimes.sum() < 20:
        return np.full(n, weakest_dbm)
    shift_db = threshold_db_from(network.heard_n[sometimes], n_sent[sometimes], np.zeros(sometimes.sum()), fading_db)
    found_dbm = signal_dbm[sometimes] - shift_db
    common_dbm = float(np.median(found_dbm))
    off_db = np.clip(found_dbm - common_dbm, -8.0, 8.0)
    # a link's estimate is good to about 3 dB, receivers differ by about 2 dB: nine to four
    weight = np.bincount(witness[sometimes], minlength=n) / 9.0
    return np.asarray(common_dbm + np.bincount(witness[sometimes], off_db / 9.0, n) / (weight + 1.0 / 4.0))


def _missed(
    network: Network, sensitivity_dbm: Array, availability: Array, packets: tuple[float, float], trust: Array
) -> Observations:
    """Directed pairs in reach without a single packet: the sender beaconed, the witness lived. packets: (fading [dB],
    loss) of them."""
    n = len(network)
    beaconer, witness = network.pair_a, network.pair_b
    silent = places_in(network.heard_beaconer * n + network.heard_witness, beaconer * n + witness) < 0
    silent &= (network.n_beacons[beaconer] > 0) & network.alive[witness]
    beaconer, witness = beaconer[silent], witness[silent]
    offset_db, spread_db = never_heard_smoothly(network.n_beacons[beaconer] * availability[witness], *packets)
    gains_dbi = network.gain_dbi[beaconer] + network.gain_dbi[witness]
    level_db = network.power_dbm[beaconer] - sensitivity_dbm[witness] + gains_dbi + offset_db
    log_distance = np.log10(network.distance_m(beaconer, witness) / 1000.0)
    return Observations(beaconer, witness, log_distance, level_db, spread_db**2, trust[beaconer] * trust[witness])


def _fit_law(
    heard: Observations,
    missed: Observations,
    extra: list[Array],
    doubt: list[Array],
    start: tuple[float, float, float],
) -> tuple[float, float, float, float]:
    """(intercept, exponent, sigma, outlier share) by penalised maximum likelihood on binned pairs.

    Bins of 1/16 in lg distance and 1 dB carry their weighted mean, so the cost does not grow with the network.
    """
    heard_x, heard_y, heard_v, heard_w = _binned(heard, extra[0], doubt[0])
    missed_x, missed_y, missed_v, missed_w = _binned(missed, extra[1], doubt[1])

    def cost(parameters: Array) -> float:
        intercept, exponent, log_sigma, odds = parameters
        sigma2, share = np.exp(2.0 * log_sigma), 1.0 / (1.0 + np.exp(-odds))
        off = heard_y - intercept - 10.0 * exponent * heard_x
        inside, outside = _log_normal(off, sigma2 + heard_v), _log_normal(off, OUTLIER_DB**2)
        total = (heard_w * np.logaddexp(np.log1p(-share) + inside, np.log(share) + outside)).sum()
        off = intercept + 10.0 * exponent * missed_x - missed_y
        silent = (1.0 - share) * ndtr(off / np.sqrt(sigma2 + missed_v)) + share * ndtr(off / OUTLIER_DB)
        total += (missed_w * np.log(LINK_LOSS + (1.0 - LINK_LOSS) * silent)).sum()
        for value, (mean, sd_prior) in zip(
            parameters, (INTERCEPT_DB, EXPONENT, LOG_SIGMA_DB, (-3.0, 1.0)), strict=True
        ):
            total -= 0.5 * ((value - mean) / sd_prior) ** 2
        return -float(total)

    first = np.array([start[0], start[1], np.log(start[2]), -2.5])
    found = _lowest(cost, first, _STEP, _BOUNDS)
    return float(found[0]), float(found[1]), float(np.exp(found[2])), float(1.0 / (1.0 + np.exp(-found[3])))


def _lowest(cost: Callable[[Array], float], first: Array, step: Array, bounds: Array) -> Array:
    """Newton's method with Levenberg's damping on central differences: four smooth parameters need no more."""
    here, low, damping = first, cost(first), 1e-3
    n, unit = len(first), np.diag(step)
    for _ in range(25):
        ahead = np.array([cost(here + unit[i]) for i in range(n)])
        behind = np.array([cost(here - unit[i]) for i in range(n)])
        slope, bend = 0.5 * (ahead - behind), np.diag(ahead + behind - 2.0 * low)
        for i in range(n):
            for j in range(i):
                bend[i, j] = bend[j, i] = cost(here + unit[i] + unit[j]) - ahead[i] - ahead[j] + low
        values, vectors = np.linalg.eigh(bend)
        while damping < 1e6:
            move = -(vectors @ (vectors.T @ slope / (np.abs(values) + damping))) * step
            there = np.clip(here + move, *bounds)
            found = cost(there)
            if found <= low:
                break
            damping *= 10.0
        if found > low:
            break
        settled = bool((np.abs(there - here) < 0.01 * step).all())
        here, low, damping = there, found, damping * 0.1
        if settled:
            break
    return here


def _log_normal(off: Array, variance: Array | float) -> Array:
    return np.asarray(-0.5 * off * off / variance - 0.5 * np.log(2.0 * np.pi * variance))


def _binned(part: Observations, extra: Array, doubt: Array) -> tuple[Array, Array, Array, Array]:
    """(lg distance, level, variance, weight) of occupied bins."""
    level = part.level_db - extra
    keep = part.weight > 0.0
    x, y, v, w = part.log_distance_km[keep], level[keep], (part.variance_db2 + doubt)[keep], part.weight[keep]
    if len(x) > COMPILED_FROM and np.ptp(x) < _WIDEST_LG and np.ptp(y) < _WIDEST_DB:
        return _binned_fast(x, y, v, w)
    bins = np.floor(x * 16.0).astype(np.int64) * 4096 + np.floor(y).astype(np.int64)
    _, group = np.unique(bins, return_inverse=True)
    total = np.bincount(group, w)
    means = [np.bincount(group, w * column) / total for column in (x, y, v)]
    return means[0], means[1], means[2], total


def _binned_fast(x: Array, y: Array, v: Array, weight: Array) -> tuple[Array, Array, Array, Array]:
    """The same for many pairs."""
    from poc.detectors.fits_compiled import binned

    first_x, last_x = (int(np.floor(edge * 16.0)) for edge in (x.min(), x.max()))
    first_y, last_y = (int(np.floor(edge)) for edge in (y.min(), y.max()))
    n_y = last_y - first_y + 1
    sums = np.zeros(((last_x - first_x + 1) * n_y, 4))
    binned(x, y, v, weight, first_x, first_y, n_y, sums)
    total, of_x, of_y, of_v = sums[sums[:, 0] > 0.0].T
    return of_x / total, of_y / total, of_v / total, total
