"""A detection from files to a folder: read, look for liars, write; the folder is complete or absent."""

from __future__ import annotations

import csv
import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from maps.city import City
from poc.detectors.evidence import Evidence
from poc.detectors.fusion import Fusion
from poc.interop.report_columns import Reports, read_reports
from poc.schema import RECEPTIONS, WITNESS_VERDICTS
from poc.store import new_folder, write_json
from poc.table import Table

SCORE_COLUMNS = (
    "hotspot", "probability", "log_likelihood_ratio", "verdict", "estimated_latitude_deg", "estimated_longitude_deg",
    "credible_radius_m", "family", "evidence",
)  # fmt: skip


def detect_to_folder(
    hotspots: Path,
    beacons: Path,
    witnesses: Path,
    out: Path,
    *,
    city: City | None = None,
    liar_share: float = 0.1,
    jobs: int = 1,
    force: bool = False,
) -> dict[str, Any]:
    """Look for liars in the files, write `out`, and give the summary that is written there.

    scores.parquet, edges.parquet, ranked.csv (most suspect first), map.svg, summary.json and manifest.json. `city`
    draws its outline on the map. Raises PocError for arguments that cannot be used.
    """
    with new_folder(out, force) as folder:
        reports = read_reports(hotspots, beacons, witnesses)
        scores, edges = scores_of(reports, liar_share, jobs)
        summary = summary_of(reports, scores, liar_share)
        _write(folder, reports, scores, edges, city)
        write_json(folder / "summary.json", summary)
        inputs = {"hotspots": hotspots, "beacons": beacons, "witnesses": witnesses}
        write_json(
            folder / "manifest.json",
            {
                "kind": "detection",
                "detector": "fusion",
                "liar_share": liar_share,
                "inputs": {name: {"file": str(path), "sha256": _sha256(path)} for name, path in inputs.items()},
                "versions": {"poc-emulator": metadata.version("poc-emulator")},
            },
        )
    return summary


def scores_of(reports: Reports, liar_share: float = 0.1, jobs: int = 1) -> tuple[Table, Table]:
    """(SCORES of the fusion, EDGE_SCORES) of reports from files."""
    evidence = Evidence(
        hotspots=reports.hotspots,
        activity=reports.case.activity,
        links=reports.case.links,
        receptions=RECEPTIONS.empty(),
        witness_verdicts=WITNESS_VERDICTS.empty(),
        city=None,
        noise_in_losses=reports.noise_in_losses,
    )
    return Fusion(liar_share=liar_share, n_threads=jobs).score_all(evidence, reports.frequency_hz)


def summary_of(reports: Reports, scores: Table, liar_share: float) -> dict[str, Any]:
    """Counts, what was missing, and the base rate in words."""
    verdicts = {name: int((scores["verdict"] == name).sum()) for name in ("suspect", "undecided", "honest")}
    accused = scores["probability"][scores["verdict"] == "suspect"]
    honest = float(np.sort(1.0 - accused).sum())
    if len(accused):
        sentence = f"Of the {len(accused):,} accused, expect about {honest:.1f} to be honest"
    else:
        sentence = "Nobody is accused"
    sentence += f", if {100.0 * liar_share:g} % of all hotspots lie; {verdicts['undecided']:,} stay undecided."
    return {
        "detector": "fusion",
        "n_hotspots": len(scores),
        "n_links": len(reports.case.links),
        "verdicts": verdicts,
        "expected_honest_among_accused": honest,
        "sentence": sentence,
        "notes": list(reports.notes),
        "counts": {name: counts.summary() for name, counts in reports.counts.items()},
    }


def _write(folder: Path, reports: Reports, scores: Table, edges: Table, city: City | None) -> None:
    text_of = reports.names.text_of
    columns = {name: pa.array(scores[name]) for name in SCORE_COLUMNS if name != "hotspot"}
    hotspot = pa.array([text_of[number] for number in scores["hotspot"].tolist()], pa.string())
    table = pa.table({"hotspot": hotspot, **columns})
    pq.write_table(table, folder / "scores.parquet", compression="zstd", version="2.6")
    ends = {
        name: pa.DictionaryArray.from_arrays(
            pa.array(np.searchsorted(scores["hotspot"], edges[name]).astype(np.int32)), hotspot
        )
        for name in ("beaconer", "witness")
    }
    rest = {name: pa.array(edges[name]) for name in edges.schema.names if name not in ends}
    pq.write_table(pa.table({**ends, **rest}), folder / "edges.parquet", compression="zstd", version="2.6")
    _write_ranked(folder / "ranked.csv", table, scores)
    _write_map(folder / "map.svg", reports, scores, city)


def _write_ranked(path: Path, table: pa.Table, scores: Table) -> None:
    order = np.lexsort((scores["hotspot"], -scores["log_likelihood_ratio"], -scores["probability"]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rank", *SCORE_COLUMNS])
        for rank, row in enumerate(table.take(order).to_pylist(), start=1):
            values = [row[name] for name in SCORE_COLUMNS]
            writer.writerow([rank, *(f"{v:.6g}" if isinstance(v, float) else v for v in values)])


def _write_map(path: Path, reports: Reports, scores: Table, city: City | None) -> None:
    """Asserted places by verdict, and an arrow from each suspect to where it fits best."""
    from maps.geodesy import local_metres
    from maps.grid import are_valid, coordinates_from_cells
    from poc.report.style import BLUE, MUTED, VERMILION, svg_from, titled_figure

    hotspots = reports.hotspots.sort("hotspot")
    placed = are_valid(hotspots["cell"])
    figure, (axes,) = titled_figure("Asserted places and suspects", "poc detect", height_in=5.4)
    if placed.any():
        latitude_deg, longitude_deg = coordinates_from_cells(hotspots["cell"][placed])
        centre = float(np.median(latitude_deg)), float(np.median(longitude_deg))
        here = np.column_stack(local_metres(latitude_deg, longitude_deg, *centre)) / 1000.0
        there = np.column_stack(
            local_metres(
                scores["estimated_latitude_deg"][placed], scores["estimated_longitude_deg"][placed], *centre
            )
        ) / 1000.0  # fmt: skip
        verdict = scores["verdict"][placed]
        for name, colour, mark in (("honest", BLUE, "."), ("undecided", MUTED, "x"), ("suspect", VERMILION, "^")):
            rows = verdict == name
            axes.scatter(
                here[rows, 0], here[rows, 1], s=10, c=colour, marker=mark, linewidths=0.7,
                label=f"{name} ({int(rows.sum()):,})", rasterized=len(here) > 3000,
            )  # fmt: skip
        start, end = (place[verdict == "suspect"][:500] for place in (here, there))
        axes.quiver(
            *start.T, *(end - start).T, angles="xy", scale_units="xy", scale=1.0, color=VERMILION, width=0.0012,
            headwidth=6.0, headlength=7.0,
        )  # fmt: skip
        if city is not None:
            for ring in _rings(city):
                axes.plot(*(np.asarray(local_metres(ring[:, 1], ring[:, 0], *centre)) / 1000.0), c=MUTED, lw=0.6)
        axes.set_aspect("equal", adjustable="datalim")
        axes.legend(loc="upper right")
    axes.set_xlabel("east of the middle [km]")
    axes.set_ylabel("north of the middle [km]")
    path.write_text(svg_from(figure), "utf-8")


def _rings(city: City) -> list[np.ndarray[Any, Any]]:
    import shapely

    parts = shapely.get_parts(city.boundary)
    return [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in parts]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
