import numpy as np
import pytest

from poc.report.explorer.planes import Planes

RANDOM = np.random.default_rng(5)
EPOCH, ROW = RANDOM.integers(0, 7, 900), RANDOM.integers(-1, 11, 900)
VALUES = RANDOM.normal(size=900)


@pytest.mark.parametrize("per_frame", [1, 3])
@pytest.mark.parametrize("n_pieces", [1, 5])
def test_every_plane_is_what_a_loop_finds(per_frame: int, n_pieces: int) -> None:
    planes = Planes(12, 7, 2, per_frame)
    tally = planes.tally()
    for piece in np.array_split(np.arange(len(EPOCH)), n_pieces):
        tally.add(EPOCH[piece], ROW[piece], VALUES[piece])
    for frame in range(planes.n_frames + 1):
        in_frame = EPOCH >= 2 if frame == planes.n_frames else EPOCH // per_frame == frame
        assert planes.epochs_in[frame] == len(set(EPOCH[in_frame].tolist()))
        for row in range(12):
            values = VALUES[in_frame & (row == ROW)]
            assert tally.n[frame, row] == len(values)
            assert tally.total[frame, row] == pytest.approx(values.sum(), abs=1e-9)
            if len(values):
                assert tally.mean[frame, row] == pytest.approx(values.mean(), abs=1e-9)
            else:
                assert np.isnan(tally.mean[frame, row])


def test_the_newest_value_counts_whatever_the_order() -> None:
    planes = Planes(2, 4, 0, 2)
    epoch, row, values = np.array([3, 0, 1]), np.array([0, 0, 0]), np.array([30, 0, 10], np.uint8)
    for pieces in (np.split(np.arange(3), [1]), [np.arange(3)]):
        newest = planes.newest(np.uint8, 99)
        for piece in pieces:
            newest.add(epoch[piece], row[piece], values[piece])
        assert newest.values.tolist() == [[10, 99], [30, 99], [30, 99]]


def test_frames_keep_the_page_small() -> None:
    assert Planes.of({"n_epochs": 9}, 300).n_frames == 9
    many = Planes.of({"n_epochs": 365}, 20_000)
    assert many.n_frames <= 20
    assert many.n_frames * many.epochs_per_frame >= 365
    assert Planes.of({"n_epochs": 365}, 10).n_frames <= 64
    assert Planes.of({}, 0).n_frames == 1
