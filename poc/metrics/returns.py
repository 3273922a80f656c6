"""What lying costs and brings: moves and hardware against pay, in money that an honest hotspot sets the scale of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import columns, rows_in
from poc.metrics.labels import Labels, family_of
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa


def returns(
    tables: Mapping[str, pa.Table], earned: tuple[Array, Array] | None, labels: Labels, n_epochs: int
) -> dict[str, Any]:
    """Cost [USD] by kind of move, pay and break-even of the liars, in all and by the attack that they ended in.

    `honest_epochs` is their pay counted in epochs of an average honest hotspot; `break_even_usd` is what an honest
    hotspot must earn an epoch for the lie to have paid for itself by now: at a price p the return on investment is
    p / break_even_usd − 1. Costs of every epoch count, warm-up included, pay of the measured ones; None where a run has
    no moves or no pay. A hotspot that took a new key counts under each.
    """
    moves = columns(tables, "moves", "hotspot", "kind", "cost_usd")
    if moves is None or earned is None:
        return {"n_moves": None, "cost_usd": None, "break_even_usd": None, "by_kind": {}, "by_attack": {}}
    hotspot, amount = earned
    honest = ~labels.liars(hotspot)
    per_epoch = float(sum(amount[honest].tolist())) / max(int(honest.sum()) * n_epochs, 1)
    attack = labels.attacks(moves["hotspot"])
    paid_of = np.append(amount, 0)[rows_in(hotspot, labels.hotspot)]
    kind = np.array([name.split()[0] for name in moves["kind"].tolist()], np.str_)
    by_attack = {}
    for family in sorted({family_of(label) for label in labels.attack.tolist() if label}):
        members = np.array([family_of(label) == family for label in labels.attack.tolist()], bool)
        those = np.array([family_of(label) == family for label in attack.tolist()], bool)
        by_attack[family] = _balance(moves["cost_usd"][those], sum(paid_of[members].tolist()), per_epoch)
    lying = attack != ""
    return {
        **_balance(moves["cost_usd"][lying], sum(paid_of[labels.is_liar].tolist()), per_epoch),
        "by_kind": {
            name: {"n": int((kind == name).sum()), "cost_usd": _total(moves["cost_usd"][kind == name])}
            for name in np.unique(kind).tolist()
        },
        "by_attack": by_attack,
    }


def _balance(cost_usd: Array, paid_bones: int, honest_bones_per_epoch: float) -> dict[str, Any]:
    epochs = paid_bones / honest_bones_per_epoch if honest_bones_per_epoch else None
    total = _total(cost_usd)
    return {
        "n_moves": len(cost_usd),
        "cost_usd": total,
        "honest_epochs": epochs,
        "break_even_usd": total / epochs if epochs else None,
    }


def _total(cost_usd: Array) -> float:
    return round(float(np.sort(cost_usd).sum()), 2)
