"""One page in Markdown on a comparison, to paste into a proposal: worst news first, every difference with its doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poc.experiments.comparison import Comparison
from poc.experiments.intervals import with_interval

_READABLE = {
    "leakage.share": ("pay that goes to liars", True),
    "collateral.harmed_share": ("honest hotspots harmed", True),
    "collateral.claims_removed_share": ("honest claims removed", True),
    "rewards.gini": ("Gini of pay, everybody", False),
    "rewards.gini_honest": ("Gini of pay, honest", False),
    "rewards.unpaid_share": ("hotspots that earn nothing", True),
    "coverage.n_cells_res8": ("witnessed res-8 cells", False),
    "coverage.n_phantom_cells_res8": ("of these, vouched for by liars only", False),
    "n_valid_witness_reports": ("valid witness reports", False),
}
_LARGE = 1000  # numbers from here on are written whole
_SAME_TOTAL = 0.01  # profiles whose totals differ by more are compared by shares first


def card(comparison: Comparison, pictures: Sequence[str] = ()) -> str:
    """The page as Markdown text, with the files of its pictures on top."""
    first, scenario = comparison.profiles[0], comparison.base
    blocks = [f"# {' and '.join(comparison.profiles[1:])} against {first}", _worlds(comparison)]
    blocks += [f"![who wins and who loses]({picture})" for picture in pictures]
    for profile in comparison.profiles[1:]:
        sites = [row for row in comparison.group_changes() if row["profile"] == profile]
        network = [row for row in comparison.network_changes() if row["profile"] == profile]
        blocks += [f"## {profile}", "\n".join(f"- {line}" for line in headline(comparison, profile))]
        blocks.append(_table(["network", first, profile, "paired difference"], [network_cells(row) for row in network]))
        blocks.append(_table(_SITE_HEAD, [[row["group"], str(row["n_hotspots"]), *_site_cells(row)] for row in sites]))
    blocks.append(_reading(comparison))
    names = " ".join(f"--profile {name}" for name in comparison.profiles)
    command = f"poc compare {scenario.name}.toml {names} --seeds {len(comparison.seeds)} --seed {comparison.seeds[0]}"
    blocks.append(f"Repeat with `{command}` and the same `--set`, if any.")
    return "\n\n".join(blocks) + "\n"


def readable(comparison: Comparison) -> list[dict[str, str]]:
    """The summary for the terminal, numbers with their intervals."""
    several = len(comparison.profiles) > 2
    rows = []
    for row in comparison.network_changes():
        cells = dict(zip(("figure", "before", "after", "difference"), network_cells(row), strict=True))
        rows.append(({"profile": row["profile"]} if several else {}) | cells | {"win": "", "lose": ""})
    for row in comparison.group_changes():
        before, after, difference, _, _, win, lose = _site_cells(row)
        cells = {"figure": f"HNT/day, {row['group']}", "before": before, "after": after, "difference": difference}
        rows.append(({"profile": row["profile"]} if several else {}) | cells | {"win": win, "lose": lose})
    return rows


def headline(comparison: Comparison, profile: str) -> list[str]:
    """What a reader should know first about a profile: harm to the honest, then what liars lose."""
    sites = {row["group"]: row for row in comparison.group_changes() if row["profile"] == profile}
    leak = next(r for r in comparison.network_changes() if r["profile"] == profile and r["metric"] == "leakage.share")
    sentences = []
    total = sites["everybody"]["relative_change"] if sites else None
    if total is not None and abs(total) > _SAME_TOTAL:
        sentences.append(f"{profile} pays {1 + total:.4g} times as much in all: look at shares of pay before amounts.")
    kinds = [row for name, row in sites.items() if name.startswith("honest: ") and row["relative_change"] is not None]
    worst = min(kinds, key=lambda row: row["relative_change"], default=None)
    if worst is not None and worst["relative_change"] < 0:
        sentences.append(
            f"Worst off among the honest: {worst['group'].removeprefix('honest: ')} sites, "
            f"{worst['relative_change']:+.1%} pay ({worst['n_hotspots']} hotspots over all worlds)."
        )
    if "honest" in sites:
        row = sites["honest"]
        sentences.append(
            f"{row['losers_share']:.0%} of the honest hotspots earn less, {row['winners_share']:.0%} more."
        )
    if leak["before"] is not None and leak["after"] is not None:
        sentences.append(f"Liars take {leak['after']:.1%} of the pay instead of {leak['before']:.1%}.")
    return sentences


def _worlds(comparison: Comparison) -> str:
    scenario, plural = comparison.base, "s" if len(comparison.seeds) > 1 else ""
    seeds = ", ".join(str(seed) for seed in comparison.seeds)
    n_measured = scenario.time.n_epochs - scenario.time.warm_up_epochs
    same = (
        "All profiles judged the same reports to the byte (checked)."
        if comparison.reports_identical
        else "Owners act on what they earn, so the reports may differ between profiles."
    )
    return (
        f"Scenario `{scenario.name}`, {len(comparison.seeds)} world{plural} (seed{plural} {seeds}), {n_measured} of "
        f"{scenario.time.n_epochs} epochs of {scenario.time.epoch_hours:g} h measured, the others warm-up. {same}"
    )


def _reading(comparison: Comparison) -> str:
    lines = ["## How to read this", ""]
    lines.append(
        "Differences are paired by world; brackets are Student's 95 % interval over the worlds, and a star marks those "
        "that leave zero out." if len(comparison.seeds) > 1
        else "One world only: differences have no interval. Add --seeds 5 to learn how far they depend on the world."
    )  # fmt: skip
    lines.append(
        "Pay is HNT per hotspot and day. Dense: at least 4 hotspots in the real res-8 cell; rural: at most 2 in it and "
        "the six around; suburban: between. High antenna: 15 m above ground or more. Groups overlap."
    )
    for profile, simplifications in comparison.simplifications.items():
        if simplifications:
            lines.append(f"Simplified in {profile}: {'; '.join(text.rstrip('.') for text in simplifications)}.")
    return "\n".join(lines)


_SITE_HEAD = [
    "sites", "n", "HNT/day before", "after", "paired difference", "change", "share of pay", "win", "lose",
]  # fmt: skip


def network_cells(row: dict[str, Any]) -> list[str]:
    """Name, before, after and paired difference of a network figure, as text."""
    name, is_share = _READABLE[row["metric"]]
    large = max(abs(row["before"] or 0), abs(row["after"] or 0)) >= _LARGE
    form, signed = ("{:.1%}", "{:+.1%}") if is_share else ("{:,.0f}", "{:+,.0f}") if large else ("{:.4g}", "{:+.3g}")
    return [name, _text(row["before"], form), _text(row["after"], form), _difference(row, signed)]


def _site_cells(row: dict[str, Any]) -> list[str]:
    shares = f"{_text(row['before_share'], '{:.1%}')} → {_text(row['after_share'], '{:.1%}')}"
    return [
        _text(row["before_hnt"], "{:.4g}"), _text(row["after_hnt"], "{:.4g}"), _difference(row, "{:+.3g}"),
        _text(row["relative_change"], "{:+.1%}"), shares,
        _text(row["winners_share"], "{:.0%}"), _text(row["losers_share"], "{:.0%}"),
    ]  # fmt: skip


def _difference(row: dict[str, Any], form: str) -> str:
    star = " *" if row["low"] is not None and (row["low"] > 0 or row["high"] < 0) else ""
    return with_interval(row["difference"], row["low"], row["high"], form) + star


def _text(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
