"""The correlated shadowing field as a compiled loop, bit for bit what `CorrelatedField.link_db_in_numpy` gives.

Strict floating point, no GIL, compiled once a machine and cached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import numpy.typing as npt

from radio_models.float32_compiled import mix64, normal

if TYPE_CHECKING:
    from radio_models.shadowing import CorrelatedField

_32 = np.uint64(32)
_TWO, _SIX, _ZERO, _ONE = (np.float32(x) for x in (2.0, 6.0, 0.0, 1.0))


def link_cdb(
    field: CorrelatedField, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.float32]:
    """Gain over the median [0.01 dB], (links,), of links between the places `tx` and `rx` (rows)."""
    out = np.empty(len(tx), np.float32)
    _link_cdb(field.words, field.site, field.pair_cdb, field.site_cdb, tx, rx, out)
    return out


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _link_cdb(words, site, pair_cdb, site_cdb, tx, rx, out):  # type: ignore[no-untyped-def]
    for k in range(len(tx)):
        a, b = tx[k], rx[k]
        pair, shared = _ZERO, _ZERO
        for tiling in range(words.shape[0]):
            one, two = words[tiling, a], words[tiling, b]
            pair += normal(np.int32(mix64(one + two) >> _32))
            if one == two:
                shared += _ONE
        both = (site[a] + site[b]) / np.sqrt(_SIX + _TWO * shared)
        out[k] = pair_cdb * pair + site_cdb * both
