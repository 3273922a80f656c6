"""The result of a run in three sentences, worst news first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poc.store import RunData


def headline(run: RunData, other_runs: Sequence[RunData] = ()) -> list[str]:
    """Up to three sentences; other runs of the same world are set beside each number.

    Sentences are ordered by how much went wrong in the first run: what liars keep of an equal share, honest hotspots
    hurt, liars missed, hexes that rest on lies.
    """
    runs = [run, *other_runs]
    if not run.metrics.get("n_hotspots"):
        return ["There is no hotspot in this run, so there is nothing to judge."]
    sentences = sorted(_sentences(runs), key=lambda entry: -entry[0])
    return [text for _, text in sentences[:3]]


def percent(share: float | None) -> str:
    """A share as text with two significant digits.

    >>> percent(0.1234), percent(0.00321), percent(1.0), percent(None)
    ('12 %', '0.32 %', '100 %', 'n/a')
    """
    if share is None:
        return "n/a"
    value = 100.0 * share
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %" if value >= 1 else f"{value:.2g} %"


def _sentences(runs: Sequence[RunData]) -> Iterator[tuple[float, str]]:
    metrics = runs[0].metrics
    leakage, collateral, detection = (metrics.get(name) or {} for name in ("leakage", "collateral", "detection"))
    if leakage and not metrics.get("n_liars"):
        yield 0.0, f"None of the {metrics['n_hotspots']:,} hotspots lies about its place."
    elif leakage.get("share") is not None:
        kept = leakage["share"] / leakage["liar_share_of_hotspots"]
        yield (
            min(kept, 1.0),
            (
                f"Liars are {percent(leakage['liar_share_of_hotspots'])} of the hotspots; of everything paid they take "
                f"{_beside(runs, 'leakage', 'share')}."
            ),
        )
    if collateral.get("unpaid_share") is not None:
        denied = collateral.get("beacons_denied_share")
        worst = max(collateral["unpaid_share"], denied or 0.0)
        beside = (
            f"; of their beacons {_beside(runs, 'collateral', 'beacons_denied_share')} are denied" if denied else ""
        )
        yield (
            worst,
            (f"Of the honest hotspots {_beside(runs, 'collateral', 'unpaid_share')} are paid nothing{beside}."),
        )
    graded = {name: entry for name, entry in detection.items() if entry.get("auc") is not None}
    if graded:
        name, best = max(graded.items(), key=lambda item: (item[1]["auc"], item[0]))
        found, accused = best["suspect_share_of_liars"], best["suspect_share_of_honest"]
        yield (
            1.0 - found if found is not None else 1.0,
            (
                f"The detector {name} names {percent(found)} of the liars and wrongly {percent(accused)} of the honest "
                f"(area under the curve {best['auc']:.3f})."
            ),
        )
    coverage = metrics.get("coverage") or {}
    n_cells, n_phantom = coverage.get("n_cells_res8"), coverage.get("n_phantom_cells_res8")
    if n_cells:
        phantom = f", {n_phantom:,} of them only on the word of liars" if n_phantom else ""
        yield (n_phantom or 0) / n_cells, f"{n_cells:,} hexes of resolution 8 are witnessed{phantom}."
    elif n_cells == 0:
        yield 1.0, "Not a single hex is witnessed: no witness report was valid."
    if n_cells is None and not graded and not leakage:
        yield 0.0, f"{metrics['n_hotspots']:,} hotspots ran; the run kept too little to grade them."


def _beside(runs: Sequence[RunData], section: str, name: str) -> str:
    """The value in each run, with the profile where there are several."""
    values = [percent((run.metrics.get(section) or {}).get(name)) for run in runs]
    if len(runs) == 1:
        return values[0]
    return ", ".join(f"{value} under {_profile(run)}" for run, value in zip(runs, values, strict=True))


def _profile(run: RunData) -> Any:
    return run.manifest.get("profile", {}).get("name", "?")
