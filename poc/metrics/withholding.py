"""What withholding pay by a detector's scores costs and saves: leakage against collateral at every threshold.

Asked of one epoch with everybody's claims as the judge left them. At each threshold the claims of the accused, and
those that rest on them, fall away, and the profile's own rule pays the rest.

leakage: share of the paid emission that goes to liars. collateral: share of the honest hotspots' pay that they lose
because honest ones are accused too, set against pay in the same epoch with the same liars and no honest hotspot
accused; what other honest hotspots gain by it is no consolation and does not count. Both fall on the honest as
`near_liars` (a liar is among the witness neighbours) or elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from poc.errors import DataError
from poc.metrics.columns import first_measured_epoch
from poc.metrics.detection import final_scores
from poc.metrics.labels import Labels, labels_from
from poc.profiles.profile import Profile
from poc.rewards.amounts import pay
from poc.rewards.claims import claims_without
from poc.store import RunData
from poc.table import Array, Table
from poc.validator.judgement import Judgement
from poc.validator.state import ValidatorState

#: Honest hotspots accused at the points of a curve, as far as there are so many.
N_ACCUSED = (0, 1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 100, 200)
MOST_COLLATERAL = 0.005
_TABLES = ("beacon_verdicts", "witness_verdicts", "receptions", "scores", "truth")


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold: shares, and how many hotspots are accused."""

    leakage: float
    collateral: float
    collateral_near_liars: float
    n_honest_accused: int
    n_liars_accused: int


@dataclass(frozen=True, slots=True)
class Curve:
    """points: from the threshold above every honest hotspot down. verdicts: the point of the detector's own verdicts.

    nothing: leakage with nobody accused.
    """

    points: tuple[Point, ...]
    verdicts: Point
    nothing: float

    def leakage_at(self, collateral: float = MOST_COLLATERAL) -> float:
        """The least leakage at no more than this collateral.

        >>> point = Point(0.02, 0.004, 0.0, 1, 9)
        >>> Curve((point, Point(0.01, 0.02, 0.0, 3, 9)), point, 0.1).leakage_at(0.005)
        0.02
        """
        return min([self.nothing, *(point.leakage for point in self.points if point.collateral <= collateral)])


@dataclass(frozen=True, slots=True)
class Payday:
    """Claims of one epoch before anybody is accused, and how they are paid. hotspot: in ascending order; near: honest
    ones with a liar among their witness neighbours."""

    claims: Table
    profile: Profile
    city: Any
    hotspot: Array
    is_liar: Array
    near: Array

    def paid(self, accused: Array) -> Array:
        """Pay [bones] of each hotspot when the claims of the accused (flags) and those on them fall away."""
        kept = claims_without(self.claims, self.hotspot[accused])
        shares = self.profile.reward_rule.shares(kept, self.city, self.profile.limits)
        rewards, _ = pay(shares, self.profile.emission, 1.0, 0)
        amount = np.zeros(len(self.hotspot))
        np.add.at(amount, np.searchsorted(self.hotspot, rewards["hotspot"]), rewards["amount_bones"].astype(float))
        return amount

    def point(self, accused: Array) -> Point:
        """What accusing these hotspots does."""
        got, fair = self.paid(accused), self.paid(accused & self.is_liar)
        honest = ~self.is_liar
        lost = np.maximum(fair - got, 0.0)
        whole = max(float(fair[honest].sum()), 1.0)
        return Point(
            leakage=float(got[self.is_liar].sum()) / max(float(got.sum()), 1.0),
            collateral=float(lost[honest].sum()) / whole,
            collateral_near_liars=float(lost[honest & self.near].sum()) / whole,
            n_honest_accused=int((accused & honest).sum()),
            n_liars_accused=int((accused & self.is_liar).sum()),
        )

    def curve(self, rank: Array, suspect: Array) -> Curve:
        """The curve of a detector: a rank and the verdict of each hotspot."""
        of_honest = np.sort(rank[~self.is_liar])[::-1]
        edges = [of_honest[n] for n in N_ACCUSED if n < len(of_honest)]
        points = tuple(self.point(rank > edge) for edge in edges)
        nobody = np.zeros(len(rank), np.bool_)
        return Curve(points, self.point(suspect), self.point(nobody).leakage)


def curves(run: RunData) -> dict[str, Curve]:
    """The curve of each detector that scored in the last measured epoch of a run.

    Raises DataError where the run kept no truth, no scores or not every report.
    """
    for name in _TABLES:
        if name not in run.tables:
            raise DataError(
                f"the run kept no table '{name}', expected it; run again with reports = [\"all\"] and a detector."
            )
    labels = labels_from(run.tables)
    assert labels is not None  # the truth is there
    scores = run.table("scores", _last_epoch(run))
    payday = payday_of(run, labels)
    found = {}
    for name in np.unique(scores["detector"]).tolist():
        own = scores.take(scores["detector"] == name)
        columns = {column: own[column] for column in own.schema.names} | {"epoch": np.zeros(len(own), np.int64)}
        _, rank = final_scores(columns, labels)
        suspect = np.isin(labels.hotspot, own["hotspot"][own["verdict"] == "suspect"])
        found[str(name)] = payday.curve(rank, suspect)
    return found


def payday_of(run: RunData, labels: Labels) -> Payday:
    """The last measured epoch of a run, its claims made anew from its verdicts."""
    from poc.setup import find_profile

    section = run.manifest.get("scenario", {}).get("profile")
    if section is None:
        raise DataError("the run's manifest names no profile, expected the scenario's; run it again.")
    profile = find_profile(section["base"]).bend(section.get("limits", {}))
    epoch = _last_epoch(run)
    tables: Mapping[str, Table] = {name: run.table(name, epoch) for name in _TABLES[:3]}
    tables = {**tables, "receptions": _in_step(tables["receptions"], tables["witness_verdicts"])}
    judgement = Judgement(
        verdicts={name: tables[name] for name in ("beacon_verdicts", "witness_verdicts")},
        joined={"receptions": tables["receptions"]}, state=ValidatorState(),
    )  # fmt: skip
    claims = Table.concat([kind.claims(judgement, profile.limits) for kind in profile.evidence_kinds])
    pairs = tables["witness_verdicts"]
    lying, by_liar = labels.liars(pairs["beaconer"]), labels.liars(pairs["witness"])
    near = np.isin(labels.hotspot, np.append(pairs["witness"][lying], pairs["beaconer"][by_liar]))
    return Payday(claims, profile, run.city, labels.hotspot, labels.is_liar, near & ~labels.is_liar)


def _in_step(receptions: Table, verdicts: Table) -> Table:
    return receptions.take(receptions.rows_of(verdicts["report"], "report"))


def _last_epoch(run: RunData) -> int:
    epochs = np.asarray(run.tables["scores"].column("epoch"))
    return int(epochs.max(initial=first_measured_epoch(run.manifest)))
