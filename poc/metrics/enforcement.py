"""What it would cost whom to act on verdicts: leakage and collateral to first order.

First order: whoever is acted against goes unpaid, and nobody's events, selection or density change by that. The closed
loop, in which all of that changes, is what a run under a profile measures (`poc.metrics.money`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poc.table import Array


def enforcement(
    pay_bones: Array, is_liar: Array, is_honest: Array, near_liar: Array, acted_against: Array
) -> dict[str, Any]:
    """Shares of the pay when those acted against (mask) get none.

    leakage: of what is still paid, the share of liars. collateral: of what honest hotspots earned, the share withheld;
    also among those that a liar heard or that heard one (`near_liar`), and among the others; None where nobody is paid.

    >>> mask = lambda *values: np.array(values, bool)
    >>> found = enforcement(np.array([6, 2, 2]), mask(1, 0, 0), mask(0, 1, 1), mask(0, 1, 0), mask(0, 1, 0))
    >>> found["leakage"], found["collateral"], found["collateral_near_liars"], found["collateral_elsewhere"]
    (0.75, 0.5, 1.0, 0.0)
    """
    return {
        "leakage": _share(pay_bones, is_liar & ~acted_against, ~acted_against),
        "collateral": _share(pay_bones, is_honest & acted_against, is_honest),
        "collateral_near_liars": _share(pay_bones, is_honest & near_liar & acted_against, is_honest & near_liar),
        "collateral_elsewhere": _share(pay_bones, is_honest & ~near_liar & acted_against, is_honest & ~near_liar),
    }


def leakage_at(
    pay_bones: Array, is_liar: Array, is_honest: Array, rank: Array, collateral: float = 0.005
) -> float | None:
    """Leakage when the most suspect are acted against, as many as cost the honest at most this share of their pay.

    Equal ranks are acted against together.

    >>> leakage_at(np.array([4, 4, 2]), np.array([1, 0, 0], bool), np.array([0, 1, 1], bool), np.array([3, 1, 2]))
    0.0
    """
    order = np.argsort(-rank, kind="stable")
    lost = np.cumsum(np.where(is_honest, pay_bones, 0)[order])
    if not len(order) or lost[-1] <= 0:
        return None
    last_of_ties = np.append(rank[order][1:] != rank[order][:-1], True)
    fine = np.flatnonzero(last_of_ties & (lost <= collateral * lost[-1]))
    n = int(fine[-1]) + 1 if len(fine) else 0
    acted_against = np.zeros(len(order), bool)
    acted_against[order[:n]] = True
    return _share(pay_bones, is_liar & ~acted_against, ~acted_against)


def _share(pay: Array, part: Array, whole: Array) -> float | None:
    total = int(pay[whole].sum())
    return int(pay[part].sum()) / total if total else None
