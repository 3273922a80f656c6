"""What lies around the hotspots to explain, read once and piece by piece: their own rows, places, pay, habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from poc.metrics.columns import Columns, PartlyRead
from poc.metrics.money import earnings
from poc.report.asserted_places import asserted_places
from poc.report.expected_witnesses import Habits
from poc.store import RunData
from poc.table import Array

_ENDS = {
    "witness_verdicts": ("witness", "beaconer"), "receptions": ("witness", "beaconer"), "claims": ("hotspot",),
    "beacon_verdicts": ("hotspot",), "scores": ("hotspot",), "rewards": ("hotspot",), "truth": ("hotspot",),
    "hotspots": ("hotspot",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`own` is the run cut down to the rows that name one of the hotspots; places, pay and habits are of everybody."""

    whole: Mapping[str, pa.Table]
    own: RunData
    places: Columns | None
    earned: tuple[Array, Array] | None
    habits: Habits | None

    def of_one(self, hotspot: int) -> RunData:
        """The rows of one of the hotspots."""
        value = pa.array([hotspot], pa.uint64())
        tables = {name: _naming(table, _ENDS[name], value) for name, table in self.own.tables.items()}
        return RunData(self.own.manifest, self.own.metrics, tables, self.own.city, self.own.folder)


def surroundings_of(run: RunData, hotspots: Sequence[int], first_epoch: int, last_epoch: int) -> Surroundings:
    """The surroundings of some hotspots in the epochs looked at."""
    value = pa.array(list(hotspots), pa.uint64())
    tables = {name: _own_rows(run, name, ends, value) for name, ends in _ENDS.items() if name in run.tables}
    return Surroundings(
        run.tables, RunData(run.manifest, run.metrics, tables, run.city, run.folder), asserted_places(run),
        earnings(run.tables, first_epoch, last_epoch), Habits.of(run, np.asarray(hotspots, np.uint64), first_epoch),
    )  # fmt: skip


def _own_rows(run: RunData, name: str, ends: tuple[str, ...], hotspots: pa.Array) -> pa.Table:
    if not isinstance(run.tables, PartlyRead):
        return _naming(run.tables[name], ends, hotspots)
    pieces = [_naming(piece, ends, hotspots) for piece in run.tables.batches(name, None)]
    return pa.concat_tables(pieces) if pieces else run.tables[name]


def _naming(table: pa.Table, ends: tuple[str, ...], hotspots: pa.Array) -> pa.Table:
    hit = pc.is_in(table.column(ends[0]), value_set=hotspots)
    for end in ends[1:]:
        hit = pc.or_(hit, pc.is_in(table.column(end), value_set=hotspots))
    return table.filter(hit)
