"""The compiled static stage behind the plain function's shape: arrays that grow when they are full."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

import numpy as np

from poc.table import Array
from poc.world.witnessing.links import Links
from poc.world.witnessing.static_compiled import Scratch, scratch, static_links

if TYPE_CHECKING:
    from poc.world.witnessing.links import Airspace

FIRST_SCRATCH = 4096  # candidates of one group
FIRST_LINKS = 64  # links of a sender
MORE_THAN_LAST = 1.5  # times as many as in the range before there is room for at once
LINK_BYTES = 6
MOSTLY_EMPTY = 8  # links that fill less than such a part of their room move out of it
_threads = threading.local()


def links_compiled(airspace: Airspace, begin: int, end: int) -> Links:
    """The links of the sites `begin` to `end`, bit for bit those of `Airspace.links_in_numpy`."""
    ground, shadow = airspace.ground, airspace.shadow
    assert shadow is not None
    n_senders = end - begin
    start = np.zeros(n_senders + 1, np.int64)
    parts: list[tuple[Array, Array]] = []
    n_links, done = 0, 0
    n_free = int(MORE_THAN_LAST * getattr(_threads, "usual", FIRST_LINKS) * n_senders) + FIRST_SCRATCH
    while done < n_senders or not parts:
        witness, received_cdbm = _room(n_free)
        work = _scratch(len(shadow.words), len(ground.bins.of_row))
        n_done, needed = static_links(
            ground.sites, ground.bins, airspace.law, shadow, airspace.least_cdbm,
            np.int32(airspace.floor_cdbm), begin + done, end, work, witness, received_cdbm, start[done:],
        )  # fmt: skip
        n_new = int(start[done + n_done])
        parts.append((witness[:n_new], received_cdbm[:n_new]))
        start[done : done + n_done + 1] += n_links
        n_links, done = n_links + n_new, done + n_done
        if needed:
            _threads.scratch = scratch(int(needed * 1.25), len(shadow.words), len(work.hint))
        elif done < n_senders:
            n_free = int(MORE_THAN_LAST * n_links / max(done, 1) * (n_senders - done)) + len(work.place)
    moves = len(parts) > 1 or MOSTLY_EMPTY * n_links < len(witness)
    columns = [np.concatenate(column) if moves else column[0] for column in zip(*parts, strict=True)]
    _threads.usual = n_links / max(n_senders, 1)
    return Links(start, columns[0], columns[1], 0)


def _room(n: int) -> tuple[Array, Array]:
    """Columns for at least `n` links: those of the range before, where nobody holds its links any more.

    Memory that is asked for anew with every range costs up to a tenth of a day: its pages are cleared first. Whoever
    holds a part of a column holds the column, since numpy's chain of views ends where memory is no array: hence the
    memoryview, without which a part would hold the memory alone and nobody would know of it.
    """
    memory, holders = getattr(_threads, "room", (np.empty(0, np.uint8), ()))
    if len(memory) < LINK_BYTES * n or any(holder() is not None for holder in holders):
        memory = np.empty(LINK_BYTES * n, np.uint8)
    n = len(memory) // LINK_BYTES
    view = memory.data
    columns = np.frombuffer(view, np.int32, n), np.frombuffer(view, np.int16, n, offset=4 * n)
    _threads.room = memory, tuple(map(weakref.ref, columns))
    return columns


def _scratch(n_tilings: int, n_rows: int) -> Scratch:
    work: Scratch | None = getattr(_threads, "scratch", None)
    if work is None or len(work.words) != n_tilings or len(work.hint) < n_rows:
        _threads.scratch = work = scratch(FIRST_SCRATCH, n_tilings, n_rows)
    return work
