"""What the C library (glibc) does with memory that was freed: of large runs it would keep several hundred megabytes.

It grows the size from which an array gets pages of its own with every array that is freed, so that arrays of the size
of the fleet soon come out of heaps that never shrink. Results do not depend on any of this.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # <malloc.h>
_OWN_PAGES_BYTES = 4 << 20  # arrays of a shard are smaller, and use the same memory again and again
_KEPT_BYTES = 64 << 20  # at the end of a heap: as much as the library would keep by itself


def fleet_arrays_apart() -> None:
    """From now on arrays of megabytes go back to the system when they are freed, for the rest of the process.

    >>> fleet_arrays_apart()
    """
    set_to = _function("mallopt")
    if set_to is not None:
        set_to(_MMAP_THRESHOLD, _OWN_PAGES_BYTES)
        set_to(_TRIM_THRESHOLD, _KEPT_BYTES)


def hand_back() -> None:
    """Give memory that was freed back to the system.

    >>> hand_back()
    """
    trim = _function("malloc_trim")
    if trim is not None:
        trim(ctypes.c_size_t(0))


def _function(name: str) -> Any:
    """A function of the C library; None where it has none of this name."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
