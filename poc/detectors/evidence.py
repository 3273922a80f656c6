"""What a detector may look at: public tables only, never the truth (design §1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from poc.table import Table

if TYPE_CHECKING:
    from maps.city import City


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reports of a window of epochs, condensed.

    hotspots: HOTSPOTS as asserted now. activity: ACTIVITY per hotspot (beacons sent, reports sent, claimed power).
    links: LINK_STATISTICS, one row for each directed link heard at least once; a pair without a row was never heard,
    and counts as a miss only while the receiver showed life (n_witnessed or n_beacons above 0).
    receptions: RECEPTIONS of the newest epoch (single packets), for tests that need them; may be empty.
    witness_verdicts: WITNESS_VERDICTS of the same. city: the map, or None where there is none.
    """

    hotspots: Table
    activity: Table
    links: Table
    receptions: Table
    witness_verdicts: Table
    city: City | None


class Detector(Protocol):
    """A frozen dataclass whose fields are its settings and whose one verb gives SCORES, one row per hotspot."""

    def score(self, evidence: Evidence) -> Table: ...


DetectorClass = Any
