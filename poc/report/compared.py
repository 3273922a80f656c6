"""Which numbers of runs are set side by side, and how they read; light enough for the command line."""

from __future__ import annotations

from typing import Any

from poc.report.headline import percent

BONES_PER_HNT = 1e8

#: what is set side by side: text, section and name in the metrics, and how the number reads
COMPARED: tuple[tuple[str, str, str, str], ...] = (
    ("Paid emission that goes to liars", "leakage", "share", "share"),
    ("Honest hotspots paid nothing", "collateral", "unpaid_share", "share"),
    ("Honest hotspots harmed by denials or removed claims", "collateral", "harmed_share", "share"),
    ("Honest claims removed", "collateral", "claims_removed_share", "share"),
    ("Honest beacons denied", "collateral", "beacons_denied_share", "share"),
    ("Honest witness reports denied", "collateral", "witness_reports_denied_share", "share"),
    ("Gini of the rewards, all", "rewards", "gini", "number"),
    ("Gini of the rewards, honest", "rewards", "gini_honest", "number"),
    ("Paid in all [HNT]", "rewards", "n_bones_paid", "bones"),
    ("Hexes witnessed (res 8)", "coverage", "n_cells_res8", "count"),
    ("… only on the word of liars", "coverage", "n_phantom_cells_res8", "count"),
    ("Populated hexes of the city witnessed (res 8)", "coverage", "populated_cells_share_res8", "share"),
    ("Valid beacons", "", "n_valid_beacons", "count"),
    ("Valid witness reports", "", "n_valid_witness_reports", "count"),
)


def formatted(value: Any, form: str) -> str:
    """A number as text: a share in percent, bones in whole tokens, a count with thousands, else three decimals."""
    if value is None:
        return "n/a"
    if form == "share":
        return percent(value)
    if form == "bones":
        return f"{value / BONES_PER_HNT:,.0f}"
    if form == "whole":
        return f"{value:,.0f}"
    return f"{value:,}" if form == "count" else f"{value:.3f}"
