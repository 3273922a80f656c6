"""Extended Hata: Hata refitted to 1500–3000 MHz and 1–100 km, with corrections for terrain.

Source: Drocella et al., NTIA Technical Report TR-15-517 (2015), appendix A, and NTIA's public code (repository
NTIA/ehata). The CBRS rules (WInnForum) use it up to 3700 MHz.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.checked_links import CheckedLinks, Wanted
from radio_models.domain import Domain
from radio_models.ehata_path import read_terrain
from radio_models.elementwise import choose, evaluate, larger, log10, part, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats, in_shape, positive
from radio_models.paths import Paths

Environment = Literal["urban", "suburban", "rural"]

_LG_4_3, _LG_3_2, _LG_2 = np.log10(4.0 / 3.0), np.log10(1.5), np.log10(2.0)
_WAVE_SPEED_M_PER_S = 1.0 / np.sqrt(8.854e-12 * 4.0e-7 * np.pi)  # as the source has it, 1e-6 above the speed of light

# median attenuation of Okumura's urban curve at 1 km: 22, 23.5 and 25.85 dB at 1500, 2000 and 3000 MHz
_REFERENCE_SLANT_M = np.sqrt(1e6 + 197.0**2)  # base 200 m, mobile 3 m, 1 km apart
_BASE_GAIN_DB = 13.82 * np.log10(200.0)
_MOBILE_GAIN_DB = 3.2 * np.log10(11.75 * 3.0) ** 2 - 4.97
_GAMMA_1 = (3.85 / _LG_2 - 1.5 / _LG_4_3) / _LG_3_2
_BETA_1 = 20.0 + 1.5 / _LG_4_3 - _GAMMA_1 * np.log10(3e6)
_ALPHA_1 = (
    22.0
    + _BASE_GAIN_DB
    + _MOBILE_GAIN_DB
    + 20.0 * np.log10(2.0 * (2.0 * np.pi * 1.5e9 / _WAVE_SPEED_M_PER_S) * _REFERENCE_SLANT_M)
    - np.log10(1500.0) * (_BETA_1 + _GAMMA_1 * np.log10(1500.0))
)
# suburban relief: 11.5, 12.4 and 14 dB at the same frequencies
_SUBURBAN = _LG_4_3 * _LG_3_2 * _LG_2
_GAMMA_S = (2.5 * _LG_4_3 - 0.9 * _LG_2) / _SUBURBAN
_BETA_S = (0.9 * _LG_2 * np.log10(4.5e6) - 2.5 * _LG_4_3 * np.log10(3e6)) / _SUBURBAN
_ALPHA_S = 11.5 - _BETA_S * np.log10(1500.0) - _GAMMA_S * np.log10(1500.0) ** 2
# urban curve at 100 km: 63.5, 65.75 and 69.5 dB
_ALPHA_100, _BETA_100, _GAMMA_100 = 120.78129, -52.714929, 10.919011
# half the exponent far away, Okumura's figure 12: 2.5, 3 and 3.22 for base heights of 24.5, 70 and 200 m
_TAU = (0.72 * np.log10(70.0 / 24.5) - 0.5 * np.log10(200.0 / 24.5)) / (
    np.log10(70.0 / 24.5) * np.log10(200.0 / 70.0) * np.log10(200.0 / 24.5)
)
_SIGMA = 0.72 / np.log10(200.0 / 24.5) - _TAU * np.log10(200.0 * 24.5)
_RHO = 2.5 - np.log10(24.5) * (_SIGMA + _TAU * np.log10(24.5))


def ehata_median_loss_db(
    distance_km: ArrayLike,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    *,
    environment: Environment = "urban",
) -> Floats:
    """Median basic transmission loss over smooth ground [dB], any shapes that broadcast.

    Heights are *effective* ones, 30–200 m and 1–10 m; values beyond are taken as they stand.

    >>> ehata_median_loss_db(5.0, 3600.0, 30.0, 1.5).round(3).item()
    169.434
    """
    kind = _known(environment)
    link = positive(
        distance_km=distance_km, frequency_mhz=frequency_mhz, base_height_m=base_height_m,
        mobile_height_m=mobile_height_m,
    )  # fmt: skip
    return evaluate(_median, *link, settings=(kind == "suburban", kind == "rural"))


@part
def _median(d: Any, f: Any, h_b: Any, h_m: Any, suburban: bool, rural: bool) -> Any:
    lg_f, lg_b, lg_d = log10(f), log10(h_b), log10(d)
    wave_number_per_m = 2e6 * np.pi * f / _WAVE_SPEED_M_PER_S

    curve = lg_f * (_BETA_1 + _GAMMA_1 * lg_f)
    gains_db = _BASE_GAIN_DB + _MOBILE_GAIN_DB
    at_1_km = _ALPHA_1 + curve - gains_db - 20.0 * log10(2.0 * wave_number_per_m * _REFERENCE_SLANT_M)
    at_100_km = _ALPHA_100 + lg_f * (_BETA_100 + _GAMMA_100 * lg_f)
    far_slope = 2.0 * (_RHO + lg_b * (_SIGMA + _TAU * lg_b) - 1.0)
    near_slope = 0.1 * (44.9 - 6.55 * lg_b) - 2.0
    lg_break = (2.0 * far_slope + 0.1 * (at_1_km - at_100_km)) / (far_slope - near_slope)

    heights_db = -13.82 * lg_b - 3.2 * log10(11.75 * h_m) ** 2 + 4.97
    slant_m = np.sqrt(1e6 * d**2 + (h_b - h_m) ** 2)
    near = _ALPHA_1 + curve + heights_db + (44.9 - 6.55 * lg_b) * lg_d
    beyond = 10.0 * far_slope * (lg_d - 2.0) + 20.0 * log10(2.0 * wave_number_per_m * slant_m)
    far = at_100_km + gains_db + heights_db + beyond
    loss_db = choose(lg_d <= lg_break, near, far)
    if suburban:
        loss_db = loss_db - (_ALPHA_S + _BETA_S * lg_f + _GAMMA_S * lg_f**2)
    if rural:
        loss_db = loss_db - (40.94 - 18.33 * lg_f + 4.78 * lg_f**2)
    return loss_db


def location_sigma_db(frequency_mhz: ArrayLike, environment: Environment = "urban") -> Floats:
    """Spread over locations [dB]: 7.1, 7.5 and 8.1 at 1500, 2000 and 3000 MHz in towns, 2 dB more elsewhere.

    >>> location_sigma_db(2000.0).round(3).item()
    7.5
    """
    lg_f = np.log10(floats(frequency_mhz))
    sigma_db = 4.0976291 - 1.2255656 * lg_f + 0.68350345 * lg_f**2
    return np.asarray(sigma_db + (0.0 if _known(environment) == "urban" else 2.0))


def extended_hata_loss_db(
    elevation_m: ArrayLike,
    step_m: ArrayLike,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    *,
    environment: Environment = "urban",
    reliability: float = 0.5,
) -> Floats:
    """Loss over terrain [dB]: (points,) gives one number, (links, points) one a link; all other arguments broadcast.

    elevation_m     above sea level [m], from the **mobile to the base** (ITM runs the other way); sea is exactly 0
    step_m          distance between points [m]
    reliability     share of locations whose loss is not more, 0 to 1, by the rational inverse normal of NTIA's code

    Raises RadioError for fewer than three points, a lone number that is not finite and above 0, a hole in a lone
    profile; in a batch, a link with a bad profile or number has +inf as its loss, and the others are computed.

    >>> extended_hata_loss_db(np.full(101, 10.0), 50.0, 3600.0, 30.0, 1.5).round(3).item()
    169.434
    """
    ground = floats(elevation_m)
    if ground.ndim not in (1, 2) or ground.shape[-1] < 3:
        raise RadioError(
            f"elevation_m has shape {ground.shape}, expected (points,) or (links, points), 3 points or more."
        )
    checked = CheckedLinks()
    given = {
        name: checked.column(name, value, Wanted(unit, 0.0, above=True))
        for name, value, unit in (
            ("step_m", step_m, "m"),
            ("frequency_mhz", frequency_mhz, "MHz"),
            ("base_height_m", base_height_m, "m"),
            ("mobile_height_m", mobile_height_m, "m"),
        )
    }
    try:
        links = np.broadcast_shapes(ground.shape[:-1], *(column.shape for column in given.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in given.items())
        raise RadioError(f"profiles {ground.shape} and {shapes} do not broadcast; align them.") from error
    columns = {name: np.broadcast_to(column, links).ravel() for name, column in given.items()}
    holed = np.asarray(~np.isfinite(ground).all(axis=-1))
    if ground.ndim == 1 and holed.any():
        raise RadioError("elevation_m holds NaN or infinity, expected heights in metres; fill the gaps.")
    checked.spoil(holed)
    ground = np.where(holed[..., None], 0.0, ground) if holed.any() else ground
    if not 0.0 < reliability < 1.0:
        raise RadioError(f"reliability is {reliability}, expected between 0 and 1; correct it.")

    profiles = np.broadcast_to(ground, (*links, ground.shape[-1])).reshape(-1, ground.shape[-1])
    terrain = [
        read_terrain(profile, float(step), float(base), float(mobile))
        for profile, step, base, mobile in zip(
            profiles, columns["step_m"], columns["base_height_m"], columns["mobile_height_m"], strict=True
        )
    ]
    median_db = ehata_median_loss_db(
        [link.distance_km for link in terrain],
        columns["frequency_mhz"],
        [link.effective_base_height_m for link in terrain],
        [link.effective_mobile_height_m for link in terrain],
        environment=environment,
    )
    spread_db = _upper_normal(reliability) * location_sigma_db(columns["frequency_mhz"], environment)
    gains_db = np.array([link.correction_db for link in terrain])
    return checked.marked((median_db - spread_db - gains_db).reshape(links))


@dataclass(frozen=True, slots=True)
class ExtendedHata:
    """Extended Hata: over terrain where the paths carry profiles, else over smooth ground.

    The higher antenna of a link is the base. allow_low_base: as in `Hata`; effective base heights never count as less
    than 30 m, so a lower antenna gets the loss of one at 30 m: optimistic, and flagged.

    >>> paths = Paths(distance_m=5000.0, frequency_hz=3.6e9, tx_height_m=30.0, rx_height_m=1.5)
    >>> ExtendedHata().loss_db(paths).round(3).item()
    169.434
    """

    environment: Environment = "urban"
    allow_low_base: bool = False

    def __post_init__(self) -> None:
        _known(self.environment)

    @property
    def domain(self) -> Domain:
        return Domain(
            "ehata",
            "NTIA TR-15-517",
            frequency_hz=(1500e6, 3700e6),
            base_height_m=(30.0, 200.0),
            mobile_height_m=(1.0, 10.0),
            distance_m=(1e3, 100e3),
            extended_base_height_m=(1.0, 200.0) if self.allow_low_base else None,
        )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        if paths.elevation_m is None:
            columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
            kind = self.environment == "suburban", self.environment == "rural"
            return in_shape(evaluate(_smooth_path, *columns, settings=kind), paths.shape)
        ground = np.broadcast_to(paths.elevation_m, (*paths.shape, np.shape(paths.elevation_m)[-1]))
        # profiles run from tx to rx; this model reads them from the mobile
        from_rx = np.broadcast_to(paths.tx_height_m > paths.rx_height_m, paths.shape)[..., None]
        ground = np.where(from_rx, ground[..., ::-1], ground)
        step_m = paths.distance_m / (ground.shape[-1] - 1) if paths.step_m is None else paths.step_m
        link = [step_m, paths.frequency_hz / 1e6, paths.base_height_m, paths.mobile_height_m]
        if paths.shape:
            ground = ground.reshape(-1, ground.shape[-1])
            link = [np.broadcast_to(column, paths.shape).ravel() for column in link]
        return extended_hata_loss_db(ground, *link, environment=self.environment).reshape(paths.shape)


def _smooth_path(d_m: Any, f_hz: Any, tx: Any, rx: Any, suburban: bool, rural: bool) -> Any:
    base_m = smaller(larger(larger(tx, rx), 30.0), 200.0)
    mobile_m = smaller(larger(smaller(tx, rx), 1.0), 10.0)
    return _median(d_m * 1e-3, f_hz * 1e-6, base_m, mobile_m, suburban, rural)


def _upper_normal(q: float) -> float:
    """Normal deviate exceeded with probability q: Abramowitz and Stegun 26.2.23, as NTIA's code has it."""
    t = np.sqrt(-2.0 * np.log(max(min(q, 1.0 - q), 1e-6)))
    top = (0.010328 * t + 0.802853) * t + 2.515516698
    deviate = float(t - top / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0))
    return deviate if q <= 0.5 else -deviate


def _known(environment: str) -> str:
    if environment not in ("urban", "suburban", "rural"):
        raise RadioError(f"ehata: environment is '{environment}', expected urban, suburban or rural; correct it.")
    return environment
