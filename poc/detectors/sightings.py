"""For each hotspot under test: who heard it, who should have, and how much each of them counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.biases import tail_weight
from poc.detectors.censoring import never_heard_smoothly
from poc.detectors.channel import Channel
from poc.detectors.network import Network, places_in
from poc.table import COMPILED_FROM, Array


@dataclass(frozen=True, slots=True)
class Sightings:
    """Rows of (subject, counterpart); those of subject i are start[i] … start[i + 1], its n_heard[i] heard pairs first,
    then the missed ones, each nearest first (by asserted places, so that no sum over them depends on ids).

    heard: whether the pair was ever heard. level_db: loss without fading, the counterpart's bias
    taken out (heard), or the loss that the pair must have exceeded (missed). inverse_sd_per_db: one over the spread of
    that level around the law. weight: trust in the counterpart over its crowding. place_m: where it asserts to be.
    prior_db: spread of the subject's own bias, one value for each subject. hub: row of the strongest trusted
    counterpart, −1 where nobody was heard.
    """

    start: Array
    n_heard: Array
    subject: Array
    counterpart: Array
    heard: Array
    level_db: Array
    inverse_sd_per_db: Array
    weight: Array
    place_m: Array
    prior_db: Array
    hub: Array

    def __len__(self) -> int:
        return len(self.start) - 1


def sightings_of(
    network: Network,
    channel: Channel,
    trust: Array,
    crowding: Array,
    listening: bool = False,
    rows: Array | None = None,
) -> Sightings:
    """The evidence about every hotspot's place.

    A hotspot that beaconed is judged by what others report of it, which is harder to forge than its own reports; one
    that never beaconed by what it says to have heard. listening: judge everybody by the latter. rows: whose
    misses are looked for, everybody's by default.
    """
    n = len(network)
    sends = (network.n_beacons > 0) & (not listening)
    beaconer, witness = network.heard_beaconer, network.heard_witness
    subject = np.concatenate([beaconer, witness])
    other = np.concatenate([witness, beaconer])
    link = np.tile(np.arange(len(beaconer)), 2)
    judged = np.repeat([True, False], len(beaconer)) == sends[subject]
    subject, other, link = subject[judged], other[judged], link[judged]
    order = np.argsort(subject * n + other, kind="stable")
    subject, other, link = subject[order], other[order], link[order]
    level_db, variance_db2 = _heard_levels(network, channel, trust, subject, other, link, sends)
    hub = _hubs(n, subject, other, level_db, trust)

    heard_start = np.searchsorted(subject, np.arange(n + 1))
    missed_start, missed_other = _unheard(network, sends, hub, heard_start, other, rows)
    missed_subject = np.repeat(np.arange(n), np.diff(missed_start))
    missed_level_db, missed_variance_db2 = _missed_levels(network, channel, missed_subject, missed_other, sends)

    all_subject = np.concatenate([subject, missed_subject])
    all_other = np.concatenate([other, missed_other])
    all_level_db = np.concatenate([level_db, missed_level_db])
    distance_m = network.distance_m(all_subject, all_other)
    order = _nearest_first(heard_start, missed_start, all_subject, distance_m, all_level_db)
    all_subject, all_other = all_subject[order], all_other[order]
    return Sightings(
        start=heard_start + missed_start,
        n_heard=np.diff(heard_start),
        subject=all_subject,
        counterpart=all_other,
        heard=order < len(subject),
        level_db=all_level_db[order],
        inverse_sd_per_db=1.0 / np.sqrt(np.concatenate([variance_db2, missed_variance_db2])[order]),
        weight=(trust / crowding)[all_other],
        place_m=network.place_m[all_other],
        prior_db=np.where(sends, channel.biases.transmit_spread_db, channel.biases.receive_spread_db),
        hub=hub,
    )


def _heard_levels(
    network: Network, channel: Channel, trust: Array, subject: Array, other: Array, link: Array, sends: Array
) -> tuple[Array, Array]:
    """Levels and variances of heard pairs with the counterpart's bias taken out, the pair's own share in that bias
    left out: else a liar bends the bias of those who hear it towards its lie."""
    biases, n = channel.biases, len(network)
    a, b = network.heard_beaconer, network.heard_witness
    own_variance = channel.sigma_db**2 + channel.level_var_db2
    distance_m = network.distance_m(a, b)
    left = channel.level_db - channel.loss_db(distance_m) - biases.transmit_db[a] - biases.receive_db[b]
    share = (
        trust[a] * trust[b] * (distance_m <= network.reach_m) / own_variance * tail_weight(left * left / own_variance)
    )
    # what each link, and the one in the other direction, brought to the counterpart's biases
    back = places_in(a * n + b, b * n + a)
    share, left = np.append(share, 0.0), np.append(left, 0.0)
    sending = sends[subject]
    as_witness, as_beaconer = np.where(sending, link, back[link]), np.where(sending, back[link], link)
    bias, variance = biases.without(
        other,
        (share[as_beaconer], left[as_beaconer] + biases.transmit_db[other]),
        (share[as_witness], left[as_witness] + biases.receive_db[other]),
        sending,
    )
    return channel.level_db[link] - bias, own_variance[link] + variance


def _missed_levels(
    network: Network, channel: Channel, subject: Array, other: Array, sends: Array
) -> tuple[Array, Array]:
    beaconer = np.where(sends[subject], subject, other)
    witness = np.where(sends[subject], other, subject)
    n_sent = network.n_beacons[beaconer] * channel.availability[witness]
    offset_db, spread_db = never_heard_smoothly(n_sent, channel.fading_db, channel.packet_loss)
    biases = channel.biases
    bias = np.where(sends[subject], biases.receive_db[other], biases.transmit_db[other])
    variance = np.where(sends[subject], biases.receive_var_db2[other], biases.transmit_var_db2[other])
    gains_dbi = network.gain_dbi[beaconer] + network.gain_dbi[witness]
    level_db = network.power_dbm[beaconer] - channel.sensitivity_dbm[witness] + gains_dbi + offset_db - bias
    return level_db, channel.sigma_db**2 + variance + spread_db**2


def _hubs(n: int, subject: Array, other: Array, level_db: Array, trust: Array) -> Array:
    """The counterpart with the strongest link, distrust counting as lost signal."""
    hub = np.full(n, -1, np.int64)
    order = np.lexsort((other, level_db + 40.0 * (1.0 - trust[other]), subject))
    first = np.ones(len(order), np.bool_)
    first[1:] = subject[order][1:] != subject[order][:-1]
    hub[subject[order][first]] = other[order][first]
    return hub


def _unheard(
    network: Network, sends: Array, hub: Array, heard_start: Array, heard_other: Array, rows: Array | None
) -> tuple[Array, Array]:
    """(start, counterpart) of the living in reach of each subject's asserted place or of its hub without a link with
    it, in ascending order; a counterpart that never beaconed cannot be missed by a subject that only listens.

    heard_start, heard_other: the links of each subject.
    """
    n = len(network)
    start = np.searchsorted(network.pair_a, np.arange(n + 1))
    asked = np.ones(n, np.bool_) if rows is None else np.isin(np.arange(n), rows)
    if len(network.pair_a) > COMPILED_FROM:
        from poc.detectors.pairs_compiled import unheard

        beacons, found, other = network.n_beacons > 0, np.empty(n + 1, np.int64), np.empty(0, np.int64)
        unheard(asked, start, network.pair_b, hub, sends, beacons, heard_start, heard_other, found, other)
        other = np.empty(found[-1], np.int64)
        unheard(asked, start, network.pair_b, hub, sends, beacons, heard_start, heard_other, found, other)
        return found, other
    keys = _pairs_to_judge(network, start, sends, hub)
    heard = np.repeat(np.arange(n), np.diff(heard_start)) * n + heard_other
    keys = keys[(places_in(heard, keys) < 0) & asked[keys // max(n, 1)]]
    return np.searchsorted(keys // max(n, 1), np.arange(n + 1)), keys % max(n, 1)


def _pairs_to_judge(network: Network, start: Array, sends: Array, hub: Array) -> Array:
    """Sorted keys subject·n + counterpart of the living in reach of the asserted place or of the hub."""
    n = len(network)
    subject = np.flatnonzero(hub >= 0)
    size = (start[1:] - start[:-1])[hub[subject]]
    of_hub = np.repeat(subject, size)
    within = np.arange(len(of_hub)) - np.repeat(np.cumsum(size) - size, size)
    around_hub = network.pair_b[np.repeat(start[hub[subject]], size) + within]
    subjects = np.concatenate([network.pair_a, of_hub])
    others = np.concatenate([network.pair_b, around_hub])
    fits = (subjects != others) & (sends[subjects] | (network.n_beacons[others] > 0))
    keys = np.sort(subjects[fits] * n + others[fits])
    return keys[np.diff(keys, prepend=-1) > 0]


def _nearest_first(
    heard_start: Array, missed_start: Array, subject: Array, distance_m: Array, level_db: Array
) -> Array:
    """The order of Sightings, of rows of heard pairs followed by missed ones."""
    if len(subject) <= COMPILED_FROM:
        missed = np.arange(len(subject)) >= heard_start[-1]
        return np.lexsort((level_db, distance_m, missed, subject))
    from poc.detectors.pairs_compiled import nearest_first

    order = np.empty(len(subject), np.int64)
    nearest_first(heard_start, missed_start, distance_m, level_db, order)
    return order
