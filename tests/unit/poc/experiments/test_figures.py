"""Figures show what the table holds."""

import numpy as np
import pytest

from poc.experiments.figures import sweep_figure, write_figure
from poc.experiments.sweep import SweepResult
from poc.experiments.sweep_file import ExecutorSection, Sweep


def result(tiny, grid, values):
    """A sweep with one metric over two seeds; `values` by setting."""
    sweep = Sweep("s", tiny, tuple(grid), (1, 2), ("m",), (), ExecutorSection())
    rows = [
        {**dict(zip(grid, setting, strict=True)), "seed": seed, "m": value, "error": ""}
        for setting, pair in values.items()
        for seed, value in zip((1, 2), pair, strict=True)
    ]
    return SweepResult(sweep, rows)


def test_one_key_is_a_line_through_the_means_in_order_of_the_key(tiny):
    figure = sweep_figure(result(tiny, ["k"], {(20,): (1.0, 3.0), (10,): (5.0, 7.0)}))
    line = next(line for line in figure.axes[0].get_lines() if len(line.get_xdata()) == 2 and line.get_marker() == "o")
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([10.0, 20.0], [6.0, 2.0])
    assert figure.axes[0].get_xlabel() == "k"


def test_words_stand_apart_on_the_axis(tiny):
    figure = sweep_figure(result(tiny, ["k"], {("b",): (1.0, 3.0), ("a",): (5.0, 7.0)}))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["b", "a"]


def test_two_keys_are_a_heat_map_of_the_means(tiny):
    values = {(1, "a"): (1.0, 1.0), (1, "b"): (2.0, 4.0), (2, "a"): (5.0, 5.0), (2, "b"): (None, None)}
    axes = sweep_figure(result(tiny, ["k", "l"], values)).axes[0]
    shown = np.ma.filled(axes.get_images()[0].get_array(), np.nan)
    np.testing.assert_array_equal(shown, [[1.0, 3.0], [5.0, np.nan]])
    assert [text.get_text() for text in axes.texts] == ["1", "3", "5", "–"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("l", "k")


def test_three_keys_have_no_honest_picture(tiny):
    assert sweep_figure(result(tiny, ["a", "b", "c"], {(1, 2, 3): (1.0, 1.0)})) is None


def test_a_metric_without_a_value_is_said_instead_of_drawn(tiny):
    figure = sweep_figure(result(tiny, ["k"], {(1,): (None, None)}))
    assert "no value in any point" in figure.axes[0].texts[0].get_text()


@pytest.mark.parametrize("name", ["sweep.png", "sweep.svg"])
def test_the_same_figure_is_the_same_file(tiny, tmp_path, name):
    written = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_figure(
            sweep_figure(result(tiny, ["k"], {(1,): (1.0, 2.0), (2,): (2.0, 2.5)})), tmp_path / folder, "sweep"
        )
        written.append((tmp_path / folder / name).read_bytes())
    assert written[0] == written[1]
