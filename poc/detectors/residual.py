"""Residuals: links of a hotspot scatter around the law far more than shadowing does, or far less than it can.

A wrong place makes near links too weak and far ones too strong; strengths invented from free space hug a curve. The
hotspot's own bias is taken out first. Source: traces of A1, A2 and A6, spec fraud.md §1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poc.detectors.evidence import Evidence
from poc.detectors.survey import Survey, Trace, scores_of_trace, survey_of
from poc.table import Table

#: Scatter of the residuals of a liar in units of an honest one's, each as likely before looking.
_SCALES = (0.25, 0.5, 1.5, 2.2, 3.2)
#: Shadowing of neighbours is not independent: a link counts as so much of one.
_INDEPENDENCE = 0.7


@dataclass(frozen=True, slots=True)
class Residual:
    """liar_share: share of lies expected before looking.

    >>> from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS
    >>> kinds = (HOTSPOTS, ACTIVITY, LINK_STATISTICS, RECEPTIONS, WITNESS_VERDICTS)
    >>> len(Residual().score(Evidence(*(kind.empty() for kind in kinds), city=None)))
    0
    """

    liar_share: float = 0.1

    def score(self, evidence: Evidence) -> Table:
        """SCORES, one row for each hotspot in ascending id."""
        survey = survey_of(evidence)
        return scores_of_trace("residual", evidence, survey.network, residual_trace(survey), self.liar_share)


def residual_trace(survey: Survey) -> Trace:
    """Evidence that the scatter of a hotspot's heard links is not that of shadowing."""
    network, channel, sightings = survey.network, survey.channel, survey.sightings
    n = len(network)
    rows = np.flatnonzero(sightings.heard)
    subject, other = sightings.subject[rows], sightings.counterpart[rows]
    rate = sightings.inverse_sd_per_db[rows]
    off = sightings.level_db[rows] - channel.loss_db(network.distance_m(subject, other))
    weight = sightings.weight[rows] * _INDEPENDENCE
    precision = np.bincount(subject, weight * rate**2, n) + sightings.prior_db**-2
    own = np.bincount(subject, weight * rate**2 * off, n) / precision
    z = np.clip((off - own[subject]) * rate, -4.5, 4.5)
    freedom = np.maximum(np.bincount(subject, weight, n) - 1.0, 0.0)
    square = np.bincount(subject, weight * z * z, n)
    values = [-freedom * np.log(scale) + 0.5 * square * (1.0 - scale**-2) for scale in _SCALES]
    ratio = np.logaddexp.reduce(np.array(values) - np.log(len(_SCALES)), axis=0)
    ratio = np.where(freedom > 0.0, ratio, 0.0)
    typical = np.sqrt(square / np.maximum(freedom, 1.0))
    words = [
        f"its links scatter {times:.1f} times as much around the law as honest ones"
        if links > 0.0
        else "too few links to tell their scatter"
        for times, links in zip(typical.tolist(), freedom.tolist(), strict=True)
    ]
    return Trace(np.clip(ratio, -20.0, 50.0), words)
