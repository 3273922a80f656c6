"""The correlated shadowing field as a compiled loop: the same hashes as `CorrelatedField.link_db_in_numpy`.

Strict floating point, no GIL, compiled once a machine and cached. The normal quantile is Wichura's algorithm AS 241
(PPND16, Applied Statistics 37 (1988) 477), good to 1e-16 relative; numpy's form uses scipy's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from radio_models.shadowing import CorrelatedField


def link_db(
    field: CorrelatedField, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.float64]:
    """Gain over the median [dB], (links,), of links between the places `tx` and `rx` (rows)."""
    out = np.empty(len(tx))
    _link_db(field.words, field.site, field.pair_db, field.site_db, tx, rx, out)
    return out


@numba.njit(cache=True, nogil=True)
def _link_db(words, site, pair_db, site_db, tx, rx, out):  # type: ignore[no-untyped-def]
    for k in range(len(tx)):
        a, b = tx[k], rx[k]
        pair, shared = 0.0, 0.0
        for tiling in range(words.shape[1]):
            one, two = words[a, tiling], words[b, tiling]
            word = one + two + np.uint64(0x9E3779B97F4A7C15)
            word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            word = word ^ (word >> np.uint64(31))
            pair += _quantile((word >> np.uint64(11)) * 2.0**-53 + 2.0**-54)
            if one == two:
                shared += 1.0
        out[k] = pair_db * pair + site_db * ((site[a] + site[b]) / math.sqrt(6.0 + 2.0 * shared))


@numba.njit(cache=True, nogil=True, inline="always")
def _quantile(p):  # type: ignore[no-untyped-def]
    """Standard normal quantile of p in (0, 1)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((r * 5226.495278852545925 + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)
        )  # fmt: skip
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        z = (
            (((((((r * 7.7454501427834140764e-4 + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
            + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
            + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
            + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
            + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        z = (
            (((((((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
            + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
            + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
            + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
            + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -z if q < 0.0 else z
