"""Candidate pairs against the plain definition, wherever on the globe."""

import numpy as np
import pytest

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.world.witnessing.nearness_compiled import at_least
from poc.world.witnessing.neighbours import Reach, blocks_of, neighbourhoods
from poc.world.witnessing.scan_compiled import scan


def _pairs(xyz_m, radius_m, most):
    near = neighbourhoods(xyz_m, np.zeros(len(xyz_m)), np.zeros(len(xyz_m)), Reach(0.0, 1.0, np.array([radius_m**2])))
    parts = [near.pairs(*rows) for rows in near.blocks(0, len(xyz_m), most)]
    return {(int(s), int(w)) for part in parts for s, w in zip(part.sender, part.witness, strict=True)}


@pytest.mark.parametrize(("latitude", "longitude"), [(47.1, 9.5), (0.0, 180.0), (89.99, 10.0), (-89.999, 0.0)])
@pytest.mark.parametrize("most", [1, 1000, 10**9])
def test_equals_all_pairs(latitude, longitude, most):
    rng = np.random.default_rng(5)
    lat = np.clip(latitude + rng.normal(size=120) * 0.05, -90, 90)
    lon = (longitude + rng.normal(size=120) * 0.05 + 180) % 360 - 180
    xyz_m = unit_vectors(lat, lon) * EARTH_RADIUS_M
    distance = np.linalg.norm(xyz_m[:, None] - xyz_m[None], axis=2)
    expected = {(int(a), int(b)) for a, b in zip(*np.nonzero(distance <= 5000.0), strict=True) if a != b}
    assert len(expected) > 100
    assert _pairs(xyz_m, 5000.0, most) == expected


def test_a_weak_pair_is_looked_at_less_far_and_the_compiled_scan_agrees():
    rng = np.random.default_rng(6)
    xyz_m = 6.371e6 + 9000.0 * rng.random((300, 3))
    sent_db, heard_db = 10.0 * rng.random(300), 10.0 * rng.random(300)
    reach = Reach(0.0, 5.0, np.array([1000.0, 2000.0, 3000.0, 4000.0, 5000.0]) ** 2)
    near = neighbourhoods(xyz_m, sent_db, heard_db, reach)
    plain = near.pairs_in_numpy(0, 300)
    limit_m = 1000.0 * (1 + np.clip(np.ceil((sent_db[:, None] + heard_db) / 5.0), 0, 4))
    distance_m = np.linalg.norm(xyz_m[:, None] - xyz_m[None], axis=2)
    expected = {(int(a), int(b)) for a, b in zip(*np.nonzero(distance_m <= limit_m), strict=True) if a != b}
    assert {(int(s), int(w)) for s, w in zip(plain.sender, plain.witness, strict=True)} == expected
    for one, two in zip((plain.sender, plain.witness, plain.distance_m), scan(near, 0, 300), strict=True):
        assert one.tolist() == two.tolist()


def test_co_located_hotspots_are_neighbours():
    assert _pairs(np.zeros((3, 3)), 10.0, 10) == {(a, b) for a in range(3) for b in range(3) if a != b}


def test_nobody():
    assert _pairs(np.zeros((0, 3)), 10.0, 10) == set()


def test_blocks_cover_every_row_once():
    work = np.array([0, 5, 100, 0, 0, 3, 3])
    ranges = blocks_of(work, 10)
    assert [row for begin, end in ranges for row in range(begin, end)] == list(range(len(work)))


def test_a_column_is_found_from_any_hint():
    rng = np.random.default_rng(7)
    columns = np.concatenate([np.sort(rng.choice(65_536, n, replace=False)) for n in (300, 5, 90)]).astype(np.uint16)
    for first, last in ((0, 300), (300, 305), (305, 395)):
        for wanted in (0, *rng.integers(0, 65_536, 20).tolist(), *columns[first:last:17].tolist()):
            expected = first + np.searchsorted(columns[first:last], wanted)
            hints = (0, int(expected), int(expected) - 1, *rng.integers(-5, 400, 6).tolist())
            assert {at_least(columns, first, last, wanted, hint) for hint in hints} == {expected}
