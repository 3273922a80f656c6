"""Missing witnesses: nobody who should hear a hotspot where it asserts to be does.

The trace that forging cannot remove: honest neighbours of an asserted place stay silent about a radio that is not
there. For each hotspot the log-likelihood of its receptions and misses at the asserted place is set against that of a
radio in nobody's hearing, counterparts counting as far as they are trusted. The same is done for what a hotspot itself
reports of its neighbours' beacons: a key without a receiver misses them, or reports others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.censoring import LINK_LOSS, MissTable, never_heard_smoothly
from poc.detectors.channel import Channel
from poc.detectors.evidence import Evidence
from poc.detectors.network import Network, places_in
from poc.detectors.survey import Trace, scores_of_trace, survey_of
from poc.table import COMPILED_FROM, Array, Table

_MISSES = MissTable.of(LINK_LOSS)
#: Silence of a pair this many spreads beyond hearing is no news.
_NO_NEWS = 3.5
_QUADRATURE = np.polynomial.hermite_e.hermegauss(7)


@dataclass(frozen=True, slots=True)
class MissingWitness:
    """liar_share: share of lies expected before looking.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(MissingWitness().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id."""
        survey = survey_of(evidence)
        sent, heard = missing_traces(survey.network, survey.channel, survey.trust)
        trace = Trace(np.maximum(sent.ratio, heard.ratio), sent.words)
        return scores_of_trace("missing-witness", evidence, survey.network, trace, self.liar_share)


def missing_traces(network: Network, channel: Channel, trust: Array) -> tuple[Trace, Trace]:
    """(trace as a sender, trace as a listener)."""
    n = len(network)
    a, b = network.pair_a, network.pair_b
    heard = places_in(network.heard_beaconer * n + network.heard_witness, a * n + b) >= 0
    live = (network.n_beacons[a] > 0) & network.alive[b]
    a, b, heard = a[live], b[live], heard[live]
    n_sent = network.n_beacons[a] * channel.availability[b]
    offset_db, spread_db = never_heard_smoothly(n_sent, channel.fading_db, channel.packet_loss)
    room_db = network.power_dbm[a] - channel.sensitivity_dbm[b] + network.gain_dbi[a] + network.gain_dbi[b] + offset_db
    room_db -= channel.loss_db(network.distance_m(a, b))
    biases = channel.biases
    traces = []
    for subject, other, bias, variance, own_db in (
        (a, b, biases.receive_db[b], biases.receive_var_db2[b], biases.transmit_spread_db),
        (b, a, biases.transmit_db[a], biases.transmit_var_db2[a], biases.receive_spread_db),
    ):
        spread = np.sqrt(channel.sigma_db**2 + variance + spread_db**2)
        traces.append(_trace(n, subject, heard, (room_db - bias) / spread, 1.0 / spread, trust[other], own_db))
    return traces[0], traces[1]


def _trace(n: int, subject: Array, heard: Array, room: Array, rate: Array, trust: Array, own_db: float) -> Trace:
    """−log of the chance of so much silence at the asserted place, the subject's own bias integrated out.

    A trusted reception ends the question: it counts as the chance to be heard by mistake, LINK_LOSS.
    """
    nodes, weights = _QUADRATURE
    # the wider nodes are weighed back to the prior of the bias
    back = 0.5 * nodes**2 * (1.0 - 1.3**2) + np.log(1.3 * weights / np.sqrt(2.0 * np.pi))
    silences = _compiled_silences if len(subject) > COMPILED_FROM else _silences
    values, n_near, n_silent = silences(n, subject, heard, room, rate, trust, 1.3 * own_db * nodes)
    ratio = -np.logaddexp.reduce(values + back[:, None], axis=0)
    words = [
        f"no word between it and {silent:.0f} of the {near:.0f} hotspots well within hearing of the asserted place"
        for silent, near in zip(n_silent.tolist(), n_near.tolist(), strict=True)
    ]
    return Trace(np.clip(ratio, -50.0, 50.0), words)


def _silences(
    n: int, subject: Array, heard: Array, room: Array, rate: Array, trust: Array, shifts: Array
) -> tuple[Array, Array, Array]:
    """(log-likelihood by shift of the subject's bias and by subject, trusted ones near it, silent ones of these)."""
    news = heard | (room > -_NO_NEWS)
    subject, heard, room, rate, trust = subject[news], heard[news], room[news], rate[news], trust[news]
    values = np.empty((len(shifts), n))
    sounds = np.flatnonzero(heard)
    for row, shift in enumerate(shifts):
        said = _MISSES.value_at(shift * rate - room)
        said[sounds] = np.log1p(-np.minimum(np.exp(said[sounds]), 1.0 - 1e-9)) - np.log(LINK_LOSS)
        values[row] = np.bincount(subject, trust * said, n)
    near = room > 0.0
    return values, np.bincount(subject, trust * near, n), np.bincount(subject, trust * (near & ~heard), n)


def _compiled_silences(
    n: int, subject: Array, heard: Array, room: Array, rate: Array, trust: Array, shifts: Array
) -> tuple[Array, Array, Array]:
    """The same for many pairs."""
    from poc.detectors.fits_compiled import silences

    values, n_near, n_silent = np.zeros((n, len(shifts))), np.zeros(n), np.zeros(n)
    tables = (_MISSES.value, _MISSES.slope, _MISSES.curvature)
    mistake = float(np.log(LINK_LOSS))
    silences(subject, heard, room, rate, trust, shifts, _NO_NEWS, mistake, tables, values, n_near, n_silent)
    return values.T, n_near, n_silent
