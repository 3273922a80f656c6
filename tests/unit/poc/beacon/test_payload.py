import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from poc.beacon.payload import digest, payload, payloads_and_digests

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
