"""What decides a reception, as tables over 0.01 dB and over random bits: any fading, one look-up a draw.

Plain and compiled forms read the same tables, so they agree bit for bit whatever the fading model computes inside.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from poc.table import Array
from radio_models.lora.receiver import reported_snr_db, total_dbm

LOWEST_CDBM = -(2**15)
NODE_BITS = 7  # nodes of the fading table in each octave of probability
_OCTAVES = 33
HALF_BITS = 0x3F000000 >> (23 - NODE_BITS)  # where the number 0.5 stands among the nodes
SIDE = _OCTAVES << NODE_BITS


class Tables(NamedTuple):
    """What a radio makes of a draw.

    `least[p]`: least 32-bit draw that is heard at the power p; `total_dbm[p]`, `snr_db[p]`: what the receiver sees of
    it (float32); p counts 0.01 dBm from LOWEST_CDBM. `fade_cdb`, `fade_step_cdb`: fading at each node and from there to
    the next, lower side and then upper side (float32). `sensitivity_cdbm`: nothing weaker is reported.
    """

    least: Array
    total_dbm: Array
    snr_db: Array
    fade_cdb: Array
    fade_step_cdb: Array
    sensitivity_cdbm: int


def tables_of(fading: Any, sensitivity_dbm: float, noise_figure_db: float) -> Tables:
    """The tables of one radio."""
    power_dbm = np.arange(LOWEST_CDBM, -LOWEST_CDBM) / 100.0
    least = np.ceil((1.0 - fading.survival(power_dbm - sensitivity_dbm)) * 2.0**32 - 0.5)
    nodes = np.arange(HALF_BITS, HALF_BITS + SIDE + 1, dtype=np.int32) << (23 - NODE_BITS)
    from_end = np.minimum(nodes.view(np.float32).astype(np.float64) * 2.0**-32, 0.75)
    fade = [100.0 * fading.fading_db(from_end), 100.0 * fading.fading_db(1.0 - from_end)]
    return Tables(
        least=np.clip(least, 0, 2.0**32 - 1).astype(np.uint32),
        total_dbm=total_dbm(power_dbm, noise_figure_db).astype(np.float32),
        snr_db=reported_snr_db(power_dbm, noise_figure_db).astype(np.float32),
        fade_cdb=np.concatenate([side[:-1] for side in fade]).astype(np.float32),
        fade_step_cdb=np.concatenate([np.diff(side) for side in fade]).astype(np.float32),
        sensitivity_cdbm=int(np.ceil(100.0 * sensitivity_dbm)),
    )


def fade_cdb(tables: Tables, word: Array) -> Array:
    """Fading [0.01 dB, whole numbers as float32] of 32-bit draws (uint32).

    >>> from radio_models.fading import Rayleigh
    >>> tables = tables_of(Rayleigh(), -130.0, 6.0)
    >>> fade_cdb(tables, np.uint32([2**31, 2**32 - 1])).tolist(), (100 * Rayleigh().fading_db([0.5])).round().tolist()
    ([-159.0, 1359.0], [-159.0])
    """
    upper = word >> np.uint32(31)
    from_end = np.where(upper, ~word, word).astype(np.float32) + np.float32(0.5)
    bits = from_end.view(np.int32)
    node = (bits >> (23 - NODE_BITS)) - HALF_BITS + SIDE * upper.astype(np.int32)
    along = (bits & ((1 << (23 - NODE_BITS)) - 1)).astype(np.float32) * np.float32(2.0 ** -(23 - NODE_BITS))
    return np.asarray(np.rint(tables.fade_cdb[node] + along * tables.fade_step_cdb[node]))
