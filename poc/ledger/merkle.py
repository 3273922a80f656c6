"""Merkle trees as RFC 6962 §2.1 has them: SHA-256, leaves behind a 0 byte, inner nodes behind a 1 byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

#: Rows to one kept subtree; a power of two, so that subtrees are those of the whole tree.
CHUNK_LEAVES = 256
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry.

    >>> leaf_hash(b"").hex()[:8]
    '6e340b9c'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Root over the hashes of neighbouring leaves (or of equal subtrees, the last of which may be smaller).

    >>> root_of([leaf_hash(b"")]).hex()[:8], root_of([]) == EMPTY
    ('6e340b9c', True)
    """
    if not hashes:
        return EMPTY
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below the count
    return hashlib.sha256(b"\x01" + root_of(hashes[:left]) + root_of(hashes[left:])).digest()


def chunk_roots(rows: Iterable[bytes]) -> list[bytes]:
    """Roots of the subtrees over each 256 rows; `root_of` them is the root over all rows.

    >>> rows = [bytes([i % 256]) for i in range(600)]
    >>> root_of(chunk_roots(rows)) == root_of([leaf_hash(row) for row in rows])
    True
    """
    roots, chunk = [], []
    for row in rows:
        chunk.append(leaf_hash(row))
        if len(chunk) == CHUNK_LEAVES:
            roots.append(root_of(chunk))
            chunk = []
    return [*roots, root_of(chunk)] if chunk else roots
