"""Packets that meet on one channel: who survives, by published isolation between spreading factors.

An option, off by default (`[radio.receiver] capture`). Its effect in a run is small, since Helium's beacons fill less
than a hundred-thousandth of the time of a channel; where devices send too, it is the main loss of a dense network.

Sources: Croce et al., IEEE Communications Letters 22 (2018) 796 (measured; the default); Goursaud and Gorce, EAI
Endorsed Transactions on IoT 1 (2015) (computed; used by the LoRaWAN module of ns-3).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

ISOLATION_DB: Mapping[str, npt.NDArray[np.float64]] = {
    "croce": np.array(
        [
            [1.0, -8.0, -9.0, -9.0, -9.0, -9.0],
            [-11.0, 1.0, -11.0, -12.0, -13.0, -13.0],
            [-15.0, -13.0, 1.0, -13.0, -14.0, -15.0],
            [-19.0, -18.0, -17.0, 1.0, -17.0, -18.0],
            [-22.0, -22.0, -21.0, -20.0, 1.0, -20.0],
            [-25.0, -25.0, -25.0, -24.0, -23.0, 1.0],
        ]
    ),
    "goursaud": np.array(
        [
            [6.0, -16.0, -18.0, -19.0, -19.0, -20.0],
            [-24.0, 6.0, -20.0, -22.0, -22.0, -22.0],
            [-27.0, -27.0, 6.0, -23.0, -25.0, -25.0],
            [-30.0, -30.0, -30.0, 6.0, -26.0, -28.0],
            [-33.0, -33.0, -33.0, -33.0, 6.0, -29.0],
            [-36.0, -36.0, -36.0, -36.0, -36.0, 6.0],
        ]
    ),
}
"""Least ratio of signal to interference [dB]: wanted spreading factor 7 to 12 (row) against interferer (column)."""


def survives_interference(
    received_dbm: npt.ArrayLike,
    spreading_factor: npt.ArrayLike,
    start_s: npt.ArrayLike,
    end_s: npt.ArrayLike,
    channel: npt.ArrayLike,
    *,
    isolation: str = "croce",
) -> npt.NDArray[np.bool_]:
    """Which packets at one receiver outlast the others on their channel, (packets,).

    Interference of each spreading factor counts with its energy during the packet, spread over the packet's length.
    Raises RadioError for spreading factors other than 7 to 12, packets without length or an unknown matrix.

    >>> survives_interference([-100.0, -110.0], [9, 9], [0.0, 0.1], [0.3, 0.4], [0, 0]).tolist()
    [True, False]
    """
    if isolation not in ISOLATION_DB:
        raise RadioError(f"isolation is '{isolation}', expected one of {', '.join(ISOLATION_DB)}; correct it.")
    power_mw = 10.0 ** (0.1 * np.asarray(received_dbm, np.float64))
    factor, lane = np.asarray(spreading_factor), np.asarray(channel)
    begin, end = np.asarray(start_s, np.float64), np.asarray(end_s, np.float64)
    if not np.all((factor >= 7) & (factor <= 12)):
        raise RadioError(
            f"a spreading factor is {factor[(factor < 7) | (factor > 12)][0]}, expected 7 to 12; correct it."
        )
    if not np.all(end > begin):
        raise RadioError("a packet ends before it begins, expected end_s above start_s; correct the times.")
    needed = 10.0 ** (0.1 * ISOLATION_DB[isolation])
    alive = np.ones(len(begin), bool)
    for one in np.unique(lane).tolist():
        rows = np.flatnonzero(lane == one)
        rows = rows[np.argsort(begin[rows], kind="stable")]
        longest_s = float((end[rows] - begin[rows]).max())
        for position, packet in enumerate(rows.tolist()):
            first = int(np.searchsorted(begin[rows], begin[packet] - longest_s))
            last = int(np.searchsorted(begin[rows], end[packet]))
            others = np.delete(rows[first:last], position - first)
            overlap_s = np.minimum(end[others], end[packet]) - np.maximum(begin[others], begin[packet])
            share = np.maximum(overlap_s, 0.0) / (end[packet] - begin[packet])
            noise_mw = np.bincount(factor[others] - 7, share * power_mw[others], minlength=6)
            alive[packet] = bool(np.all(power_mw[packet] >= needed[factor[packet] - 7] * noise_mw))
    return alive
