"""The strongest signal that free space allows between two asserted places, as Helium's verifier reckons it.

limit = power + trunc(beaconer gain) − FSPL + trunc(witness gain), with FSPL from the rounded distance, the witness's
frequency and a rounded speed of light. Source: oracles-iot `poc.rs` `calc_expected_rssi`, `calc_fspl`,
`spec/helium-iot.md` §7.1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from poc.table import Table


def whole_gain_db(gain_dbi: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The gain as the check sees it: tenths of a dB divided by ten and cut towards zero.

    >>> whole_gain_db(np.array([8.1, 0.9, 1.2])).tolist()
    [8.0, 0.0, 1.0]
    """
    return np.trunc(np.round(gain_dbi * 10.0) / 10.0)


def free_space_rssi_dbm(receptions: Table, light_speed_m_per_s: float) -> npt.NDArray[np.float64]:
    """The strongest signal [dBm] that the check lets pass, one for each reception.

    Infinite at no distance; NaN, which nothing passes, where distance or frequency is negative.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        distance_m = np.where(receptions["distance_m"] < 0, np.nan, receptions["distance_m"])
        wave = 4.0 * np.pi * distance_m * receptions["frequency_hz"] / light_speed_m_per_s
        loss_db = 20.0 * np.log10(wave)
        gains_db = whole_gain_db(receptions["beaconer_gain_dbi"]), whole_gain_db(receptions["witness_gain_dbi"])
        return receptions["power_dbm"] + gains_db[0] - loss_db + gains_db[1]
