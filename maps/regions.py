"""Which Helium region plan a place falls under: a coarse table of boxes.

Simplified on purpose. The regulatory polygons (122 MB, no licence to pass them on) are not used; each row is a box of
latitude and longitude around countries that share a plan, the first that holds a place wins, and borders are up to a
few hundred kilometres wrong. A city file names its region itself; this table only proposes one to importers and
generators. Names are those of `radio_models.lora.region_plans`; which country uses which plan follows the LoRaWAN
Regional Parameters RP002-1.0.4, §1.2 (country tables); where they leave several, one is taken as generally known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: (region, south, north, west, east) [deg]; small boxes come before the large ones they lie in.
REGION_BOXES: tuple[tuple[str, float, float, float, float], ...] = (
    ("KR920", 33.0, 38.7, 125.0, 129.8),
    ("AS923-1", 24.0, 45.6, 129.8, 146.0),
    ("AS923-1", 21.8, 25.4, 119.9, 122.1),
    ("IN865", 6.0, 35.5, 68.0, 88.5),
    ("AS923-2", 8.3, 23.4, 104.5, 109.6),
    ("AS923-1", -11.0, 20.5, 95.0, 141.0),
    ("CN470", 20.0, 53.6, 88.5, 129.8),
    ("AU915", -48.0, -10.0, 112.0, 180.0),
    ("AU915", -56.0, 5.3, -82.0, -34.0),
    ("AU915", 5.3, 12.6, -82.0, -60.0),
    ("US915", 12.6, 72.0, -172.0, -52.0),
    ("US915", 18.5, 22.5, -161.0, -154.0),
    ("RU864", 50.5, 82.0, 40.0, 180.0),
    ("EU868", 27.0, 82.0, -32.0, 45.0),
    ("EU868", -35.0, 42.5, -20.0, 68.0),
)
#: Where no box holds the place, oceans and poles included.
ELSEWHERE = "EU868"


def region_of(latitude_deg: npt.ArrayLike, longitude_deg: npt.ArrayLike) -> npt.NDArray[np.str_]:
    """Region plan of each place by the first box that holds it; `EU868` where none does.

    >>> region_of([47.14, 36.6, -33.9], [9.52, -84.2, 151.2]).tolist()
    ['EU868', 'US915', 'AU915']
    """
    latitude, longitude = np.broadcast_arrays(np.asarray(latitude_deg, float), np.asarray(longitude_deg, float))
    inside = [
        (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
        for _, south, north, west, east in REGION_BOXES
    ]
    names = [np.full(latitude.shape, region) for region, *_ in REGION_BOXES]
    return np.asarray(np.select(inside, names, ELSEWHERE), np.str_)[()]
