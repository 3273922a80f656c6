import numpy as np

from maps.polylines import Polylines


def test_lines_come_back_within_half_a_step():
    random = np.random.default_rng(1)
    lines = [random.uniform(-180, 180, (n, 2)) * [1, 0.5] for n in (2, 5, 2, 40)]
    packed = Polylines.from_lines(lines, kinds=[3, 0, 1, 2])
    again = Polylines.unpacked(**packed.packed())
    assert len(again) == 4 and again.kind.tolist() == [3, 0, 1, 2]
    for line, stored, read in zip(lines, packed, again, strict=True):
        assert np.abs(line - stored).max() <= 0.5000001e-6
        assert (stored == read).all()


def test_packing_is_stable():
    once = Polylines.from_lines([[(179.9999994, -89.1), (-179.9, 89.2)]])
    again = Polylines.unpacked(**once.packed())
    assert all((once.packed()[part] == again.packed()[part]).all() for part in ("steps", "offsets", "kind"))


def test_no_lines():
    nothing = Polylines.from_lines([])
    assert len(nothing) == 0 and list(Polylines.unpacked(**nothing.packed())) == []
