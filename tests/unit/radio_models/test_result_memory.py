"""Memory of large results goes round, but never while anybody holds a result or a view of one."""

import gc

import numpy as np

from radio_models.result_memory import LEAST, MOST, N_KEPT, result_of


def test_results_that_are_held_never_share_memory() -> None:
    held = [result_of(LEAST) for _ in range(N_KEPT + 3)]
    for number, one in enumerate(held):
        one[:] = number
    assert [float(one.min()) for one in held] == [float(one.max()) for one in held] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_view_keeps_its_memory() -> None:
    view = np.broadcast_to(result_of(LEAST + 1).reshape(1, -1)[:, 5:], (2, LEAST - 4))
    view.base[...] = 7.0
    for _ in range(N_KEPT + 3):
        result_of(LEAST + 1)[:] = 0.0
        gc.collect()
    assert np.all(view == 7.0)


def test_what_was_dropped_is_used_again() -> None:
    first = result_of(LEAST + 2)
    place = first.ctypes.data
    del first
    assert result_of(LEAST + 2).ctypes.data == place


def test_small_and_huge_results_are_not_kept() -> None:
    for n in (3, MOST + 1):
        assert result_of(n).base is None
