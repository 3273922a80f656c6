"""Who lied: the attack of each hotspot, from the truth. Only grading and explanation may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from poc.metrics.columns import newest, rows_in
from poc.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

HARMLESS = "none"


@dataclass(frozen=True, slots=True)
class Labels:
    """Hotspots in ascending order with the attack that each belongs to; empty text = honest."""

    hotspot: Array
    attack: Array

    @property
    def is_liar(self) -> Array:
        return np.asarray(self.attack != "")

    def liars(self, hotspot: Array) -> Array:
        """Whether each hotspot lies; one that is not in the truth does not."""
        if not self.is_liar.any():
            return np.zeros(len(hotspot), bool)
        return np.append(self.is_liar, False)[rows_in(self.hotspot, hotspot)]

    def attacks(self, hotspot: Array) -> Array:
        """The attack of each hotspot, empty for honest ones and for those that are not in the truth."""
        row = rows_in(self.hotspot, hotspot)
        return np.asarray(np.append(self.attack, np.array([""]))[row])


def labels_from(tables: Mapping[str, pa.Table]) -> Labels | None:
    """The labels of a run, by the newest row of each hotspot; None where the run came without truth.

    Members of the attack "none" change nothing and count as honest.
    """
    truth = newest(tables, "truth", "hotspot", "attack")
    if truth is None:
        return None
    words, word = np.unique(truth["attack"], return_inverse=True)
    honest = [label.split("#")[0] == HARMLESS for label in words.tolist()]
    return Labels(truth["hotspot"], np.where(honest, "", words)[word] if len(word) else truth["attack"])


def family_of(attack: str) -> str:
    """The kind of an attack: two campaigns of one name are labelled name and name#2.

    >>> family_of("location-spoof#2")
    'location-spoof'
    """
    return attack.split("#")[0]
