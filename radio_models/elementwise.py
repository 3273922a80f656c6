"""Formulas of single numbers, written once, run three ways: plain numpy, numpy block by block, or compiled.

A formula takes numbers and returns one; it is written with the functions below so that the same text works on arrays
and, compiled, on the numbers of one link at a time. Which way is taken depends on the number of links alone:

- few: the formula on the arrays as they are;
- from BLOCKED_FROM on: block by block, so that what lies between stays in the processor's cache. The same bits;
- from COMPILED_FROM on: one compiled pass on as many threads as there are processors, equal to within 1e-9 dB.
  Compiling takes half a second for each formula and combination of numbers and columns, once on a machine; loading what
  was compiled takes half a second in each process, which fewer links than this would never earn back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from radio_models.floats import Floats, in_shape
from radio_models.result_memory import result_of

BLOCK = 16_384
BLOCKED_FROM = 2 * BLOCK
COMPILED_FROM = 250_000
_LN_10 = float(np.log(10.0))


PARTS: list[Callable[..., Any]] = []


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a function that formulas call, so that it is compiled with them.

    >>> part(abs) is abs and PARTS.pop() is abs
    True
    """
    PARTS.append(function)
    return function


def log10(x: Any) -> Any:
    """Decimal logarithm.

    >>> float(log10(100.0))
    2.0
    """
    return np.log10(x)


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; both are computed.

    >>> choose(np.array([True, False]), 1.0, 2.0).tolist()
    [1.0, 2.0]
    """
    return np.where(condition, yes, no)


def larger(a: Any, b: Any) -> Any:
    """The greater of two.

    >>> float(larger(1.0, 2.0))
    2.0
    """
    return np.maximum(a, b)


def smaller(a: Any, b: Any) -> Any:
    """The lesser of two.

    >>> float(smaller(1.0, 2.0))
    1.0
    """
    return np.minimum(a, b)


def exponential(x: Any) -> Any:
    """e^x.

    >>> float(exponential(0.0))
    1.0
    """
    return np.exp(x)


def normal_quantile(p: Any) -> Any:
    """Value that a standard normal stays below with probability p.

    >>> round(float(normal_quantile(0.9)), 4)
    1.2816
    """
    from scipy.special import ndtri  # most who evaluate a formula never ask for it, and it takes long to load

    return ndtri(p)


def power_of_ten(x: Any) -> Any:
    """10^x, by the exponential function, which numpy does several times faster than powers.

    >>> round(float(power_of_ten(-2.0)), 12)
    0.01
    """
    return np.exp(_LN_10 * x)


def evaluate(formula: Callable[..., Any], *columns: npt.ArrayLike, settings: tuple[bool | float, ...] = ()) -> Floats:
    """The formula for every link: `columns` broadcast, `settings` are handed on as they are after them.

    >>> evaluate(lambda a, b: a + 2.0 * b, [1.0, 2.0], 3.0).tolist()
    [7.0, 8.0]
    """
    arrays = [np.asarray(column, np.float64) for column in columns]
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    n_links = int(np.prod(shape))
    if n_links < BLOCKED_FROM:
        return in_shape(formula(*arrays, *settings), shape)
    flat = [_flat(array, shape) for array in arrays]
    out = result_of(n_links)
    if n_links >= COMPILED_FROM:
        from radio_models.elementwise_compiled import loop_over  # loads numba, which few links would not earn back

        given = [part if part.ndim else float(part) for part in flat]
        loop = loop_over(formula, given, settings)
        n_threads = len(os.sched_getaffinity(0))
        bounds = np.linspace(0, n_links, n_threads + 1).astype(np.int64).tolist()

        def run(first: int, last: int) -> None:
            mine = [part if isinstance(part, float) else part[first:last] for part in given]
            loop(out[first:last], *mine, *settings)

        on_threads(run, bounds)
    else:
        for first in range(0, n_links, BLOCK):
            block = slice(first, first + BLOCK)
            out[block] = formula(*(part[block] if part.ndim else part for part in flat), *settings)
    return out.reshape(shape)


def on_threads(run: Callable[[int, int], None], bounds: list[int]) -> None:
    """`run(first, last)` for neighbouring bounds: the last on the calling thread, the others each on one of its own.

    >>> parts = []
    >>> on_threads(lambda first, last: parts.append(last - first), [0, 5, 12])
    >>> sorted(parts)
    [5, 7]
    """
    *others, last = pairwise(bounds)
    if not others:
        run(*last)
        return
    with ThreadPoolExecutor(len(others)) as pool:
        waiting = [pool.submit(run, *other) for other in others]
        run(*last)
        for result in waiting:
            result.result()


def _flat(array: Floats, shape: tuple[int, ...]) -> Floats:
    """A number, or one value for each link in a row."""
    if array.size == 1:
        return array.reshape(())
    return np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)
