"""One number for the sources of a compiled room, so that numba's cache on disk notices every edit.

Numba renews a cached function when its own file changes, not when a file it calls does. A loop that closes over this
number is renewed whenever any file of the folder changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def source_digest(paths: Iterable[Path]) -> int:
    """A 56-bit number for the text of all these files, whatever their order.

    >>> source_digest([Path(__file__)]) == source_digest([Path(__file__)])
    True
    """
    texts = [path.read_bytes() for path in sorted(paths)]
    return int.from_bytes(hashlib.blake2b(b"".join(texts), digest_size=7).digest(), "little")


def folder_digest(module_file: str) -> int:
    """The digest of all modules in the folder of one of them, and of what compiled rooms share."""
    shared = Path(__file__).with_name("vector_choices.py")
    return source_digest([*Path(module_file).parent.glob("*.py"), shared])
