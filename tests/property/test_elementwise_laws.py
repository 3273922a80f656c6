"""The three ways of evaluating a closed form agree, whatever its inputs, and its logarithm is one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radio_models import elementwise, p2108, p2109
from radio_models.elementwise import evaluate
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.paths import Paths

ROOT = Path(__file__).resolve().parents[2]
CLOSED = [
    *(member() for member in PATH_LOSS.values() if member not in NEEDS_TERRAIN),
    PATH_LOSS["hata"](environment="open", city="large"),
    PATH_LOSS["hata"](environment="suburban", long_distance=True),
    PATH_LOSS["ehata"](environment="rural"),
    PATH_LOSS["two-ray"](polarization="horizontal"),
    PATH_LOSS["walfisch-ikegami"](line_of_sight=True),
    *(PATH_LOSS["tr38901"](scenario, state) for scenario in ("umi", "rma") for state in ("los", "average")),
]


def ways(monkeypatch: pytest.MonkeyPatch, call):
    """The results of plain numpy, of numpy by blocks, and compiled."""
    found = []
    for blocked, compiled in ((10**9, 10**9), (1, 10**9), (1, 1)):
        monkeypatch.setattr(elementwise, "BLOCKED_FROM", blocked)
        monkeypatch.setattr(elementwise, "COMPILED_FROM", compiled)
        monkeypatch.setattr(elementwise, "BLOCK", 7)
        found.append(call())
    return found


@pytest.mark.parametrize("model", CLOSED, ids=repr)
def test_the_ways_agree(monkeypatch: pytest.MonkeyPatch, model) -> None:
    rng = np.random.default_rng(5)
    n = 3000
    columns = (
        rng.uniform(1.0, 40e3, n),
        rng.uniform(100e6, 4e9, n),
        rng.uniform(0.5, 250.0, n),
        rng.uniform(0.5, 30.0, n),
    )
    plain, blocked, compiled = ways(monkeypatch, lambda: model.loss_db(Paths(*columns)))
    assert np.array_equal(plain, blocked)
    # 1e-9 dB, or a ten-billionth of the depth of a fringe of two rays
    np.testing.assert_allclose(compiled, plain, rtol=0.0, atol=1e-9)


def test_the_ways_agree_on_numbers_and_columns_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    d = np.linspace(0.3, 30.0, 2000)
    plain, blocked, compiled = ways(monkeypatch, lambda: PATH_LOSS["hata"]().loss_db(Paths(1e3 * d, 868e6, 30.0, 2.0)))
    assert np.array_equal(plain, blocked)
    np.testing.assert_allclose(compiled, plain, rtol=0.0, atol=1e-9)
    plain, blocked, compiled = ways(monkeypatch, lambda: p2108.statistical_loss_db(0.868, d, 30.0))
    assert np.array_equal(plain, blocked)
    np.testing.assert_allclose(compiled, plain, rtol=0.0, atol=1e-9)
    plain, blocked, compiled = ways(monkeypatch, lambda: p2109.building_entry_loss_db(0.868, 3.0 * d))
    assert np.array_equal(plain, blocked)
    np.testing.assert_allclose(compiled, plain, rtol=0.0, atol=1e-9)


def test_columns_of_more_dimensions_keep_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    d = np.linspace(1.0, 2.0, 12).reshape(3, 4)
    for found in ways(monkeypatch, lambda: evaluate(_double, d, np.ones(4))):
        assert np.array_equal(found, 2.0 * d)


def _double(a, b):
    return a * (b + b)


def _lg(x):
    return elementwise.log10(x)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1e-290, 1e290), min_size=1, max_size=200))
def test_the_compiled_logarithm_is_numpys(values: list[float]) -> None:
    from radio_models.elementwise_compiled import loop_over

    x = np.array([*values, 1.0, 0.0, np.inf, -1.0, np.nan])
    found = np.empty(len(x))
    loop_over(_lg, [x], ())(found, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.log10(x)
    np.testing.assert_allclose(found, expected, rtol=2e-15, atol=1e-14)
    assert found[-5] == 0.0


def _power(x):
    return elementwise.exponential(x)


def _tenfold(x):
    return elementwise.power_of_ten(x)


def _deviate(p):
    return elementwise.normal_quantile(p)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-700.0, 700.0), min_size=1, max_size=200))
def test_the_compiled_exponentials_are_numpys(values: list[float]) -> None:
    from radio_models.elementwise_compiled import loop_over

    x = np.array([*values, 0.0, 800.0, -800.0, np.inf, -np.inf, np.nan])
    for formula, factor in ((_power, 1.0), (_tenfold, 1.0 / np.log(10.0))):
        found = np.empty(len(x))
        loop_over(formula, [x], ())(found, x * factor)
        with np.errstate(over="ignore", under="ignore"):
            expected = np.exp(x)
        np.testing.assert_allclose(found, expected, rtol=5e-13, atol=0.0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1e-300, 1.0, exclude_max=True), min_size=1, max_size=200))
def test_the_compiled_normal_quantile_is_scipys(values: list[float]) -> None:
    from radio_models.elementwise_compiled import loop_over

    p = np.array([*values, 0.5, 0.075, 0.925, 1e-12, 1.0 - 1e-12])
    found = np.empty(len(p))
    loop_over(_deviate, [p], ())(found, p)
    np.testing.assert_allclose(found, elementwise.normal_quantile(p), rtol=1e-13, atol=1e-14)


def test_a_second_process_loads_what_the_first_compiled(tmp_path) -> None:
    script = (
        "import numpy as np\n"
        "from radio_models import elementwise\n"
        "from radio_models.model import PATH_LOSS\n"
        "from radio_models.paths import Paths\n"
        "elementwise.BLOCKED_FROM = elementwise.COMPILED_FROM = 1\n"
        "print(PATH_LOSS['free-space']().loss_db(Paths(np.array([1e3, 2e3]), 868e6, 30.0, 2.0)).tolist())\n"
    )
    command = [sys.executable, "-c", script]
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    first, second = (
        subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    assert list(tmp_path.rglob("*.nbc"))
    assert first == second
