"""Shadowing fingerprints: two radios asserted far apart that everybody hears alike stand in one place.

Shadowing is frozen for each pair of places, so every key on one attic or one station shows the same strong and weak
links. For two hotspots a and b and their common counterparts k, the differences of loss d_k = L_ak − L_bk are
d_k = offset + small noise in one place, and d_k = law(a, k) − law(b, k) + offset + two shadowings where they assert to
be; the offset of their equipment is integrated out. Both directions are looked at: what others report of the two, and
what the two report. Source: trace of A2 and A9, spec fraud.md §1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.channel import Channel
from poc.detectors.evidence import Evidence
from poc.detectors.network import SAME_PLACE_M, Network
from poc.detectors.survey import DECORRELATION_M, Trace, scores_of_trace, survey_of
from poc.table import COMPILED_FROM, Array, Table

#: A pair is compared when both have a counterpart in common among so many of their strongest …
_STRONGEST = 5
#: … over so many links of the first; pairs that are no twins over a few of these are not looked at further.
_LINKS, _FIRST_LINKS = 24, 12
#: What a direction may speak against a pair [nat], and what ends the comparison early.
_LEAST_NAT, _HOPELESS_NAT = -8.0, -4.0
#: Asserted nearer than this nobody lies by standing together.
_APART_M = 400.0
_OFFSET_DB = 9.0
#: Shadowing that two antennas in one attic do not share, as a share of σ².
_LOCAL_SHARE = 0.15
_FEWEST = 3
#: Twins beyond doubt, for weighing counterparts [nat].
_STRONG_NAT = 6.0


@dataclass(frozen=True, slots=True)
class ShadowingTwin:
    """liar_share: share of lies expected before looking.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(ShadowingTwin().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id; silent (ratio 0) where nobody has a twin."""
        survey = survey_of(evidence)
        trace = twin_trace(survey.network, survey.channel, survey.trust)
        return scores_of_trace("shadowing-twin", evidence, survey.network, trace, self.liar_share)


def twin_trace(network: Network, channel: Channel, trust: Array) -> Trace:
    """The best twin of each hotspot, less the number of pairs looked at (as in a test of many hypotheses)."""
    a, b, ratio = twin_pairs(network, channel, trust)
    n = len(network)
    best, partner = np.full(n, -np.inf), np.full(n, -1)
    order = np.argsort(ratio, kind="stable")
    for one, other in ((a, b), (b, a)):
        np.maximum.at(best, one, ratio)
        better = ratio[order] >= best[one[order]]
        partner[one[order][better]] = other[order][better]
    found = partner >= 0
    penalty = np.log(1.0 + np.bincount(np.concatenate([a, b]), minlength=n))
    total = np.where(found, best - penalty, 0.0)
    away_m = np.where(found, network.distance_m(np.arange(n), partner), 0.0)
    words = [
        f"its links are as strong and weak as those of a hotspot asserted {away / 1000.0:.1f} km away"
        if value > 0.0
        else "no hotspot asserted elsewhere is heard alike"
        for value, away in zip(total.tolist(), away_m.tolist(), strict=True)
    ]
    return Trace(np.clip(total, 0.0, 50.0), words)


def twin_pairs(network: Network, channel: Channel, trust: Array) -> tuple[Array, Array, Array]:
    """(row a < row b, log-likelihood ratio "one place" against "as asserted") of pairs asserted apart.

    Counterparts that are twins themselves see every pair alike, and would testify once for each key: a second look
    divides their weight by the number of their twins.
    """
    n = len(network)
    a, b, ratio = _looked_at(network, channel, trust)
    twins = ratio > _STRONG_NAT
    n_twins = np.bincount(np.concatenate([a[twins], b[twins]]), minlength=n)
    if not n_twins.any():
        return a, b, ratio
    some = ratio > 0.0  # less weight makes no twins of those that were none
    return a, b, _again(a, b, ratio, some, _looked_at(network, channel, trust / (1.0 + n_twins), (a[some], b[some])))


def _again(a: Array, b: Array, ratio: Array, some: Array, found: tuple[Array, Array, Array]) -> Array:
    """The ratios of all pairs, those of some replaced by what a second look found, or by 0 where that was nothing."""
    keys, new = found[0] * (1 << 32) + found[1], found[2]
    wanted = a[some] * (1 << 32) + b[some]
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    ratio = ratio.copy()
    ratio[some] = np.minimum(ratio[some], np.where(keys[place] == wanted, new[place], 0.0)) if len(keys) else 0.0
    return ratio


def _looked_at(
    network: Network, channel: Channel, trust: Array, pairs: tuple[Array, Array] | None = None
) -> tuple[Array, Array, Array]:
    """(row a < row b in ascending order, ratio) of given pairs, or of all that have company in common."""
    n = len(network)
    parts = [(np.zeros(0, np.int64), np.zeros(0))]
    for subject, other in (
        (network.heard_beaconer, network.heard_witness),
        (network.heard_witness, network.heard_beaconer),
    ):
        length_m = network.distance_m(subject, other)  # tells equal levels apart, as ids must not
        order = np.lexsort((length_m, channel.level_db, subject))
        subject, other, level, length_m = subject[order], other[order], channel.level_db[order], length_m[order]
        variance = channel.level_var_db2[order]
        start = np.searchsorted(subject, np.arange(n + 1))
        rank = np.arange(len(subject)) - start[subject]
        few = rank < _STRONGEST
        one, two = pairs or _pairs_by_company(other[few], subject[few], level[few], length_m[few])
        # the one with fewer links is compared over them; ties by the strongest link, so that ids carry nothing
        size, top = np.diff(start), np.append(level, 0.0)[np.minimum(start[:-1], len(level))]
        turned = (size[two] < size[one]) | ((size[two] == size[one]) & (top[two] < top[one]))
        one, two = np.where(turned, two, one), np.where(turned, one, two)
        apart = network.distance_m(one, two) > _APART_M
        one, two = one[apart], two[apart]
        links = (start, subject, other, level, variance, np.argsort(subject * n + other, kind="stable"))
        common, _, ratio = _compare(network, channel, trust, one, two, links, _FIRST_LINKS)
        enough, hopeless = common >= _FEWEST, ratio <= _HOPELESS_NAT
        rows = np.flatnonzero(enough & ~hopeless)
        _, count, found = _compare(network, channel, trust, one[rows], two[rows], links, _LINKS)
        ratio = np.where(enough & hopeless, -np.inf, 0.0)
        ratio[rows] = np.where(count >= _FEWEST, found, 0.0)
        parts.append((np.minimum(one, two) * n + np.maximum(one, two), ratio))
    keys, ratio = (np.concatenate(column) for column in zip(*parts, strict=True))
    unique, where = np.unique(keys, return_inverse=True)
    total = np.bincount(where, np.maximum(ratio, _LEAST_NAT), len(unique))
    return unique // max(n, 1), unique % max(n, 1), total


def _pairs_by_company(company: Array, subject: Array, level_db: Array, length_m: Array) -> tuple[Array, Array]:
    """Pairs of subjects with a counterpart in common, each once; of many, those alike in strength come together."""
    order = np.lexsort((length_m, level_db, company))
    company, subject = company[order], subject[order]
    first, second = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for step in range(1, 30):
        same = company[step:] == company[:-step]
        first.append(subject[:-step][same])
        second.append(subject[step:][same])
    a, b = np.concatenate(first), np.concatenate(second)
    keys = np.unique(np.minimum(a, b) * (1 << 32) + np.maximum(a, b))
    return keys >> 32, keys & ((1 << 32) - 1)


def _compare(
    network: Network,
    channel: Channel,
    trust: Array,
    one: Array,
    two: Array,
    links: tuple[Array, Array, Array, Array, Array, Array],
    most: int,
) -> tuple[Array, Array, Array]:
    """(counterparts in common, how far they are trusted, ratio) of pairs over the strongest links of the first of
    each, at most so many; links are sorted by subject and level, the last column orders them by counterpart."""
    if len(one) > COMPILED_FROM:
        return _compare_many(network, channel, trust, one, two, links, most)
    n = len(network)
    start, subject, other, level, variance, sorter = links
    size = np.minimum(np.diff(start)[one], most)
    pair = np.repeat(np.arange(len(one)), size)
    row = start[one][pair] + np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
    keys = subject * n + other
    wanted = two[pair] * n + other[row]
    place = np.minimum(np.searchsorted(keys, wanted, sorter=sorter), max(len(keys) - 1, 0))
    mate = sorter[place] if len(keys) else place
    both = (keys[mate] == wanted) if len(keys) else np.zeros(0, np.bool_)
    pair, row, mate = pair[both], row[both], mate[both]
    a, b, k = one[pair], two[pair], other[row]
    noise = variance[row] + variance[mate]
    difference = level[row] - level[mate]
    law = channel.loss_db(network.distance_m(a, k)) - channel.loss_db(network.distance_m(b, k))
    shared = np.exp(-network.distance_m(a, b) / DECORRELATION_M)
    sigma2 = channel.sigma_db**2
    together = _grouped(pair, len(one), difference, noise + 2.0 * _LOCAL_SHARE * sigma2, trust[k])
    apart = _grouped(pair, len(one), difference - law, noise + 2.0 * (1.0 - shared) * sigma2, trust[k])
    return np.bincount(pair, minlength=len(one)), np.bincount(pair, trust[k], len(one)), together - apart


def _compare_many(
    network: Network,
    channel: Channel,
    trust: Array,
    one: Array,
    two: Array,
    links: tuple[Array, Array, Array, Array, Array, Array],
    most: int,
) -> tuple[Array, Array, Array]:
    """The same for many pairs."""
    from poc.detectors.twins_compiled import compare

    start, _, other, level, variance, by_other = links
    shared = 1.0 - np.exp(-network.distance_m(one, two) / DECORRELATION_M)
    variances_db2 = 2.0 * channel.sigma_db**2 * np.stack([np.full(len(one), _LOCAL_SHARE), shared])
    common, trusted, ratio = np.zeros(len(one), np.int64), np.zeros(len(one)), np.zeros(len(one))
    compare(
        one, two, start, other, by_other, other[by_other], level, variance, trust, network.place_m, SAME_PLACE_M,
        10.0 * channel.exponent, variances_db2, _OFFSET_DB**2, most, common, trusted, ratio,
    )  # fmt: skip
    return common, trusted, ratio


def _grouped(group: Array, n: int, value: Array, variance: Array, weight: Array) -> Array:
    """log N(value; offset, variance) summed by group, a common offset of spread _OFFSET_DB integrated out."""
    w = weight / variance
    s0, s1, s2 = np.bincount(group, w, n), np.bincount(group, w * value, n), np.bincount(group, w * value**2, n)
    total = -0.5 * (s2 - s1**2 / (s0 + _OFFSET_DB**-2)) - 0.5 * np.log1p(_OFFSET_DB**2 * s0)
    return np.asarray(total - 0.5 * np.bincount(group, weight * np.log(variance), n))
