"""From masks of failed checks to verdicts: the first failing check is the reason, all that failed are kept."""

from __future__ import annotations

import numpy as np

from poc.reasons import Side
from poc.table import Array
from poc.validator.checks.check import Check


def verdicts_of(failed: Array, checks: tuple[Check, ...]) -> tuple[Array, Array, Array]:
    """Reason, side and `fired` of each mask; bit k of a mask belongs to `checks[k]`.

    >>> from poc.validator.checks.distance import witness_distance
    >>> from poc.validator.checks.rssi import witness_rssi
    >>> [part.tolist() for part in verdicts_of(np.array([0, 2, 3], np.uint32), (witness_distance, witness_rssi))]
    [[0, 11, 13], [0, 3, 3], [0, 2048, 10240]]
    """
    reason, side = np.zeros(len(failed), np.uint8), np.zeros(len(failed), np.uint8)
    fired = np.zeros(len(failed), np.uint32)
    rows = np.flatnonzero(failed)
    masks, place = np.unique(failed[rows], return_inverse=True)
    of_mask = np.zeros((3, len(masks)), np.uint32)
    for number, check in reversed(list(enumerate(checks))):
        fails = (masks >> np.uint32(number)) & 1 == 1
        of_mask[0, fails], of_mask[1, fails] = check.reason, check.side
        of_mask[2, fails] |= np.uint32(1 << check.reason)
    reason[rows], side[rows], fired[rows] = (column[place] for column in of_mask)
    return reason, side, fired


def spoil(rows: Array, of_report: tuple[Array, Array, Array], beacon_reason: Array, beacon_fired: Array) -> None:
    """Give reports the fate of their beacon; `rows` picks them, the other arrays are in step with those picked."""
    reason, side, fired = of_report
    reason[rows], side[rows], fired[rows] = beacon_reason, Side.beaconer, beacon_fired
