"""What the page says in words: names, dates, limits, headline, simplifications, and the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poc.reasons import Reason
from poc.report.explorer.planes import Planes
from poc.report.headline import headline
from poc.report.inequalities import in_words
from poc.report.page import ALWAYS_SIMPLIFIED

if TYPE_CHECKING:
    from poc.store import RunData


def page_facts(runs: Sequence[RunData], planes: Planes) -> dict[str, Any]:
    """The facts that all runs of a page share; the first run speaks for the world."""
    manifest = runs[0].manifest
    return {
        "title": str(manifest.get("name", "run")), "seed": manifest.get("seed"),
        "news": headline(runs[0], runs[1:]), "simplified": list(ALWAYS_SIMPLIFIED),
        "warnings": [str(text) for text in manifest.get("warnings", [])],
        "n_epochs": planes.n_epochs, "n_frames": planes.n_frames, "epochs_per_frame": planes.epochs_per_frame,
        "first_measured": planes.first_measured, "epoch_s": manifest.get("epoch_s", 0.0),
        "start_s": manifest.get("start_s"), "n_hotspots": planes.n_rows,
        "reasons": {str(reason.value): [reason.name, in_words(reason)] for reason in Reason if reason},
        "command": again(runs), "reports": manifest.get("scenario", {}).get("reports", ["all"]),
    }  # fmt: skip


def run_facts(run: RunData) -> dict[str, Any]:
    """What belongs to one run: its profile, and the detector that its markers are coloured by."""
    profile = run.manifest.get("profile", {})
    grades = {
        name: entry["auc"]
        for name, entry in (run.metrics.get("detection") or {}).items()
        if entry.get("auc") is not None
    }
    return {
        "profile": str(profile.get("name", "?")), "title": str(profile.get("title", "")),
        "bent": bool(profile.get("differences")), "acting": list(profile.get("detectors", [])),
        "judge": max(grades, key=lambda name: (grades[name], name)) if grades else None,
        "folder": str(run.folder) if run.folder else None,
    }  # fmt: skip


def again(runs: Sequence[RunData]) -> str:
    """The command that writes the page again."""
    if all(run.folder for run in runs):
        beside = "".join(f" --beside {shlex.quote(str(run.folder))}" for run in runs[1:])
        return f"poc report {shlex.quote(str(runs[0].folder))}{beside}"
    manifest = runs[0].manifest
    return f"poc run {shlex.quote(str(manifest.get('name', 'SCENARIO')) + '.toml')} --seed {manifest.get('seed')}"
