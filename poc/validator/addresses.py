"""Judging by rules that ask who shares an Internet address: L1's challenger, and HIP-62.

No file holds addresses, so the registered owner stands in: hotspots of one owner count as one address, an owner of 0
(unknown) as an address of its own. Owners with homes far apart are wronged, farms under many names are missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from poc.keys import mix64
from poc.table import Table
from poc.validator.checks.check import Flags, Memory
from poc.validator.checks.same_address import same_address
from poc.validator.judge import Rules, judge
from poc.validator.judgement import Judgement
from poc.validator.random_selection import lots
from poc.validator.selection import first_arrivals
from poc.validator.state import ValidatorState

Ids = npt.NDArray[np.uint64]


def judge_by_address(
    rules: Rules, hotspots: Table, reports: Mapping[str, Table], state: ValidatorState, limits: Any
) -> Judgement:
    """As `judge`, with `same_address` and `balanced_witnesses` told whose addresses are the same."""

    def fails(receptions: Table, limits: Any, memory: Memory) -> Flags:
        theirs = _addresses(hotspots, receptions["witness"])
        mine = _addresses(hotspots, receptions["beaconer"])
        return np.asarray((mine == theirs) & (receptions["witness"] != receptions["beaconer"]))

    def select(receptions: Table, beacon_row: npt.NDArray[np.int64], valid: Flags, limits: Any) -> Flags:
        if rules.select is not balanced_witnesses:
            return rules.select(receptions, beacon_row, valid, limits)
        address = _addresses(hotspots, receptions["witness"])
        beaconer = _addresses(hotspots, receptions["beaconer"])
        balanced = balance(receptions, beacon_row, valid, address, beaconer, limits.irregular_to_valid_ratio)
        return first_arrivals(receptions, beacon_row, balanced, limits)

    told = replace(same_address, fails=fails)
    witness = tuple(told if check is same_address else check for check in rules.witness)
    return judge(replace(rules, witness=witness, select=select), hotspots, reports, state, limits)


def balanced_witnesses(
    receptions: Table, beacon_row: npt.NDArray[np.int64], valid: Flags, limits: Any
) -> npt.NDArray[np.bool_]:
    """The first valid receptions of each beacon after irregular ones without a balance are left out, as flags.

    It needs `judge_by_address`: by itself every witness has an address of its own.
    """
    return first_arrivals(receptions, beacon_row, valid, limits)


def balance(
    receptions: Table, beacon_row: npt.NDArray[np.int64], valid: Flags, address: Ids, beaconer: Ids, ratio: float
) -> npt.NDArray[np.bool_]:
    """Valid witnesses after HIP-62: the regular ones, and as many irregular ones, drawn at random, as these balance.

    Irregular is who shares an address with the beacon or with another witness of it, valid or not; `ratio` irregular
    ones are balanced by each regular one, a negative ratio switches the rule off.
    """
    if ratio < 0 or not len(valid):
        return valid
    pair, place, count = np.unique(
        np.stack([beacon_row.astype(np.uint64), address]), axis=1, return_inverse=True, return_counts=True
    )
    del pair
    irregular = (count[place.reshape(-1)] > 1) | (address == beaconer)
    regular = valid & ~irregular
    allowed = np.floor(np.bincount(beacon_row, weights=regular) * ratio)
    suspects = valid & irregular
    order = np.lexsort((lots(receptions), ~suspects, beacon_row))
    row = beacon_row[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    drawn = np.zeros(len(valid), bool)
    drawn[order[rank < allowed[row]]] = True
    return regular | (suspects & drawn)


def _addresses(hotspots: Table, ids: Ids) -> Ids:
    """A number for the address of each hotspot: its owner's, or one of its own."""
    row = hotspots.rows_of(ids)
    owner = np.append(hotspots["owner"], np.uint64(0))[row]
    return np.where(owner != 0, owner, mix64(ids))
