"""Grading a run: what is measured after warm-up, with the truth at hand. One section per file of this folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from poc.metrics.columns import Without, columns, distinct, first_measured_epoch
from poc.metrics.coverage import coverage
from poc.metrics.detection import detection
from poc.metrics.labels import Labels, labels_from
from poc.metrics.money import collateral, earnings, leakage, spread_of
from poc.metrics.returns import returns
from poc.metrics.witnessing import reasons, witness_distances, witness_graph_of

if TYPE_CHECKING:
    import pyarrow as pa

    from maps.city import City


def grade(
    tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], city: City | None = None, jobs: int = 1
) -> dict[str, Any]:
    """All metrics of a run as plain numbers for JSON; None where something is undefined or its table was not kept.

    `tables` are the tables of `poc.schema` with a leading column "epoch"; epochs before `manifest["warm_up_epochs"]`
    are not measured. The result depends neither on the order of rows nor on `jobs`, sections worked out side by side.
    """
    first_epoch = first_measured_epoch(manifest)
    labels = labels_from(tables)
    whole = _whole(tables, manifest)
    counts = _counts(whole, labels, first_epoch)
    sections: list[Callable[[], dict[str, Any]]] = [
        lambda: {"coverage": coverage(tables, labels, first_epoch, city)},
        lambda: {"detection": detection(tables, labels, first_epoch) if labels is not None else {}},
        lambda: _of_pay(tables, manifest, labels, counts["n_epochs_measured"] or 0),
        lambda: {"witness_graph": witness_graph_of(whole, first_epoch, counts["n_hotspots"] or 0)},
        lambda: {"witness_distance": witness_distances(whole, first_epoch)},
        lambda: {
            "reasons": {
                "beacons": reasons(whole, "beacon_verdicts", first_epoch),
                "witness_reports": reasons(whole, "witness_verdicts", first_epoch),
            }
        },
    ]
    with ThreadPoolExecutor(jobs) as pool:
        graded = list(pool.map(lambda section: section(), sections))
    return {name: value for section in [counts, *graded] for name, value in section.items()}


def grade_otherwise_paid(
    graded: Mapping[str, Any], tables: Mapping[str, pa.Table], manifest: Mapping[str, Any]
) -> dict[str, Any]:
    """The grades of a run that differs from the graded one in its rewards alone: what else was graded stays."""
    labels = labels_from(tables)
    return {**graded, **_of_pay(tables, manifest, labels, graded["n_epochs_measured"] or 0)}


def _of_pay(
    tables: Mapping[str, pa.Table], manifest: Mapping[str, Any], labels: Labels | None, n_epochs: int
) -> dict[str, Any]:
    """The sections that depend on who was paid what."""
    first_epoch = first_measured_epoch(manifest)
    earned = earnings(tables, first_epoch)
    if labels is None:
        return {"leakage": None, "collateral": None, "rewards": spread_of(earned, labels), "returns": None}
    return {
        "leakage": leakage(earned, labels),
        "collateral": collateral(_whole(tables, manifest), earned, labels, first_epoch),
        "rewards": spread_of(earned, labels),
        "returns": returns(tables, earned, labels, n_epochs),
    }


def _whole(tables: Mapping[str, pa.Table], manifest: Mapping[str, Any]) -> Mapping[str, pa.Table]:
    """Without verdicts where the scenario kept the selected alone: shares of all reports cannot be told from them."""
    every = "all" in manifest.get("scenario", {}).get("reports", ["all"])
    return tables if every else Without(tables, "witness_verdicts")


def _counts(tables: Mapping[str, pa.Table], labels: Labels | None, first_epoch: int) -> dict[str, int | None]:
    hotspots = columns(tables, "hotspots", "hotspot", first_epoch=first_epoch)
    beacons = columns(tables, "beacon_verdicts", "reason", first_epoch=first_epoch)
    witnesses = columns(tables, "witness_verdicts", "reason", "selected", first_epoch=first_epoch)
    ids = None if hotspots is None else distinct(hotspots["hotspot"])
    return {
        "n_epochs_measured": None if hotspots is None else len(distinct(hotspots["epoch"])),
        "n_hotspots": None if ids is None else len(ids),
        "n_liars": None if ids is None or labels is None else int(labels.liars(ids).sum()),
        "n_beacons": None if beacons is None else len(beacons["reason"]),
        "n_valid_beacons": None if beacons is None else int((beacons["reason"] == 0).sum()),
        "n_witness_reports": None if witnesses is None else len(witnesses["reason"]),
        "n_valid_witness_reports": None if witnesses is None else int((witnesses["reason"] == 0).sum()),
        "n_selected_witness_reports": None if witnesses is None else int(witnesses["selected"].sum()),
    }
