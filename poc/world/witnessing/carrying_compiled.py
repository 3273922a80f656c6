"""Carried and fresh links of a range of senders put together in one pass."""

from __future__ import annotations

import numba

_jit = numba.njit(error_model="numpy", nogil=True, cache=True)


@_jit
def merge(  # type: ignore[no-untyped-def]
    counts, old_witness, old_cdbm, of_old, fresh_sender, fresh_witness, fresh_cdbm, start, witness, received_cdbm
):
    """Fill `start` (one more than senders), `witness` and `received_cdbm`; how many links there are.

    Sender i had `counts[i]` links, which stand one behind the other in `old_witness` and `old_cdbm`; those whose
    witness is gone (`of_old` < 0) are left out. Its fresh ones, ascending by sender, come behind them.
    """
    n, old, fresh = 0, 0, 0
    start[0] = 0
    for sender in range(len(counts)):
        for k in range(old, old + counts[sender]):
            now = of_old[old_witness[k]]
            witness[n], received_cdbm[n] = now, old_cdbm[k]
            n += now >= 0
        old += counts[sender]
        while fresh < len(fresh_sender) and fresh_sender[fresh] == sender:
            witness[n], received_cdbm[n] = fresh_witness[fresh], fresh_cdbm[fresh]
            n += 1
            fresh += 1
        start[sender + 1] = n
    return n
