"""Where the emission goes: to liars (leakage), to few (Gini), past honest hotspots (collateral)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import Columns, among, columns, distinct, rows_in
from poc.metrics.labels import Labels, family_of
from poc.reasons import Reason, Side
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa


_AT_A_TIME = 1_000_000


def earnings(
    tables: Mapping[str, pa.Table], first_epoch: int, last_epoch: int | None = None
) -> tuple[Array, Array] | None:
    """Hotspots in ascending order and what each was paid [bones] in the measured epochs, those paid nothing included.

    None where the run has no rewards.
    """
    rewards = columns(tables, "rewards", "hotspot", "amount_bones", first_epoch=first_epoch)
    hotspots = columns(tables, "hotspots", "hotspot", first_epoch=first_epoch)
    if rewards is None:
        return None
    paid, amount = rewards["hotspot"], rewards["amount_bones"]
    if last_epoch is not None:
        paid, amount = paid[rewards["epoch"] <= last_epoch], amount[rewards["epoch"] <= last_epoch]
    everybody = distinct(paid if hotspots is None else np.concatenate([paid, hotspots["hotspot"]]))
    total = np.zeros(len(everybody), np.int64)
    np.add.at(total, rows_in(everybody, paid), amount)
    return everybody, total


def gini(amounts: Array) -> float | None:
    """Gini coefficient of whole amounts: 0 = all alike, towards 1 = one has all; None where nothing was paid.

    Source: A. Sen, "On Economic Inequality" (1973), the form over ranks; exact in whole numbers.

    >>> gini(np.array([1, 1, 1, 1])), gini(np.array([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    ordered, n = np.sort(np.asarray(amounts, np.int64)), len(amounts)
    total, ranked = 0, 0
    for begin in range(0, n, _AT_A_TIME):  # in parts of 20 bits, so that no sum of products overflows
        some = ordered[begin : begin + _AT_A_TIME]
        rank = np.arange(1, len(some) + 1)
        for shift in (0, 20, 40, 60):
            digits = (some >> shift) & 0xFFFFF
            whole = int(digits.sum()) << shift
            total += whole
            ranked += (int(rank @ digits) << shift) + begin * whole
    return (2 * ranked - (n + 1) * total) / (n * total) if total else None


def spread_of(earned: tuple[Array, Array] | None, labels: Labels | None) -> dict[str, Any]:
    """How evenly the rewards fall, over everybody and over the honest."""
    if earned is None:
        return {"n_bones_paid": None, "gini": None, "gini_honest": None, "unpaid_share": None}
    hotspot, amount = earned
    honest = np.ones(len(hotspot), bool) if labels is None else ~labels.liars(hotspot)
    return {
        "n_bones_paid": sum(amount.tolist()),
        "gini": gini(amount),
        "gini_honest": gini(amount[honest]),
        "unpaid_share": int((amount == 0).sum()) / len(amount) if len(amount) else None,
    }


def leakage(earned: tuple[Array, Array] | None, labels: Labels) -> dict[str, Any]:
    """Share of the paid emission that goes to liars, in all and by attack, beside their share of the fleet."""
    n_liars, n_hotspots = int(labels.is_liar.sum()), len(labels.hotspot)
    liar_share = n_liars / n_hotspots if n_hotspots else None
    if earned is None:
        return {"share": None, "liar_share_of_hotspots": liar_share, "by_attack": {}}
    hotspot, amount = earned
    attack = labels.attacks(hotspot)
    total = sum(amount.tolist())
    by_attack: dict[str, Any] = {}
    for label in np.unique(labels.attack[labels.is_liar]).tolist():
        entry = by_attack.setdefault(family_of(label), {"n_hotspots": 0, "n_bones": 0})
        entry["n_hotspots"] += int((labels.attack == label).sum())
        entry["n_bones"] += sum(amount[attack == label].tolist())
    for entry in by_attack.values():
        entry["share"] = entry["n_bones"] / total if total else None
    return {
        "share": sum(amount[attack != ""].tolist()) / total if total else None,
        "liar_share_of_hotspots": liar_share,
        "n_bones_to_liars": sum(amount[attack != ""].tolist()),
        "by_attack": by_attack,
    }


def collateral(
    tables: Mapping[str, pa.Table], earned: tuple[Array, Array] | None, labels: Labels, first_epoch: int
) -> dict[str, Any]:
    """What honest hotspots lose to the fight against liars.

    Only what passed between honest hotspots counts as a loss: a report about a liar's beacon falls rightly. Denied are
    beacons and witness reports whose first failing check is the denylist, through the hotspot itself or (`by_peer`)
    through its honest counterpart. Removed are rewarded participations of the verdicts that no claim carries.
    A hotspot is `harmed` that suffered any of these; also split by whether a liar is among its witness neighbours.
    """
    honest = labels.hotspot[~labels.is_liar]
    beacons = columns(tables, "beacon_verdicts", "beacon", "hotspot", "reason", "n_selected", first_epoch=first_epoch)
    witnesses = columns(
        tables, "witness_verdicts", "report", "beaconer", "witness", "reason", "side", "selected",
        first_epoch=first_epoch,
    )  # fmt: skip
    harmed, near = [np.zeros(0, np.uint64)], np.zeros(0, np.uint64)
    grades: dict[str, Any] = {
        "n_honest": len(honest), "beacons_denied_share": None, "witness_reports_denied_share": None,
        "witness_reports_denied_by_peer_share": None, "claims_removed_share": None,
        "claims_lost_with_liars_share": None, "unpaid_share": None,
    }  # fmt: skip
    if beacons is not None:
        own = ~labels.liars(beacons["hotspot"])
        denied = own & (beacons["reason"] == Reason.denied)
        grades["beacons_denied_share"] = _share(denied, own)
        harmed.append(beacons["hotspot"][denied])
    if witnesses is not None:
        of_liar, by_liar = labels.liars(witnesses["beaconer"]), labels.liars(witnesses["witness"])
        among_honest = ~of_liar & ~by_liar
        refused = among_honest & ((witnesses["reason"] == Reason.denied) | (witnesses["reason"] == Reason.denied_edge))
        by_peer = (witnesses["reason"] == Reason.denied_edge) | (witnesses["side"] == Side.beaconer)
        grades["witness_reports_denied_share"] = _share(refused & ~by_peer, among_honest)
        grades["witness_reports_denied_by_peer_share"] = _share(refused & by_peer, among_honest)
        harmed.append(witnesses["witness"][refused])
        near = np.append(witnesses["witness"][of_liar], witnesses["beaconer"][by_liar])
    claims = columns(tables, "claims", "evidence", "role", first_epoch=first_epoch)
    if beacons is not None and witnesses is not None and claims is not None:
        lost = _without_claim(claims, beacons, witnesses, labels)
        alone, with_liar = ~lost["with_liar"], lost["with_liar"]
        grades["claims_removed_share"] = _share(lost["lost"] & alone, alone)
        grades["claims_lost_with_liars_share"] = _share(lost["lost"] & with_liar, np.ones(len(alone), bool))
        harmed.append(lost["hotspot"][lost["lost"] & alone])
    if earned is not None:
        amount = earned[1][among(earned[0], honest)]
        grades["unpaid_share"] = _share(amount == 0, np.ones(len(amount), bool))
    is_harmed, is_near = among(honest, np.concatenate(harmed)), among(honest, near)
    grades["harmed_share"] = _share(is_harmed, np.ones(len(honest), bool))
    grades["harmed_share_near_liars"] = _share(is_harmed & is_near, is_near)
    grades["harmed_share_elsewhere"] = _share(is_harmed & ~is_near, ~is_near)
    return grades


def _without_claim(claims: Columns, beacons: Columns, witnesses: Columns, labels: Labels) -> Columns:
    """Rewarded participations of honest hotspots: whose, whether a liar was the counterpart, whether unclaimed.

    Claims of a beaconer name the beacon as evidence, claims of a witness the report (`poc.rewards.claims`).
    """
    paying = (beacons["reason"] == Reason.none) & (beacons["n_selected"] > 0)
    paying &= ~labels.liars(beacons["hotspot"])
    chosen = witnesses["selected"] & ~labels.liars(witnesses["witness"])
    sent = among(beacons["beacon"][paying], claims["evidence"][claims["role"] == "beaconer"])
    heard = among(witnesses["report"][chosen], claims["evidence"][claims["role"] == "witness"])
    with_liar = labels.liars(witnesses["beaconer"][chosen])
    return {
        "hotspot": np.append(beacons["hotspot"][paying], witnesses["witness"][chosen]),
        "with_liar": np.append(np.zeros(len(sent), bool), with_liar),
        "lost": np.append(~sent, ~heard),
    }


def _share(hits: Array, of: Array) -> float | None:
    n = int(np.count_nonzero(of))
    return int(np.count_nonzero(hits)) / n if n else None
