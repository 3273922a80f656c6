"""What a comparison found: pay by kind of site and network figures under each profile, paired by world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from poc.experiments.intervals import Mean, mean_over
from poc.scenario import Scenario

NETWORK_METRICS = (
    "leakage.share", "collateral.harmed_share", "collateral.claims_removed_share", "rewards.gini",
    "rewards.gini_honest", "rewards.unpaid_share", "coverage.n_cells_res8", "coverage.n_phantom_cells_res8",
    "n_valid_witness_reports",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows`: one for each seed, profile and group of sites; `network`: one for each seed, profile and metric.

    The first profile is the one against which the others are held. `reports_identical` says whether all profiles
    judged the very same reports; None where owners act on what they earn, since then they need not.
    """

    base: Scenario
    profiles: tuple[str, ...]
    seeds: tuple[int, ...]
    rows: list[dict[str, Any]]
    network: list[dict[str, Any]]
    reports_identical: bool | None
    simplifications: dict[str, list[str]]

    def group_changes(self) -> list[dict[str, Any]]:
        """For each other profile and group: mean pay under both, the paired difference and who wins and loses."""
        changes = []
        for profile in self.profiles[1:]:
            for group in dict.fromkeys(row["group"] for row in self.rows):
                before, after = self._pay(self.profiles[0], group), self._pay(profile, group)
                pairs = [(before[seed], after[seed]) for seed in self.seeds if seed in before and seed in after]
                difference = mean_over([b["hnt_per_hotspot_day"] - a["hnt_per_hotspot_day"] for a, b in pairs])
                was, now = (sum(pair[side]["n_bones"] for pair in pairs) for side in (0, 1))
                n_hotspots = sum(b["n_hotspots"] for _, b in pairs)
                changes.append({
                    "profile": profile, "group": group, "n_hotspots": n_hotspots,
                    "before_share": self._share(self.profiles[0], was), "after_share": self._share(profile, now),
                    "before_hnt": mean_over([a["hnt_per_hotspot_day"] for a, _ in pairs]).mean,
                    "after_hnt": mean_over([b["hnt_per_hotspot_day"] for _, b in pairs]).mean,
                    **_difference(difference),
                    "relative_change": now / was - 1 if was else None,
                    "winners_share": sum(b["n_winners"] for _, b in pairs) / n_hotspots,
                    "losers_share": sum(b["n_losers"] for _, b in pairs) / n_hotspots,
                })  # fmt: skip
        return changes

    def network_changes(self) -> list[dict[str, Any]]:
        """For each other profile and network metric: mean under both and the paired difference."""
        changes = []
        for profile in self.profiles[1:]:
            for name in NETWORK_METRICS:
                before, after = self._values(self.profiles[0], name), self._values(profile, name)
                pairs = [
                    (a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None
                ]  # a metric that one side lacks has no difference
                changes.append({
                    "profile": profile, "metric": name,
                    "before": mean_over(before).mean, "after": mean_over(after).mean,
                    **_difference(mean_over([b - a for a, b in pairs])),
                })  # fmt: skip
        return changes

    def summary(self) -> list[dict[str, Any]]:
        """Network figures, then pay [HNT per hotspot and day] by group of sites, as rows of one shape."""
        names = ("before", "after", "difference", "low", "high")
        network = [
            {"profile": row["profile"], "figure": row["metric"], **{name: row[name] for name in names},
             "winners_share": None, "losers_share": None}
            for row in self.network_changes()
        ]  # fmt: skip
        pay = [
            {"profile": row["profile"], "figure": f"pay, {row['group']}", "before": row["before_hnt"],
             "after": row["after_hnt"], **{name: row[name] for name in names[2:]},
             "winners_share": row["winners_share"], "losers_share": row["losers_share"]}
            for row in self.group_changes()
        ]  # fmt: skip
        return [*network, *pay]

    def _share(self, profile: str, n_bones: int) -> float | None:
        """What part of all that the profile paid these bones are."""
        total = sum(row["n_bones"] for row in self.rows if row["profile"] == profile and row["group"] == "everybody")
        return n_bones / total if total else None

    def _pay(self, profile: str, group: str) -> dict[int, dict[str, Any]]:
        return {row["seed"]: row for row in self.rows if row["profile"] == profile and row["group"] == group}

    def _values(self, profile: str, name: str) -> list[float | None]:
        return [row["value"] for row in self.network if row["profile"] == profile and row["metric"] == name]


def _difference(mean: Mean) -> dict[str, Any]:
    return {"difference": mean.mean, "low": mean.low, "high": mean.high, "n_seeds": mean.n}
