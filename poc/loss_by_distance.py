"""Loss against distance of one path-loss model beside its siblings: what `poc models show` and docs/radio-models tell.

One typical link: base 30 m, mobile 1.5 m, over flat ground at sea level, at a frequency that the model was made for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError
from radio_models.model import NEEDS_TERRAIN, PATH_LOSS
from radio_models.paths import Paths

BASE_M, MOBILE_M = 30.0, 1.5
DISTANCES_KM = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
POINT_M = 50.0  # between the points of a profile

SIBLINGS: dict[str, tuple[str, ...]] = {
    "free-space": ("two-ray", "plane-earth", "log-distance"),
    "log-distance": ("free-space", "hata", "lora-empirical"),
    "lora-empirical": ("log-distance", "hata", "free-space"),
    "two-ray": ("plane-earth", "free-space"),
    "plane-earth": ("two-ray", "free-space"),
    "hata": ("log-distance", "walfisch-ikegami", "tr38901", "free-space"),
    "cost231-hata": ("ehata", "walfisch-ikegami", "tr38901", "free-space"),
    "ehata": ("cost231-hata", "tr38901", "free-space"),
    "walfisch-ikegami": ("hata", "tr38901", "free-space"),
    "p1411": ("tr38901", "walfisch-ikegami", "free-space"),
    "tr38901": ("walfisch-ikegami", "hata", "free-space"),
    "itm": ("p1812", "two-ray", "log-distance", "free-space"),
    "p1812": ("itm", "two-ray", "log-distance", "free-space"),
}
FREQUENCY_MHZ: dict[str, float] = {"cost231-hata": 1800.0, "ehata": 2000.0}
USUAL_MHZ = 868.0


def frequency_mhz(name: str) -> float:
    """The frequency at which a model is shown [MHz].

    >>> frequency_mhz("hata")
    868.0
    """
    return FREQUENCY_MHZ.get(name, USUAL_MHZ)


def losses_db(
    name: str, distance_km: npt.ArrayLike, at_mhz: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Loss [dB] of a model with its default settings on the typical link, and whether that is outside its domain.

    >>> loss_db, outside = losses_db("hata", [1.0, 50.0], 868.0)
    >>> loss_db.round(1).tolist(), outside.tolist()
    ([126.0, 185.8], [False, True])
    """
    model = PATH_LOSS[name]()
    found, outside = [], []
    for kilometres in np.atleast_1d(np.asarray(distance_km, np.float64)).tolist():
        # distances are those along the ground; 5 points are the fewest that every terrain model takes
        ground_m = 1e3 * kilometres
        direct = Paths(np.hypot(ground_m, BASE_M - MOBILE_M), 1e6 * at_mhz, BASE_M, MOBILE_M)
        outside.append(bool(model.domain.outside(direct)))
        if type(model) in NEEDS_TERRAIN:
            n_points = max(5, round(ground_m / POINT_M) + 1)
            direct = replace(direct, elevation_m=np.zeros(n_points), step_m=ground_m / (n_points - 1))
        try:
            found.append(float(model.loss_db(direct)))
        except RadioError:  # a domain that the model itself insists on
            found.append(np.nan)
    return np.array(found), np.array(outside)


def rows(name: str) -> list[dict[str, Any]]:
    """One row for each distance: the model and its siblings [dB], in brackets where a model is outside its domain."""
    at_mhz = frequency_mhz(name)
    columns = {one: losses_db(one, DISTANCES_KM, at_mhz) for one in (name, *SIBLINGS.get(name, ()))}
    return [
        {"distance [km]": f"{kilometres:g}"}
        | {one: _told(loss_db[k], bool(outside[k])) for one, (loss_db, outside) in columns.items()}
        for k, kilometres in enumerate(DISTANCES_KM)
    ]


def what_it_is(name: str) -> str:
    """The caption of the table.

    >>> what_it_is("hata")
    'loss [dB] at 868 MHz, 30 m to 1.5 m over flat ground; in brackets: outside the domain'
    """
    return (
        f"loss [dB] at {frequency_mhz(name):g} MHz, {BASE_M:g} m to {MOBILE_M:g} m over flat ground; "
        "in brackets: outside the domain"
    )


def _told(loss_db: float, outside: bool) -> str:
    if not np.isfinite(loss_db):
        return "–"
    return f"({loss_db:.1f})" if outside else f"{loss_db:.1f}"
