"""3GPP urban macro, urban micro street canyon and rural macro: medians, LOS probability, shadow spread.

Source: 3GPP TR 38.901 V17, tables 7.4.1-1 (path loss, sigma) and 7.4.2-1 (LOS probability). Distances `d_2d` along
the ground and `d_3d` between the antennas [m], frequency [GHz], base `h_bs` and terminal `h_ut` [m]; any shapes that
broadcast.
Break points use the exact speed of light; the note in the standard that says 3e8 moves losses beyond them by 0.005 dB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import Domain, Range
from radio_models.errors import RadioError
from radio_models.floats import Floats, floats
from radio_models.free_space import SPEED_OF_LIGHT_M_PER_S
from radio_models.paths import Paths

Scenario = Literal["uma", "umi", "rma"]
State = Literal["los", "nlos", "average"]


def _d_3d(d_2d_m: Floats, h_bs_m: Floats, h_ut_m: Floats) -> Floats:
    return np.sqrt(d_2d_m**2 + (h_bs_m - h_ut_m) ** 2)


def _urban_break_m(frequency_ghz: Floats, h_bs_m: Floats, h_ut_m: Floats, environment_height_m: ArrayLike) -> Floats:
    h_e = floats(environment_height_m)
    # terminals below the effective environment have no break point of their own; a centimetre keeps the numbers finite
    heights = np.maximum(h_bs_m - h_e, 0.01) * np.maximum(h_ut_m - h_e, 0.01)
    return np.asarray(4.0 * heights * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_PER_S)


def uma_los_loss_db(
    d_2d_m: ArrayLike,
    frequency_ghz: ArrayLike,
    h_bs_m: ArrayLike = 25.0,
    h_ut_m: ArrayLike = 1.5,
    *,
    environment_height_m: ArrayLike = 1.0,
) -> Floats:
    """Urban macro with line of sight [dB].

    The standard draws `environment_height_m` at random for terminals above 13 m; here it is an argument, 1 m unless
    given.

    >>> uma_los_loss_db(100.0, 2.0).round(3).item()
    78.277
    """
    d, f, h_bs, h_ut = floats(d_2d_m), floats(frequency_ghz), floats(h_bs_m), floats(h_ut_m)
    d_3d = _d_3d(d, h_bs, h_ut)
    break_m = _urban_break_m(f, h_bs, h_ut, environment_height_m)
    near = 28.0 + 22.0 * np.log10(d_3d) + 20.0 * np.log10(f)
    far = 28.0 + 40.0 * np.log10(d_3d) + 20.0 * np.log10(f) - 9.0 * np.log10(break_m**2 + (h_bs - h_ut) ** 2)
    return np.where(d <= break_m, near, far)


def uma_nlos_loss_db(
    d_2d_m: ArrayLike,
    frequency_ghz: ArrayLike,
    h_bs_m: ArrayLike = 25.0,
    h_ut_m: ArrayLike = 1.5,
    *,
    environment_height_m: ArrayLike = 1.0,
) -> Floats:
    """Urban macro without line of sight [dB], never less than with it.

    >>> uma_nlos_loss_db(100.0, 2.0).round(3).item()
    98.177
    """
    f, h_ut = floats(frequency_ghz), floats(h_ut_m)
    d_3d = _d_3d(floats(d_2d_m), floats(h_bs_m), h_ut)
    blocked = 13.54 + 39.08 * np.log10(d_3d) + 20.0 * np.log10(f) - 0.6 * (h_ut - 1.5)
    return np.maximum(uma_los_loss_db(d_2d_m, f, h_bs_m, h_ut, environment_height_m=environment_height_m), blocked)


def umi_los_loss_db(
    d_2d_m: ArrayLike, frequency_ghz: ArrayLike, h_bs_m: ArrayLike = 10.0, h_ut_m: ArrayLike = 1.5
) -> Floats:
    """Urban micro, street canyon, with line of sight [dB].

    >>> umi_los_loss_db(100.0, 2.0).round(3).item()
    80.453
    """
    d, f, h_bs, h_ut = floats(d_2d_m), floats(frequency_ghz), floats(h_bs_m), floats(h_ut_m)
    d_3d = _d_3d(d, h_bs, h_ut)
    break_m = _urban_break_m(f, h_bs, h_ut, 1.0)
    near = 32.4 + 21.0 * np.log10(d_3d) + 20.0 * np.log10(f)
    far = 32.4 + 40.0 * np.log10(d_3d) + 20.0 * np.log10(f) - 9.5 * np.log10(break_m**2 + (h_bs - h_ut) ** 2)
    return np.where(d <= break_m, near, far)


def umi_nlos_loss_db(
    d_2d_m: ArrayLike, frequency_ghz: ArrayLike, h_bs_m: ArrayLike = 10.0, h_ut_m: ArrayLike = 1.5
) -> Floats:
    """Urban micro, street canyon, without line of sight [dB], never less than with it.

    >>> umi_nlos_loss_db(100.0, 2.0).round(3).item()
    99.467
    """
    f, h_ut = floats(frequency_ghz), floats(h_ut_m)
    d_3d = _d_3d(floats(d_2d_m), floats(h_bs_m), h_ut)
    blocked = 35.3 * np.log10(d_3d) + 22.4 + 21.3 * np.log10(f) - 0.3 * (h_ut - 1.5)
    return np.maximum(umi_los_loss_db(d_2d_m, f, h_bs_m, h_ut), blocked)


def rma_los_loss_db(
    d_2d_m: ArrayLike,
    frequency_ghz: ArrayLike,
    h_bs_m: ArrayLike = 35.0,
    h_ut_m: ArrayLike = 1.5,
    *,
    building_height_m: ArrayLike = 5.0,
) -> Floats:
    """Rural macro with line of sight [dB]; mean building height 5–50 m.

    >>> rma_los_loss_db(1000.0, 0.868).round(3).item()
    93.68
    """
    d, f, h_bs, h_ut = floats(d_2d_m), floats(frequency_ghz), floats(h_bs_m), floats(h_ut_m)
    h = floats(building_height_m)
    rise = h**1.72

    def near(d_3d: Floats) -> Floats:
        return np.asarray(
            20.0 * np.log10(40.0 * np.pi * d_3d * f / 3.0)
            + np.minimum(0.03 * rise, 10.0) * np.log10(d_3d)
            - np.minimum(0.044 * rise, 14.77)
            + 0.002 * np.log10(h) * d_3d
        )

    d_3d = _d_3d(d, h_bs, h_ut)
    break_m = 2.0 * np.pi * h_bs * h_ut * f * 1e9 / SPEED_OF_LIGHT_M_PER_S
    return np.where(d <= break_m, near(d_3d), near(break_m) + 40.0 * np.log10(d_3d / break_m))


def rma_nlos_loss_db(
    d_2d_m: ArrayLike,
    frequency_ghz: ArrayLike,
    h_bs_m: ArrayLike = 35.0,
    h_ut_m: ArrayLike = 1.5,
    *,
    building_height_m: ArrayLike = 5.0,
    street_width_m: ArrayLike = 20.0,
) -> Floats:
    """Rural macro without line of sight [dB], never less than with it; street width 5–50 m.

    >>> rma_nlos_loss_db(1000.0, 0.868).round(3).item()
    118.313
    """
    f, h_bs, h_ut = floats(frequency_ghz), floats(h_bs_m), floats(h_ut_m)
    h = floats(building_height_m)
    d_3d = _d_3d(floats(d_2d_m), h_bs, h_ut)
    blocked = (
        161.04
        - 7.1 * np.log10(floats(street_width_m))
        + 7.5 * np.log10(h)
        - (24.37 - 3.7 * (h / h_bs) ** 2) * np.log10(h_bs)
        + (43.42 - 3.1 * np.log10(h_bs)) * (np.log10(d_3d) - 3.0)
        + 20.0 * np.log10(f)
        - (3.2 * np.log10(11.75 * h_ut) ** 2 - 4.97)
    )
    return np.maximum(rma_los_loss_db(d_2d_m, f, h_bs, h_ut, building_height_m=h), blocked)


def los_probability(scenario: Scenario, d_2d_m: ArrayLike, h_ut_m: ArrayLike = 1.5) -> Floats:
    """Probability of line of sight; `h_ut_m` matters for urban macro alone, where it counts from 13 to 23 m.

    >>> los_probability("uma", [10.0, 100.0]).round(4).tolist()
    [1.0, 0.3477]
    """
    d, h_ut = floats(d_2d_m), floats(h_ut_m)
    if _known(scenario) == "rma":
        return np.where(d <= 10.0, 1.0, np.exp(-(np.maximum(d, 10.0) - 10.0) / 1000.0)) + 0.0 * h_ut
    far = np.maximum(d, 18.0)
    falloff = np.exp(-far / (63.0 if scenario == "uma" else 36.0))
    probability = 18.0 / far + falloff * (1.0 - 18.0 / far)
    if scenario == "uma":
        lifted = (np.clip(h_ut - 13.0, 0.0, 10.0) / 10.0) ** 1.5
        probability = probability * (1.0 + lifted * 1.25 * (far / 100.0) ** 3 * np.exp(-far / 150.0))
    return np.where(d <= 18.0, 1.0, probability) + 0.0 * h_ut


_SIGMA_DB = {
    ("uma", "los"): 4.0,
    ("uma", "nlos"): 6.0,
    ("umi", "los"): 4.0,
    ("umi", "nlos"): 7.82,
    ("rma", "nlos"): 8.0,
}


def shadow_sigma_db(
    scenario: Scenario,
    state: Literal["los", "nlos"],
    d_2d_m: ArrayLike = 0.0,
    frequency_ghz: ArrayLike = 1.0,
    h_bs_m: ArrayLike = 35.0,
    h_ut_m: ArrayLike = 1.5,
) -> Floats:
    """Spread of shadowing [dB]; what comes after `state` matters for rural line of sight alone (4, beyond the break 6).

    >>> shadow_sigma_db("umi", "nlos").item()
    7.82
    """
    if (_known(scenario), state) in _SIGMA_DB:
        return np.full(np.shape(d_2d_m), _SIGMA_DB[scenario, state])
    break_m = 2.0 * np.pi * floats(h_bs_m) * floats(h_ut_m) * floats(frequency_ghz) * 1e9 / SPEED_OF_LIGHT_M_PER_S
    return np.where(floats(d_2d_m) <= break_m, 4.0, 6.0)


_RANGES: dict[str, tuple[Range, Range, Range]] = {  # base height, terminal height, ground distance
    "uma": ((25.0, 25.0), (1.5, 22.5), (10.0, 5e3)),
    "umi": ((10.0, 10.0), (1.5, 22.5), (10.0, 5e3)),
    "rma": ((10.0, 150.0), (1.0, 10.0), (10.0, 10e3)),
}


@dataclass(frozen=True, slots=True)
class Tr38901:
    """One scenario of TR 38.901; the higher antenna of a link is the base station.

    state             'los' or 'nlos' for every link, or 'average': the mean in dB weighted with the LOS probability
    any_base_height   urban scenarios are published for one base height (25 or 10 m); True lets 3 to 150 m pass
                      `domain.check_setup`, and counts such links as outside the domain
    building_height_m, street_width_m   rural macro alone

    >>> paths = Paths(distance_m=500.0, frequency_hz=868e6, tx_height_m=25.0, rx_height_m=5.0)
    >>> Tr38901("uma", "los").loss_db(paths).round(2).item()
    86.15
    """

    scenario: Scenario = "uma"
    state: State = "average"
    any_base_height: bool = False
    building_height_m: float = 5.0
    street_width_m: float = 20.0

    def __post_init__(self) -> None:
        _known(self.scenario)
        if self.state not in ("los", "nlos", "average"):
            raise RadioError(f"tr38901: state is '{self.state}', expected los, nlos or average; correct it.")
        for name in ("building_height_m", "street_width_m"):
            if not 5.0 <= getattr(self, name) <= 50.0:
                raise RadioError(f"tr38901: {name} is {getattr(self, name)}, expected 5 to 50 m; correct it.")

    @property
    def domain(self) -> Domain:
        base_m, terminal_m, distance_m = _RANGES[self.scenario]
        return Domain(
            f"tr38901 {self.scenario}",
            "3GPP TR 38.901, table 7.4.1-1",
            frequency_hz=(0.5e9, 30e9 if self.scenario == "rma" else 100e9),
            base_height_m=base_m,
            mobile_height_m=terminal_m,
            distance_m=distance_m,
            extended_base_height_m=(3.0, 150.0) if self.any_base_height else None,
        )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        d, f = paths.ground_distance_m, paths.frequency_hz / 1e9
        h_bs, h_ut = paths.base_height_m, paths.mobile_height_m
        if self.scenario == "uma":
            los, nlos = uma_los_loss_db(d, f, h_bs, h_ut), uma_nlos_loss_db(d, f, h_bs, h_ut)
        elif self.scenario == "umi":
            los, nlos = umi_los_loss_db(d, f, h_bs, h_ut), umi_nlos_loss_db(d, f, h_bs, h_ut)
        else:
            h, w = self.building_height_m, self.street_width_m
            los = rma_los_loss_db(d, f, h_bs, h_ut, building_height_m=h)
            nlos = rma_nlos_loss_db(d, f, h_bs, h_ut, building_height_m=h, street_width_m=w)
        if self.state != "average":
            return np.broadcast_to(los if self.state == "los" else nlos, paths.shape)
        share = los_probability(self.scenario, d, h_ut)
        return np.broadcast_to(share * los + (1.0 - share) * nlos, paths.shape)


def _known(scenario: str) -> str:
    if scenario not in ("uma", "umi", "rma"):
        raise RadioError(f"tr38901: scenario is '{scenario}', expected uma, umi or rma; correct it.")
    return scenario
