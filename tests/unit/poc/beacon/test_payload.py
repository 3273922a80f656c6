import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from poc.beacon.payload import PAYLOAD_BYTES, digest, payload, payloads_and_digests, payloads_in_numpy
from poc.beacon.payload_compiled import payloads

REMOTES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=4)


@settings(max_examples=30, deadline=None)
@given(REMOTES, st.data())
def test_many_at_once_are_the_scalar_ones(remotes, data):
    n = len(remotes)
    start_s = data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=n, max_size=n))
    rows = data.draw(st.lists(st.integers(0, n - 1), max_size=5))
    local = data.draw(st.lists(st.integers(0, 2**32 - 1), min_size=len(rows), max_size=len(rows)))
    remote = np.frombuffer(b"".join(remotes), np.uint8).reshape(n, 32)
    found, digests = payloads_and_digests(remote, np.array(start_s), np.array(rows, int), np.array(local, np.uint32))
    expected = [
        payload(remotes[row], start_s[row], word.to_bytes(4, "little")) for row, word in zip(rows, local, strict=True)
    ]
    assert [bytes(row) for row in found] == expected
    assert digests.tolist() == [digest(item) for item in expected]


def test_many_without_a_compiler_are_the_same_bytes():
    rng = np.random.default_rng(4)
    remote, start_s = rng.integers(0, 256, (7, 32), dtype=np.uint8), rng.integers(0, 2**40, 7)
    row, local = rng.integers(0, 7, 300), rng.integers(0, 2**32, 300, dtype=np.uint32)
    compiled = np.empty((300, PAYLOAD_BYTES), np.uint8), np.empty(300, np.uint64)
    payloads(remote, start_s, row, local, *compiled)
    for one, two in zip(payloads_in_numpy(remote, start_s, row, local), compiled, strict=True):
        assert np.array_equal(one, two)
