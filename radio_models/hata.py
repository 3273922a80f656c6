"""Okumura-Hata: median loss in built-up land from 150 to 1500 MHz.

Sources: Hata, IEEE Trans. Veh. Tech. 29 (1980) 317; beyond 20 km Recommendations ITU-R P.529-3 and P.1546-6, annex 5,
where lg d is raised to a power b (some texts multiply by b instead, which is not what the Recommendation says). Power
and constants were compared with a public digest of path-loss models and with SEAMCAT's extended Hata, not with the
Recommendations themselves; SEAMCAT takes the base height as it stands where the digest, as here, reduces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import Domain
from radio_models.elementwise import choose, evaluate, larger, log10, part, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape, positive
from radio_models.paths import Paths

City = Literal["small", "medium", "large"]
Environment = Literal["urban", "suburban", "open"]

LARGE_CITY_SWITCH_MHZ = 200.0  # Hata's own; other texts switch at 300 MHz
_LOW_BASE_M = (1.0, 200.0)


def mobile_antenna_correction_db(
    frequency_mhz: ArrayLike, mobile_height_m: ArrayLike, *, city: City = "medium"
) -> Floats:
    """Hata's a(h_m) [dB]: what a mobile antenna away from 1.5 m gains; small and medium cities are one case.

    >>> mobile_antenna_correction_db(868.0, 1.5, city="large").round(4).item()
    -0.0009
    """
    large = _one_of("city", city, ("small", "medium", "large")) == "large"
    antenna = positive(frequency_mhz=frequency_mhz, mobile_height_m=mobile_height_m)
    return evaluate(_mobile_antenna, *antenna, settings=(large,))


@part
def _mobile_antenna(f: Any, h_m: Any, large: bool) -> Any:
    if large:
        low = 8.29 * log10(1.54 * h_m) ** 2 - 1.1
        high = 3.2 * log10(11.75 * h_m) ** 2 - 4.97
        return choose(f <= LARGE_CITY_SWITCH_MHZ, low, high)
    return (1.1 * log10(f) - 0.7) * h_m - (1.56 * log10(f) - 0.8)


def okumura_hata_loss_db(
    distance_km: ArrayLike,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    *,
    environment: Environment = "urban",
    city: City = "medium",
    long_distance: bool = False,
) -> Floats:
    """Median basic transmission loss [dB], any shapes that broadcast.

    Published for 150–1500 MHz, 1–20 km, base antennas of 30–200 m and mobile ones of 1–10 m.

    `city` matters in every environment, since suburban and open land are corrections of the urban value.
    `long_distance` steepens the slope beyond 20 km, up to 100 km.

    >>> okumura_hata_loss_db(5.0, 900.0, 30.0, 1.5).round(3).item()
    151.024
    """
    kind = _one_of("environment", environment, ("urban", "suburban", "open"))
    large = _one_of("city", city, ("small", "medium", "large")) == "large"
    formula = _okumura_hata_far if long_distance else _okumura_hata
    link = positive(
        distance_km=distance_km, frequency_mhz=frequency_mhz, base_height_m=base_height_m,
        mobile_height_m=mobile_height_m,
    )  # fmt: skip
    return evaluate(formula, *link, settings=(kind == "suburban", kind == "open", large))


@part
def _okumura_hata(d: Any, f: Any, h_b: Any, h_m: Any, suburban: bool, open_land: bool, large: bool) -> Any:
    return _at_lg_distance(log10(d), f, h_b, h_m, suburban, open_land, large)


@part
def _okumura_hata_far(d: Any, f: Any, h_b: Any, h_m: Any, suburban: bool, open_land: bool, large: bool) -> Any:
    beyond = log10(larger(d, 20.0) / 20.0) ** 0.8
    h_b_reduced = h_b / np.sqrt(1.0 + 7e-6 * h_b**2)
    steeper = 1.0 + (0.14 + 1.87e-4 * f + 1.07e-3 * h_b_reduced) * beyond
    lg_d = choose(d > 20.0, larger(log10(d), 1.0) ** steeper, log10(d))
    return _at_lg_distance(lg_d, f, h_b, h_m, suburban, open_land, large)


@part
def _at_lg_distance(lg_d: Any, f: Any, h_b: Any, h_m: Any, suburban: bool, open_land: bool, large: bool) -> Any:
    lg_f, lg_b = log10(f), log10(h_b)
    loss_db = 69.55 + 26.16 * lg_f - 13.82 * lg_b - _mobile_antenna(f, h_m, large) + (44.9 - 6.55 * lg_b) * lg_d
    if suburban:
        loss_db = loss_db - 2.0 * (lg_f - np.log10(28.0)) ** 2 - 5.4
    if open_land:
        loss_db = loss_db - 4.78 * lg_f**2 + 18.33 * lg_f - 40.94
    return loss_db


@dataclass(frozen=True, slots=True)
class Hata:
    """Okumura-Hata; the higher antenna of a link is the base, the lower one the mobile, so the loss is reciprocal.

    allow_low_base   lets base antennas below the published 30 m pass `domain.check_setup`. The formula goes on smoothly
                     there but nobody measured it: every such link still counts as outside the domain.

    >>> paths = Paths(distance_m=5000.0, frequency_hz=900e6, tx_height_m=30.0, rx_height_m=1.5)
    >>> Hata(environment="open").loss_db(paths).round(2).item()
    122.52
    """

    environment: Environment = "urban"
    city: City = "medium"
    long_distance: bool = False
    allow_low_base: bool = False

    def __post_init__(self) -> None:
        _one_of("environment", self.environment, ("urban", "suburban", "open"))
        _one_of("city", self.city, ("small", "medium", "large"))

    @property
    def domain(self) -> Domain:
        return Domain(
            "hata",
            "Hata 1980",
            frequency_hz=(150e6, 1500e6),
            base_height_m=(30.0, 200.0),
            mobile_height_m=(1.0, 10.0),
            distance_m=(1e3, 100e3 if self.long_distance else 20e3),
            extended_base_height_m=_LOW_BASE_M if self.allow_low_base else None,
        )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        kind = self.environment == "suburban", self.environment == "open", self.city == "large"
        return in_shape(evaluate(_far_path if self.long_distance else _path, *columns, settings=kind), paths.shape)


def _path(d_m: Any, f_hz: Any, tx: Any, rx: Any, suburban: bool, open_land: bool, large: bool) -> Any:
    return _okumura_hata(d_m * 1e-3, f_hz * 1e-6, larger(tx, rx), smaller(tx, rx), suburban, open_land, large)


def _far_path(d_m: Any, f_hz: Any, tx: Any, rx: Any, suburban: bool, open_land: bool, large: bool) -> Any:
    return _okumura_hata_far(d_m * 1e-3, f_hz * 1e-6, larger(tx, rx), smaller(tx, rx), suburban, open_land, large)


def _one_of(what: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise RadioError(f"hata: {what} is '{value}', expected one of {', '.join(known)}; correct it.")
    return value
