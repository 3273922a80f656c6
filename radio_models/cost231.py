"""COST 231: Hata's formula carried on to 2 GHz, and Walfisch-Ikegami over rows of buildings.

Source: COST 231 final report, chapter 4 (EUR 18957, 1999): 4.4.1 (Hata) and 4.4.2 (Walfisch-Ikegami).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from radio_models.domain import Domain
from radio_models.elementwise import choose, evaluate, larger, log10, part, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape, positive, within
from radio_models.paths import Paths


def cost231_hata_loss_db(
    distance_km: ArrayLike,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    *,
    metropolitan: bool = False,
) -> Floats:
    """Median loss [dB], any shapes that broadcast; 1500–2000 MHz, 1–20 km, base 30–200 m, mobile 1–10 m.

    >>> cost231_hata_loss_db(1.0, 1800.0, 30.0, 1.5).round(2).item()
    136.2
    """
    link = positive(
        distance_km=distance_km, frequency_mhz=frequency_mhz, base_height_m=base_height_m,
        mobile_height_m=mobile_height_m,
    )  # fmt: skip
    return evaluate(_cost231_hata, *link, settings=(bool(metropolitan),))


@part
def _cost231_hata(d: Any, f: Any, h_b: Any, h_m: Any, metropolitan: bool) -> Any:
    lg_f, lg_h_b = log10(f), log10(h_b)
    mobile_db = (1.1 * lg_f - 0.7) * h_m - (1.56 * lg_f - 0.8)
    slope_db = 44.9 - 6.55 * lg_h_b
    city_db = 3.0 if metropolitan else 0.0
    return 46.3 + 33.9 * lg_f - 13.82 * lg_h_b - mobile_db + slope_db * log10(d) + city_db


def walfisch_ikegami_canyon_loss_db(distance_km: ArrayLike, frequency_mhz: ArrayLike) -> Floats:
    """Loss along a street with line of sight [dB]; 800–2000 MHz, 0.02–5 km.

    >>> walfisch_ikegami_canyon_loss_db(0.02, 900.0).round(2).item()
    57.51
    """
    return evaluate(_canyon, *positive(distance_km=distance_km, frequency_mhz=frequency_mhz))


@part
def _canyon(d: Any, f: Any) -> Any:
    return 42.6 + 26.0 * log10(d) + 20.0 * log10(f)


def walfisch_ikegami_loss_db(
    distance_km: ArrayLike,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    *,
    roof_height_m: ArrayLike = 15.0,
    building_separation_m: ArrayLike = 30.0,
    street_width_m: ArrayLike = 15.0,
    street_angle_deg: ArrayLike = 90.0,
    metropolitan: bool = False,
) -> Floats:
    """Loss over the roofs into a street without line of sight [dB], any shapes that broadcast.

    Published for 800–2000 MHz, 0.02–5 km, base 4–50 m, mobile 1–3 m; `street_angle_deg` between ray and street, 0–90°.
    Defaults are the report's: separation 20–50 m, width half of it, angle 90°. A mobile at or above the roofs has no
    roof to street diffraction. The report's own steps, 0.11 dB at 35° and a larger one where the base passes the
    roofs nearby, are kept.

    >>> walfisch_ikegami_loss_db(1.0, 900.0, 20.0, 1.5, roof_height_m=15.0).round(2).item()
    129.81
    """
    link = positive(
        distance_km=distance_km, frequency_mhz=frequency_mhz, base_height_m=base_height_m,
        mobile_height_m=mobile_height_m, roof_height_m=roof_height_m, building_separation_m=building_separation_m,
        street_width_m=street_width_m,
    )  # fmt: skip
    angle_deg = within("street_angle_deg", street_angle_deg, 0.0, 90.0, "degrees")
    return evaluate(_walfisch_ikegami, *link, angle_deg, settings=(bool(metropolitan),))


@part
def _walfisch_ikegami(
    d: Any, f: Any, h_b: Any, h_m: Any, roof_m: Any, separation_m: Any, width_m: Any, angle_deg: Any, metropolitan: bool
) -> Any:
    lg_d, lg_f = log10(d), log10(f)
    free_db = 32.4 + 20.0 * lg_d + 20.0 * lg_f

    below_roof_m = roof_m - h_m
    drop_db = 20.0 * log10(larger(below_roof_m, 1e-3))
    into_street_db = -16.9 - 10.0 * log10(width_m) + 10.0 * lg_f + drop_db + _orientation_db(angle_deg)
    into_street_db = choose(below_roof_m > 0.0, larger(into_street_db, 0.0), 0.0)

    above_m = h_b - roof_m
    high = above_m > 0.0
    clearance_db = choose(high, -18.0 * log10(1.0 + larger(above_m, 0.0)), 0.0)
    low_base = choose(high, 54.0, 54.0 - 0.8 * above_m * choose(d >= 0.5, 1.0, d / 0.5))
    distance_slope = choose(high, 18.0, 18.0 - 15.0 * above_m / roof_m)
    frequency_slope = -4.0 + (1.5 if metropolitan else 0.7) * (f / 925.0 - 1.0)
    over_roofs_db = clearance_db + low_base + distance_slope * lg_d + frequency_slope * lg_f - 9.0 * log10(separation_m)
    # the report takes free space alone where the sum is not positive
    return free_db + larger(into_street_db + over_roofs_db, 0.0)


@part
def _orientation_db(phi: Any) -> Any:
    further = choose(phi < 55.0, 2.5 + 0.075 * (phi - 35.0), 4.0 - 0.114 * (phi - 55.0))
    return choose(phi < 35.0, -10.0 + 0.354 * phi, further)


@dataclass(frozen=True, slots=True)
class Cost231Hata:
    """COST 231 Hata; the higher antenna of a link is the base. `allow_low_base` as in `Hata`.

    >>> paths = Paths(distance_m=1000.0, frequency_hz=1.8e9, tx_height_m=30.0, rx_height_m=1.5)
    >>> Cost231Hata(metropolitan=True).loss_db(paths).round(2).item()
    139.2
    """

    metropolitan: bool = False
    allow_low_base: bool = False

    @property
    def domain(self) -> Domain:
        return Domain(
            "cost231-hata",
            "COST 231 final report, 4.4.1",
            frequency_hz=(1500e6, 2000e6),
            base_height_m=(30.0, 200.0),
            mobile_height_m=(1.0, 10.0),
            distance_m=(1e3, 20e3),
            extended_base_height_m=(1.0, 200.0) if self.allow_low_base else None,
        )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        return in_shape(evaluate(_hata_path, *columns, settings=(bool(self.metropolitan),)), paths.shape)


def _hata_path(d_m: Any, f_hz: Any, tx: Any, rx: Any, metropolitan: bool) -> Any:
    return _cost231_hata(d_m * 1e-3, f_hz * 1e-6, larger(tx, rx), smaller(tx, rx), metropolitan)


@dataclass(frozen=True, slots=True)
class WalfischIkegami:
    """COST 231 Walfisch-Ikegami; the higher antenna of a link is the base, the lower one stands in a street.

    line_of_sight           the street canyon formula for every link, instead of over the roofs
    roof_height_m, building_separation_m, street_width_m, street_angle_deg   one typical block for the whole city

    >>> paths = Paths(distance_m=1000.0, frequency_hz=900e6, tx_height_m=20.0, rx_height_m=1.5)
    >>> WalfischIkegami().loss_db(paths).round(2).item()
    129.81
    """

    line_of_sight: bool = False
    roof_height_m: float = 15.0
    building_separation_m: float = 30.0
    street_width_m: float = 15.0
    street_angle_deg: float = 90.0
    metropolitan: bool = False

    domain: ClassVar[Domain] = Domain(
        "walfisch-ikegami",
        "COST 231 final report, 4.4.2",
        frequency_hz=(800e6, 2000e6),
        base_height_m=(4.0, 50.0),
        mobile_height_m=(1.0, 3.0),
        distance_m=(20.0, 5e3),
    )

    def __post_init__(self) -> None:
        for name in ("roof_height_m", "building_separation_m", "street_width_m"):
            if not 0.0 < getattr(self, name) < float("inf"):
                raise RadioError(
                    f"walfisch-ikegami: {name} is {getattr(self, name)}, expected more than 0 m; correct it."
                )
        if not 0.0 <= self.street_angle_deg <= 90.0:
            raise RadioError(
                f"walfisch-ikegami: street_angle_deg is {self.street_angle_deg}, expected 0 to 90; correct it."
            )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        if self.line_of_sight:
            return in_shape(evaluate(_canyon_path, paths.distance_m, paths.frequency_hz), paths.shape)
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        block = self.roof_height_m, self.building_separation_m, self.street_width_m, self.street_angle_deg
        loss_db = evaluate(_roofs_path, *columns, *block, settings=(bool(self.metropolitan),))
        return in_shape(loss_db, paths.shape)


def _canyon_path(d_m: Any, f_hz: Any) -> Any:
    return _canyon(d_m * 1e-3, f_hz * 1e-6)


def _roofs_path(
    d_m: Any, f_hz: Any, tx: Any, rx: Any, roof_m: Any, separation_m: Any, width_m: Any, angle: Any, metropolitan: bool
) -> Any:
    h_b, h_m = larger(tx, rx), smaller(tx, rx)
    return _walfisch_ikegami(d_m * 1e-3, f_hz * 1e-6, h_b, h_m, roof_m, separation_m, width_m, angle, metropolitan)
