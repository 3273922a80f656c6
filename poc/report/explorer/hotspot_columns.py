"""Who the hotspots are: ids, places asserted and true, antennas; the same under every profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from poc.metrics.columns import newest, rows_in
from poc.metrics.labels import labels_from
from poc.report.asserted_places import asserted_places
from poc.report.explorer.payload import differences, microdegrees, tenths
from poc.table import Array

if TYPE_CHECKING:
    from poc.store import RunData


@dataclass(frozen=True, slots=True)
class Hotspots:
    """Ids in ascending order with the newest asserted cell (0 = none); places are NaN where unknown."""

    ids: Array
    cell: Array
    latitude_deg: Array
    longitude_deg: Array
    columns: dict[str, Array]
    words: dict[str, list[str]]


def hotspots_of(runs: Sequence[RunData]) -> Hotspots:
    """All hotspots of the runs; where they differ in what a hotspot asserts, the first run counts."""
    found = [newest(run.tables, "hotspots", "hotspot", "gain_dbi", "elevation_m", "owner") for run in runs]
    ids = np.unique(np.concatenate([np.zeros(0, np.uint64), *(each["hotspot"] for each in found if each)]))
    cell = np.zeros(len(ids), np.uint64)
    latitude, longitude = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    gain, height, owner = np.full(len(ids), np.nan), np.full(len(ids), np.nan), np.zeros(len(ids), np.uint64)
    for run, each in zip(reversed(runs), reversed(found), strict=True):
        if each is None:
            continue
        rows = rows_in(ids, each["hotspot"])
        gain[rows], height[rows], owner[rows] = each["gain_dbi"], each["elevation_m"], each["owner"]
        places = asserted_places(run)
        assert places is not None  # the table is there
        rows = rows_in(ids, places["hotspot"])
        cell[rows], latitude[rows], longitude[rows] = (
            places[name] for name in ("cell", "latitude_deg", "longitude_deg")
        )
    made = {
        "id": differences(ids), "cell": cell, "owner": owner, "gain_tenths_dbi": tenths(gain + 100.0),
        "height_tenths_m": tenths(height), "asserted_latitude": microdegrees(latitude),
        "asserted_longitude": microdegrees(longitude),
    }  # fmt: skip
    words: dict[str, list[str]] = {}
    if "truth" in runs[0].tables:
        _add_truth(runs[0], ids, made, words)
    return Hotspots(ids, cell, latitude, longitude, made, words)


def _add_truth(run: RunData, ids: Array, made: dict[str, Array], words: dict[str, list[str]]) -> None:
    truth = newest(run.tables, "truth", "hotspot", "latitude_deg", "longitude_deg", "nuisance")
    labels = labels_from(run.tables)
    assert truth is not None and labels is not None  # the caller has looked
    rows = rows_in(ids, truth["hotspot"])
    known = rows >= 0
    latitude, longitude = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    latitude[rows[known]] = truth["latitude_deg"][known]
    longitude[rows[known]] = truth["longitude_deg"][known]
    nuisance = np.full(len(ids), "", truth["nuisance"].dtype)
    nuisance[rows[known]] = truth["nuisance"][known]
    made |= {"actual_latitude": microdegrees(latitude), "actual_longitude": microdegrees(longitude)}
    for name, texts in (("attack", labels.attacks(ids)), ("nuisance", nuisance)):
        words[name], made[name] = coded(texts)


def coded(texts: Array) -> tuple[list[str], Any]:
    """(different texts in ascending order, the empty one always first; number of each text as uint8).

    >>> coded(np.array(["spoof", "", "spoof"]))[1].tolist()
    [1, 0, 1]
    """
    known = sorted({"", *np.unique(texts).tolist()})
    return known, np.searchsorted(np.array(known), texts).astype(np.uint8)
