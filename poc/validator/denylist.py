"""From scores to the denylist of the next epoch.

Source: the denylist is made outside the verifier from earlier data and published about weekly, `spec/helium-iot.md`
§11; here it may be renewed after every epoch in which a detector scored.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from poc.table import Table
from poc.validator.state import Denylist, ValidatorState

SUSPECT = "suspect"


def suspects(scores: Table) -> npt.NDArray[np.uint64]:
    """Hotspots that at least one detector of the SCORES calls a suspect, sorted."""
    return np.unique(scores["hotspot"][scores["verdict"] == SUSPECT])


def denylist_from_scores(scores: Table, state: ValidatorState, tag: int) -> ValidatorState:
    """The state with a denylist `loaded` with today's suspects and nobody else; denied edges are kept.

    As in Helium a filter replaces the one before, and is adopted only if its tag is higher.
    """
    before = state.denylist
    if before.status == "loaded" and tag <= before.tag:
        return state
    return replace(state, denylist=Denylist("loaded", suspects(scores), before.edges, tag))
