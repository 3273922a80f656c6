import dataclasses
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure

from maps.grid import coordinates_from_cells
from maps.synthetic import synthetic_city
from poc.errors import DataError
from poc.metrics.columns import thinned
from poc.report import place_figures
from poc.report.figures import FIGURES, figure_bytes
from poc.store import RunData

MakeRun = Callable[..., RunData]


def words(figure: Figure) -> str:
    """Everything written in a figure, legends included."""
    return "\n".join(text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text")))


def line(figure: Figure, label: str, panel: int = 0) -> Any:
    return next(line for line in figure.axes[panel].get_lines() if str(line.get_label()).startswith(label))


def marks(figure: Figure, label: str) -> Any:
    return next(
        mark for mark in figure.axes[0].collections
        if isinstance(mark, PathCollection) and label in str(mark.get_label())
    )  # fmt: skip


def test_the_map_tells_asserted_from_true_by_shape(hand_run: RunData) -> None:
    figure = FIGURES["map"](hand_run)
    assert len(marks(figure, "40 honest").get_offsets()) == 40
    asserted, true = marks(figure, "as asserted").get_offsets(), marks(figure, "true place").get_offsets()
    assert len(asserted) == len(true) == 6
    # the fixture moves liars 0.04° east, 3.03 km at this latitude
    assert np.allclose(np.asarray(asserted - true)[:, 0], 3.03, atol=0.03)
    shapes = {
        tuple(marks(figure, label).get_paths()[0].vertices.ravel())
        for label in ("honest", "asserted", "true", "estimated")
    }
    assert len(shapes) == 4


def test_an_estimate_that_repeats_the_assertion_is_not_drawn(make_run: MakeRun) -> None:
    run = make_run(n_honest=3, n_liars=2)
    latitude, longitude = coordinates_from_cells(run.tables["hotspots"].column("cell").to_numpy())
    scores = run.tables["scores"]
    for name, values in (("estimated_latitude_deg", latitude), ("estimated_longitude_deg", longitude)):
        scores = scores.set_column(scores.column_names.index(name), name, pa.array(values))
    assert "estimated place" in words(FIGURES["map"](run))
    repeating = dataclasses.replace(run, tables={**run.tables, "scores": scores})
    assert "estimated place" not in words(FIGURES["map"](repeating))


def test_the_witness_graph_draws_every_link_once(hand_run: RunData) -> None:
    figure = FIGURES["witness-graph"](hand_run)
    lines = [each for each in figure.axes[0].collections if isinstance(each, LineCollection)]
    assert sum(len(each.get_segments()) for each in lines) == hand_run.metrics["witness_graph"]["n_links"]
    assert len(lines) == 2


def test_rssi_falls_below_free_space(hand_run: RunData) -> None:
    figure = FIGURES["rssi-distance"](hand_run)
    free_space = line(figure, "free space")
    assert np.ptp(free_space.get_ydata()) == pytest.approx(
        20 * np.log10(free_space.get_xdata()[-1] / free_space.get_xdata()[0])
    )
    n_refused = hand_run.metrics["reasons"]["witness_reports"]["bad_rssi"]
    assert len(line(figure, f"{n_refused} refused").get_xdata()) == n_refused
    assert len(line(figure, "receptions").get_xdata()) == hand_run.metrics["n_witness_reports"]


def test_in_degree_ends_at_everybody_beside_the_live_quantiles(hand_run: RunData) -> None:
    figure = FIGURES["in-degree"](hand_run)
    assert line(figure, "this run").get_ydata()[-1] == 1.0
    assert list(line(figure, "live network").get_xdata()) == [1, 6, 13, 24, 52, 89]


def test_roc_and_precision_agree_with_the_metrics(hand_run: RunData) -> None:
    figure = FIGURES["roc"](hand_run)
    curve = line(figure, "relocation")
    area = np.trapezoid(curve.get_ydata(), curve.get_xdata())
    assert area == pytest.approx(hand_run.metrics["detection"]["relocation"]["auc"])
    assert f"area {area:.3f}" in words(figure)
    assert line(figure, "relocation", panel=1).get_ydata()[0] == 1.0


def test_lorenz_holds_everything_and_says_gini(hand_run: RunData) -> None:
    figure = FIGURES["lorenz"](hand_run)
    held = line(figure, "all hotspots").get_ydata()
    assert held[0] == 0.0 and held[-1] == 1.0 and (np.diff(held) >= 0).all()
    assert f"Gini {hand_run.metrics['rewards']['gini']:.2f}" in words(figure)


def test_hexes_hold_all_that_was_paid(hand_run: RunData) -> None:
    hexes = next(
        each for each in FIGURES["rewards-map"](hand_run).axes[0].collections if isinstance(each, PolyCollection)
    )
    paid = hand_run.metrics["rewards"]["n_bones_paid"] / 1e8
    assert float(np.sum(hexes.get_array())) == pytest.approx(paid)


def test_many_hexes_are_drawn_as_fewer_larger_ones(hand_run: RunData, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = FIGURES["rewards-map"](hand_run)
    monkeypatch.setattr(place_figures, "MAX_HEXES", 4)
    coarse = FIGURES["rewards-map"](hand_run)
    drawn = [
        next(each for each in figure.axes[0].collections if isinstance(each, PolyCollection)).get_array()
        for figure in (fine, coarse)
    ]
    assert len(drawn[1]) <= 4 < len(drawn[0])
    assert np.isclose(drawn[0].sum(), drawn[1].sum())
    assert "hexes of resolution 8" in words(fine) and "hexes of resolution 8" not in words(coarse)


def test_density_scales_are_those_of_the_verdicts(hand_run: RunData) -> None:
    figure = FIGURES["density-scale"](hand_run)
    scales = next(each for each in figure.axes[0].collections if isinstance(each, PolyCollection)).get_array()
    assert scales.min() >= 0.5 and scales.max() <= 1.0 and len(np.unique(scales)) > 1


def test_latency_rises_to_one(hand_run: RunData) -> None:
    selected = line(FIGURES["latency"](hand_run), "selected")
    assert selected.get_ydata()[-1] == 1.0 and (np.diff(selected.get_xdata()) >= 0).all()


def test_the_city_is_drawn_under_the_hotspots(hand_run: RunData) -> None:
    city = synthetic_city("grid", width_km=2.0, height_km=1.0, seed=1, latitude_deg=47.14, longitude_deg=9.52)
    plain, on_map = (FIGURES["map"](run) for run in (hand_run, dataclasses.replace(hand_run, city=city)))
    assert len(on_map.axes[0].collections) > len(plain.axes[0].collections)
    east, north = np.asarray(marks(on_map, "honest").get_offsets()).T
    # kilometres around the middle of the city
    assert abs(east.mean()) < 5.0 and abs(north.mean()) < 5.0


@pytest.mark.parametrize("kind", FIGURES)
def test_every_figure_names_its_run(kind: str, hand_run: RunData) -> None:
    assert "scenario by-hand · profile made-up · seed 7" in words(FIGURES[kind](hand_run))


@pytest.mark.parametrize(
    ("case", "kind", "sentence"),
    [
        ({"n_honest": 0, "n_liars": 0}, "map", "No hotspot asserts a place"),
        ({"n_honest": 1, "n_liars": 0}, "witness-graph", "Nobody heard anybody"),
        ({"n_honest": 1, "n_liars": 0}, "rssi-distance", "Nobody heard anybody"),
        ({"n_honest": 1, "n_liars": 0}, "in-degree", "Nobody heard anybody"),
        ({"n_honest": 1, "n_liars": 0}, "latency", "No beacon was heard by more than one"),
        ({"n_honest": 1, "n_liars": 0}, "rewards-map", "Nothing was paid"),
        ({"n_honest": 1, "n_liars": 0}, "lorenz", "Nothing was paid"),
        ({"n_liars": 0}, "map", "No hotspot lies"),
        ({"n_liars": 0}, "roc", "No hotspot lies"),
        ({"n_honest": 0}, "roc", "Every hotspot lies"),
        ({"leave_out": ("scores",)}, "roc", "No detector ran"),
        ({"leave_out": ("truth",)}, "roc", "without truth"),
        ({"leave_out": ("truth",)}, "map", "without truth"),
        ({"leave_out": ("receptions",)}, "rssi-distance", "kept no single receptions"),
        ({"leave_out": ("receptions",)}, "latency", "kept no single receptions"),
        ({"leave_out": ("link_statistics", "witness_verdicts")}, "witness-graph", "kept neither"),
        ({"leave_out": ("link_statistics", "witness_verdicts")}, "in-degree", "kept neither"),
        ({"leave_out": ("beacon_verdicts",)}, "density-scale", "kept no beacon verdicts"),
    ],
)
def test_a_figure_without_data_says_so(make_run: MakeRun, case: dict[str, Any], kind: str, sentence: str) -> None:
    assert sentence in words(FIGURES[kind](make_run(**case)))


def test_long_tables_are_thinned_and_say_so(hand_run: RunData, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("radio_figures", "place_figures"):
        module = sys.modules[f"poc.report.{name}"]
        if hasattr(module, "thinned"):
            monkeypatch.setattr(module, "thinned", partial(thinned, most=300))
    for kind in ("rssi-distance", "latency"):
        assert re.search(r"one in \d+ re", words(FIGURES[kind](hand_run)))
    shown = line(FIGURES["rssi-distance"](hand_run), "receptions").get_xdata()
    assert 0 < len(shown) < hand_run.metrics["n_witness_reports"] / 2


def test_in_degrees_of_a_sample_are_those_of_the_whole(hand_run: RunData) -> None:
    whole, sample = (thinned(hand_run.tables, "link_statistics", "witness", "beaconer", most=n) for n in (10**9, 400))
    assert whole is not None and sample is not None and sample[1] > 1
    counted = [dict(zip(*np.unique(found["witness"], return_counts=True), strict=True)) for found, _ in (whole, sample)]
    assert 0 < len(counted[1]) < len(counted[0])
    assert all(counted[0][hotspot] == n for hotspot, n in counted[1].items())


def test_equal_runs_give_equal_bytes(make_run: MakeRun, hand_run: RunData) -> None:
    image = figure_bytes("map", hand_run, "png")
    assert image.startswith(b"\x89PNG") and image == figure_bytes("map", make_run(shuffle_seed=2), "png")


def test_an_unknown_figure_is_named() -> None:
    run: Any = None
    with pytest.raises(DataError, match="no figure 'lorens': did you mean 'lorenz'"):
        figure_bytes("lorens", run)
    with pytest.raises(DataError, match="not written as 'gif'"):
        figure_bytes("lorenz", run, "gif")
