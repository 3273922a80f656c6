import numpy as np

from poc.beacon.entropy import entropies
from poc.beacon.payload import digest, payload
from poc.beacon.rebuilding import NO_ENTROPY, rebuild

ARCHIVE = entropies([bytes(32), bytes(range(32)), b"v" * 32], [60, 120, 180], [0, 1, 2])


def test_each_beacon_gets_its_own_entropy():
    local = np.array([5, 6], np.uint32)
    rebuilt = rebuild(ARCHIVE["entropy"][[1, 0]], local, ARCHIVE)
    expected = [
        payload(bytes(range(32)), 120, (5).to_bytes(4, "little")),
        payload(bytes(32), 60, (6).to_bytes(4, "little")),
    ]
    assert rebuilt.payload.tolist() == [digest(data) for data in expected]
    assert rebuilt.channel_word.tolist() == [int.from_bytes(data[:2], "little") for data in expected]
    assert rebuilt.known.all()


def test_nothing_is_said_without_entropy():
    rebuilt = rebuild(np.array([NO_ENTROPY, 12345], np.uint64), np.zeros(2, np.uint32), ARCHIVE)
    assert not rebuilt.known.any()
    rebuilt = rebuild(np.array([12345], np.uint64), np.zeros(1, np.uint32), entropies([], [], []))
    assert not rebuilt.known.any()


def test_a_refused_version_matches_no_payload():
    rebuilt = rebuild(ARCHIVE["entropy"][[2]], np.zeros(1, np.uint32), ARCHIVE)
    assert rebuilt.known.tolist() == [True] and rebuilt.payload.tolist() == [0]
