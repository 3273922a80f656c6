import numpy as np
import pytest

from poc.report.explorer.planes import Planes

RANDOM = np.random.default_rng(5)
EPOCH, ROW, PEER = RANDOM.integers(0, 7, 900), RANDOM.integers(-1, 11, 900), RANDOM.integers(0, 12, 900)
VALUES = RANDOM.normal(size=900)


@pytest.mark.parametrize("per_frame", [1, 3])
def test_every_plane_is_what_a_loop_finds(per_frame: int) -> None:
    planes = Planes(12, 7, 2, per_frame)
    found = {
        "n": planes.n(EPOCH, ROW), "distinct": planes.n_distinct(EPOCH, ROW, PEER),
        "mean": planes.mean(EPOCH, ROW, VALUES), "median": planes.median(EPOCH, ROW, VALUES),
        "total": planes.total(EPOCH, ROW, VALUES),
    }  # fmt: skip
    for frame in range(planes.n_frames + 1):
        in_frame = EPOCH >= 2 if frame == planes.n_frames else EPOCH // per_frame == frame
        for row in range(12):
            mine = in_frame & (row == ROW)
            values = np.sort(VALUES[mine])
            assert found["n"][frame, row] == mine.sum()
            assert found["distinct"][frame, row] == len(set(PEER[mine].tolist()))
            assert found["total"][frame, row] == pytest.approx(values.sum(), abs=1e-9)
            if len(values):
                assert found["mean"][frame, row] == pytest.approx(values.mean(), abs=1e-9)
                assert found["median"][frame, row] == values[(len(values) - 1) // 2]
            else:
                assert np.isnan(found["mean"][frame, row]) and np.isnan(found["median"][frame, row])


def test_the_newest_value_counts_whatever_the_order() -> None:
    planes = Planes(2, 4, 0, 2)
    epoch, row, values = np.array([3, 0, 1]), np.array([0, 0, 0]), np.array([30, 0, 10], np.uint8)
    assert planes.newest(epoch, row, values, 99).tolist() == [[10, 99], [30, 99], [30, 99]]


def test_frames_keep_the_page_small() -> None:
    assert Planes.of({"n_epochs": 9}, 300).n_frames == 9
    many = Planes.of({"n_epochs": 365}, 20_000)
    assert many.n_frames <= 20
    assert many.n_frames * many.epochs_per_frame >= 365
    assert Planes.of({}, 0).n_frames == 1
