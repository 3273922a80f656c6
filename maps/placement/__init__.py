"""Where hotspots stand: one file per rule, all of the shape `place(city, n, keys) -> Places`.

To add a rule: write `maps/placement/<name>.py` with a frozen dataclass and add its line below; the tests over
`PLACEMENTS` then hold it to the contract.
"""

from __future__ import annotations

from maps.placement.clustered import Clustered
from maps.placement.file import File
from maps.placement.minimum_distance import MinimumDistance
from maps.placement.places import Keys, Placement, Places
from maps.placement.population import Population
from maps.placement.towns import ByTowns
from maps.placement.uniform import Uniform

PLACEMENTS: dict[str, type[Placement]] = {
    "uniform": Uniform,
    "population": Population,
    "clustered": Clustered,
    "minimum-distance": MinimumDistance,
    "towns": ByTowns,
    "file": File,
}

__all__ = ["PLACEMENTS", "Keys", "Placement", "Places"]
