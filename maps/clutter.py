"""What covers the ground: the six classes of ITU-R P.2108-1 §3.1 and how a cell gets one.

The numbers are the classes that `radio_models` takes in its clutter columns; they never change meaning.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class Clutter(IntEnum):
    """Clutter class of a place.

    >>> Clutter.URBAN.name, int(Clutter.URBAN)
    ('URBAN', 4)
    """

    WATER = 0
    OPEN = 1
    SUBURBAN = 2
    FOREST = 3
    URBAN = 4
    DENSE_URBAN = 5


#: Default representative clutter height R of each class [m] (ITU-R P.2108-1, table 3).
DEFAULT_HEIGHT_M: dict[Clutter, float] = {
    Clutter.WATER: 10.0,
    Clutter.OPEN: 10.0,
    Clutter.SUBURBAN: 10.0,
    Clutter.FOREST: 15.0,
    Clutter.URBAN: 15.0,
    Clutter.DENSE_URBAN: 20.0,
}

#: From which share of a cell under roofs, which mean roof height [m] and which density of residential streets a cell is
#: built up. Our own thresholds: with them 12.4 % of Liechtenstein is built up (official settlement area: 11 %) and 52 %
#: of the cells of central Helsinki are urban or dense. Streets stand in for houses that nobody has mapped.
SUBURBAN_ROOF_SHARE = 0.03
SUBURBAN_STREETS_KM_PER_KM2 = 8.0
URBAN_ROOF_SHARE = 0.20
DENSE_ROOF_SHARE = 0.35
DENSE_HEIGHT_M = 15.0


def default_heights_m(clutter: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The default clutter height R [m] of each class (ITU-R P.2108-1, table 3).

    >>> default_heights_m([Clutter.FOREST, Clutter.DENSE_URBAN]).tolist()
    [15.0, 20.0]
    """
    table = np.array([DEFAULT_HEIGHT_M[Clutter(i)] for i in range(len(Clutter))])
    return table[np.asarray(clutter, np.int64)]


def built_up(
    clutter: Any, roof_share: Any, building_height_m: Any, streets_km_per_km2: Any = 0.0
) -> npt.NDArray[np.uint8]:
    """Raise the class of cells by roofs [share of the cell], mean building height [m] and residential streets [km/km²].

    Built-up classes are never lowered: land mapped as residential stays suburban where no building is drawn. Houses in
    a wood make a suburb.

    >>> built_up([Clutter.OPEN, Clutter.FOREST], roof_share=[0.5, 0.05], building_height_m=[20.0, 6.0]).tolist()
    [5, 2]
    """
    mapped, share = np.asarray(clutter, np.uint8), np.asarray(roof_share, np.float64)
    urban = share >= URBAN_ROOF_SHARE
    dense = (share >= DENSE_ROOF_SHARE) & (np.asarray(building_height_m) >= DENSE_HEIGHT_M)
    settled = (share >= SUBURBAN_ROOF_SHARE) | (np.asarray(streets_km_per_km2) >= SUBURBAN_STREETS_KM_PER_KM2)
    raised = np.select([dense, urban, settled], [Clutter.DENSE_URBAN, Clutter.URBAN, Clutter.SUBURBAN], mapped)
    return raised.astype(np.uint8)
