import hashlib
import re
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from maps.geodesy import bearing_deg
from maps.grid import coordinates_from_cells, parents
from poc.explain import explain
from poc.metrics.witnessing import links
from poc.report.explorer import link_columns as link_module
from poc.report.explorer import page as page_module
from poc.report.explorer import write_explorer
from poc.report.explorer.crowds import crowds_of
from poc.report.explorer.earning_columns import earning_columns
from poc.report.explorer.hotspot_columns import hotspots_of
from poc.report.explorer.link_columns import link_columns, links_of
from poc.report.explorer.planes import Planes
from poc.report.explorer.run_columns import run_columns
from poc.report.explorer.score_columns import VERDICTS
from poc.report.explorer.stories import stories
from poc.store import FolderTables, RunData
from poc.table import Array
from tests.unit.poc.report.explorer.test_explorer_payload import opened


def contents(run: RunData) -> tuple[dict[str, Any], dict[str, Array]]:
    found = re.search(r'<script type="text/plain" id="run">([^<]*)</script>', write_explorer(run))
    assert found
    facts, columns, _ = opened(found.group(1))
    return facts, columns


def test_the_page_holds_everything_and_loads_nothing(hand_run: RunData) -> None:
    page = write_explorer(hand_run)
    own = re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)
    assert "default-src 'none'" in own
    assert not re.search(r"(?:src|href)=[\"']?(?!figures\.html)[a-z/]", own)
    assert (page.count("</script>"), own.count("<script")) == (4, 0)
    assert write_explorer(hand_run) == page


def test_vendored_files_are_those_of_the_source_page() -> None:
    folder = resources.files("poc.report.explorer").joinpath("vendored")
    source = folder.joinpath("SOURCE.md").read_text("utf-8")
    for name in page_module.LIBRARIES:
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() in source


def test_places_and_pay_are_those_of_the_tables(hand_run: RunData) -> None:
    facts, columns = contents(hand_run)
    ids = np.cumsum(columns["id"], dtype=np.uint64)
    assert ids.tolist() == sorted(set(hand_run.tables["hotspots"]["hotspot"].to_pylist()))
    latitude, longitude = coordinates_from_cells(columns["cell"])
    np.testing.assert_allclose(columns["asserted_latitude"] / 1e6, latitude, atol=1e-6)
    np.testing.assert_allclose(columns["asserted_longitude"] / 1e6, longitude, atol=1e-6)
    rewards = hand_run.tables["rewards"].to_pylist()
    paid = columns["run0_paid_hnt"].reshape(facts["n_frames"] + 1, -1)
    for epoch in range(3):
        assert paid[epoch].sum() == pytest.approx(sum(r["amount_bones"] for r in rewards if r["epoch"] == epoch) / 1e8)
    assert paid[3].sum() == pytest.approx(sum(r["amount_bones"] for r in rewards if r["epoch"] >= 1) / 1e8)
    attack = [facts["words"]["attack"][code] for code in columns["attack"]]
    assert attack.count("location-spoof") == 6
    suspects = columns["run0_detector0_verdict"].reshape(4, -1)[3] == VERDICTS.index("suspect")
    assert suspects.tolist() == [bool(word) for word in attack]


def test_reasons_and_coverage_agree_with_the_verdicts(hand_run: RunData) -> None:
    hotspots = hotspots_of([hand_run])
    made = run_columns(hand_run, hotspots, Planes.of(hand_run.manifest, len(hotspots.ids)), None)
    verdicts = [row for row in hand_run.tables["witness_verdicts"].to_pylist() if row["epoch"] >= 1]
    failed = (made["reason_whose"] == 1) & (made["reason_number"] == 11)
    assert made["reason_n"][failed].sum() == sum(row["reason"] == 11 for row in verdicts)
    assert made["reason_n"][made["reason_whose"] == 3].sum() == len(verdicts)
    for column, key in (("valid", "n_cells_res8"), ("vouched", None)):
        cells = set(parents(hotspots.cell[made[column][-1] > 0], 8).tolist())
        graded = hand_run.metrics["coverage"]
        assert len(cells) == (graded[key] if key else graded["n_cells_res8"] - graded["n_phantom_cells_res8"])


def test_links_are_those_of_the_run(hand_run: RunData) -> None:
    hotspots = hotspots_of([hand_run])
    planes = Planes.of(hand_run.manifest, len(hotspots.ids))
    found = links_of(hand_run, hotspots, planes)
    made, facts = link_columns(found, planes)
    edges = links(hand_run.tables, 1)
    assert edges is not None
    sender = np.repeat(hotspots.ids, made["link_n_of_sender"])
    pairs = set(zip(sender.tolist(), hotspots.ids[made["link_witness"]].tolist(), strict=True))
    assert pairs == set(zip(edges[0].tolist(), edges[1].tolist(), strict=True))
    assert facts["n_links"] == facts["n_links_kept"] == len(pairs)
    assert set(made["link_frames"].tolist()) == {0b110}  # measured epochs 1 and 2
    assert set(made["link_n_heard"].tolist()) == {2}
    degrees = run_columns(hand_run, hotspots, planes, found)["n_witnesses"]
    assert degrees[-1].tolist() == np.bincount(np.searchsorted(hotspots.ids, edges[0]), minlength=46).tolist()


def test_pay_is_laid_out_over_the_bearings_that_earned_it(hand_run: RunData) -> None:
    hotspots = hotspots_of([hand_run])
    made = earning_columns(hand_run, hotspots, Planes.of(hand_run.manifest, 46))["earned_by_wind_per_mille"]
    units: dict[int, list[float]] = {}
    place = dict(
        zip(hotspots.ids.tolist(), zip(hotspots.latitude_deg, hotspots.longitude_deg, strict=True), strict=True)
    )
    for row in hand_run.tables["witness_verdicts"].to_pylist():  # its one pool pays witnesses, all units are equal
        if row["epoch"] >= 1 and row["selected"]:
            wind = round(bearing_deg(*place[row["witness"]], *place[row["beaconer"]]) / 22.5) % 16
            units.setdefault(row["witness"], [0.0] * 16)[wind] += 1.0
    assert len(units) > 30
    for hotspot, per_mille in zip(hotspots.ids.tolist(), made.reshape(-1, 16), strict=True):
        earned = np.array(units.get(hotspot, [0.0] * 16))
        np.testing.assert_array_equal(per_mille, np.round(1000.0 * earned / max(earned.sum(), 1.0)))


def test_a_folder_read_piece_by_piece_gives_the_same_page(
    make_run: Callable[..., RunData], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(n_honest=20, n_liars=3)
    for name, table in run.tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=37)
    monkeypatch.setattr(link_module, "_ROWS_TOGETHER", 50)
    monkeypatch.setattr(sys.modules["poc.metrics.columns"], "_MERGED_TOGETHER", 40)
    pieces = RunData(run.manifest, run.metrics, FolderTables(tmp_path), run.city)
    assert write_explorer(pieces) == write_explorer(run)


def test_stories_are_those_of_poc_explain(hand_run: RunData) -> None:
    told = stories(hand_run, 46)
    assert set(told) == {str(hotspot) for hotspot in range(1041, 1047)}
    for hotspot, story in told.items():
        found = explain(hand_run, int(hotspot))
        assert story["findings"] == [finding.sentence for finding in found.findings]
        numbers = next(finding.numbers for finding in found.findings if finding.kind == "neighbours")
        assert story["neighbours"]["silent_near"] == [str(each) for each in numbers["silent_near"]]


def test_a_crowd_is_shown_by_the_hex(hand_run: RunData, monkeypatch: pytest.MonkeyPatch) -> None:
    _, single = contents(hand_run)
    monkeypatch.setattr(page_module, "MAX_HOTSPOTS", 20)
    facts, columns = contents(hand_run)
    assert facts["crowds"] and facts["n_rows"] == len(columns["cell"]) <= 20
    assert columns["n_hotspots"].sum() == facts["n_hotspots"] == 46
    assert columns["run0_paid_hnt"].sum() == pytest.approx(single["run0_paid_hnt"].sum(), rel=1e-6)
    assert columns["run0_detector0_probability"].max() == single["run0_detector0_probability"].max()
    assert not {"id", "attack", "run0_reason_row"} & set(columns)


def test_a_crowd_without_places_is_empty(hand_run: RunData) -> None:
    hotspots = hotspots_of([hand_run])
    hotspots.cell[:] = 0
    assert len(crowds_of(hotspots, {}, 10)["cell"]) == 0


@pytest.mark.parametrize(
    "left_out",
    [
        (),
        ("scores",),
        ("rewards", "truth"),
        ("link_statistics",),
        ("link_statistics", "witness_verdicts", "receptions"),
    ],
)
def test_a_run_may_lack_tables(make_run: Callable[..., RunData], left_out: tuple[str, ...]) -> None:
    facts, columns = contents(make_run(leave_out=left_out))
    assert facts["n_hotspots"] == 46
    assert ("run0_paid_hnt" in columns) == ("rewards" not in left_out)
    assert ("attack" in columns) == ("truth" not in left_out)
    assert (facts["runs"][0]["judge"] is None) == ("scores" in left_out or "truth" in left_out)
