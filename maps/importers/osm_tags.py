"""What OpenStreetMap tags mean here: tables only (meanings: https://wiki.openstreetmap.org/wiki/Map_features)."""

from __future__ import annotations

from collections.abc import Mapping

from maps.clutter import Clutter

#: Land cover by (key, value); the first key of this order that is known decides.
LAND_COVER: dict[str, dict[str, Clutter]] = {
    "natural": {
        "water": Clutter.WATER,
        "bay": Clutter.WATER,
        "wood": Clutter.FOREST,
        "scrub": Clutter.OPEN,
        "heath": Clutter.OPEN,
        "grassland": Clutter.OPEN,
        "wetland": Clutter.OPEN,
        "beach": Clutter.OPEN,
        "bare_rock": Clutter.OPEN,
        "scree": Clutter.OPEN,
    },
    "waterway": {"riverbank": Clutter.WATER, "dock": Clutter.WATER},
    "landuse": {
        "reservoir": Clutter.WATER,
        "basin": Clutter.WATER,
        "forest": Clutter.FOREST,
        "residential": Clutter.SUBURBAN,
        "commercial": Clutter.SUBURBAN,
        "industrial": Clutter.SUBURBAN,
        "retail": Clutter.SUBURBAN,
        "meadow": Clutter.OPEN,
        "farmland": Clutter.OPEN,
        "farm": Clutter.OPEN,
        "farmyard": Clutter.OPEN,
        "grass": Clutter.OPEN,
        "vineyard": Clutter.OPEN,
        "orchard": Clutter.OPEN,
        "allotments": Clutter.OPEN,
        "cemetery": Clutter.OPEN,
        "quarry": Clutter.OPEN,
        "recreation_ground": Clutter.OPEN,
    },
    "leisure": {"park": Clutter.OPEN, "pitch": Clutter.OPEN, "golf_course": Clutter.OPEN, "garden": Clutter.OPEN},
}

#: `City.roads` kind by the value of `highway`; other values are not drawn.
ROADS: dict[str, int] = {
    **dict.fromkeys(("motorway", "motorway_link", "trunk", "trunk_link"), 0),
    **dict.fromkeys(("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"), 1),
    **dict.fromkeys(("residential", "unclassified", "living_street", "pedestrian", "road", "service"), 2),
    **dict.fromkeys(("track", "footway", "path", "cycleway", "bridleway", "steps"), 3),
}
#: Streets that people live along, for places whose buildings are mapped in part only.
LIVED_ALONG = frozenset({"residential", "living_street"})

#: Line water that is drawn.
STREAMS = frozenset({"river", "canal", "stream"})

#: Values of `building` that nobody lives in.
NOT_LIVED_IN = frozenset(
    {
        *("industrial", "commercial", "retail", "office", "warehouse", "hangar", "silo", "storage_tank", "bunker"),
        *("church", "chapel", "cathedral", "school", "kindergarten", "university", "college", "hospital", "hotel"),
        *("public", "civic", "government", "station", "train_station", "transportation", "stadium", "sports_hall"),
        *("garage", "garages", "carport", "parking", "roof", "shed", "hut", "kiosk", "service", "utility"),
        *("barn", "farm_auxiliary", "greenhouse", "glasshouse", "stable", "cowshed", "ruins", "construction"),
    }
)
#: Land on which `building=yes` is not a home either.
NOT_LIVED_ON = frozenset({"industrial", "commercial", "retail", "railway", "quarry", "military"})

#: Levels assumed for a `building` value where neither the tag nor enough tagged neighbours of the kind say otherwise.
DEFAULT_LEVELS: dict[str, float] = {
    "apartments": 4.0,
    "office": 4.0,
    "hotel": 4.0,
    "hospital": 4.0,
    "university": 3.0,
    "public": 3.0,
    "commercial": 3.0,
    "church": 5.0,
    "industrial": 2.5,
    "warehouse": 2.5,
    **dict.fromkeys(("garage", "garages", "carport", "shed", "hut", "kiosk", "roof", "greenhouse", "glasshouse"), 1.0),
}
OTHER_LEVELS = 2.0
LEVEL_HEIGHT_M = 3.2


def land_cover_of(tags: Mapping[str, str]) -> Clutter | None:
    """The class that an area's tags stand for, or None.

    >>> land_cover_of({"landuse": "forest"}).name
    'FOREST'
    """
    for key, values in LAND_COVER.items():
        if tags.get(key) in values:
            return values[tags[key]]
    return None
