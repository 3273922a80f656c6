"""3GPP urban macro, urban micro street canyon and rural macro: medians, LOS probability, shadow spread.

Source: 3GPP TR 38.901 V17, tables 7.4.1-1 (path loss, sigma) and 7.4.2-1 (LOS probability). Distances `d_2d` along
the ground and `d_3d` between the antennas [m], frequency [GHz], base `h_bs` and terminal `h_ut` [m]; any shapes that
broadcast.
Break points use the exact speed of light; the note in the standard that says 3e8 moves losses beyond them by 0.005 dB.
PL1(d_BP) of rural macro is read with d_3D = d_BP, as the table prints it; programs that take the distance between the
antennas above that point of the ground differ by 0.005 dB (35 m, 868 MHz).

Every formula and constant was compared with a digest of ns-3's and Sionna's code, rural macro with two more public
programs that cite these tables. The text of the standard itself was not at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import Domain, Range
from radio_models.elementwise import choose, evaluate, exponential, larger, log10, part, smaller
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape, non_negative, positive
from radio_models.free_space import SPEED_OF_LIGHT_M_PER_S
from radio_models.paths import Paths

Scenario = Literal["uma", "umi", "rma"]
State = Literal["los", "nlos", "average"]


@part
def _d_3d(d_2d_m: Any, h_bs_m: Any, h_ut_m: Any) -> Any:
    return np.sqrt(d_2d_m**2 + (h_bs_m - h_ut_m) ** 2)


@part
def _urban_break_m(frequency_ghz: Any, h_bs_m: Any, h_ut_m: Any, h_e: Any) -> Any:
    # terminals below the effective environment have no break point of their own; a centimetre keeps the numbers finite
    heights = larger(h_bs_m - h_e, 0.01) * larger(h_ut_m - h_e, 0.01)
    return 4.0 * heights * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_PER_S


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
    link = _link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m)
    return evaluate(_uma_los, *link, *positive(environment_height_m=environment_height_m))


@part
def _uma_los(d: Any, f: Any, h_bs: Any, h_ut: Any, h_e: Any) -> Any:
    lg_d, lg_f = log10(_d_3d(d, h_bs, h_ut)), log10(f)
    break_m = _urban_break_m(f, h_bs, h_ut, h_e)
    near = 28.0 + 22.0 * lg_d + 20.0 * lg_f
    far = 28.0 + 40.0 * lg_d + 20.0 * lg_f - 9.0 * log10(break_m**2 + (h_bs - h_ut) ** 2)
    return choose(d <= break_m, near, far)


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
    link = _link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m)
    return evaluate(_uma_nlos, *link, *positive(environment_height_m=environment_height_m))


@part
def _uma_nlos(d: Any, f: Any, h_bs: Any, h_ut: Any, h_e: Any) -> Any:
    blocked = 13.54 + 39.08 * log10(_d_3d(d, h_bs, h_ut)) + 20.0 * log10(f) - 0.6 * (h_ut - 1.5)
    return larger(_uma_los(d, f, h_bs, h_ut, h_e), blocked)


def umi_los_loss_db(
    d_2d_m: ArrayLike, frequency_ghz: ArrayLike, h_bs_m: ArrayLike = 10.0, h_ut_m: ArrayLike = 1.5
) -> Floats:
    """Urban micro, street canyon, with line of sight [dB].

    >>> umi_los_loss_db(100.0, 2.0).round(3).item()
    80.453
    """
    return evaluate(_umi_los, *_link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m))


@part
def _umi_los(d: Any, f: Any, h_bs: Any, h_ut: Any) -> Any:
    lg_d, lg_f = log10(_d_3d(d, h_bs, h_ut)), log10(f)
    break_m = _urban_break_m(f, h_bs, h_ut, 1.0)
    near = 32.4 + 21.0 * lg_d + 20.0 * lg_f
    far = 32.4 + 40.0 * lg_d + 20.0 * lg_f - 9.5 * log10(break_m**2 + (h_bs - h_ut) ** 2)
    return choose(d <= break_m, near, far)


def umi_nlos_loss_db(
    d_2d_m: ArrayLike, frequency_ghz: ArrayLike, h_bs_m: ArrayLike = 10.0, h_ut_m: ArrayLike = 1.5
) -> Floats:
    """Urban micro, street canyon, without line of sight [dB], never less than with it.

    >>> umi_nlos_loss_db(100.0, 2.0).round(3).item()
    99.467
    """
    return evaluate(_umi_nlos, *_link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m))


@part
def _umi_nlos(d: Any, f: Any, h_bs: Any, h_ut: Any) -> Any:
    blocked = 35.3 * log10(_d_3d(d, h_bs, h_ut)) + 22.4 + 21.3 * log10(f) - 0.3 * (h_ut - 1.5)
    return larger(_umi_los(d, f, h_bs, h_ut), blocked)


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
    link = _link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m)
    return evaluate(_rma_los, *link, *positive(building_height_m=building_height_m))


@part
def _rma_near(d_3d: Any, f: Any, h: Any) -> Any:
    rise = h**1.72
    slope_db, start_db = smaller(0.03 * rise, 10.0), smaller(0.044 * rise, 14.77)
    free_db = 20.0 * log10(40.0 * np.pi * d_3d * f / 3.0)
    return free_db + slope_db * log10(d_3d) - start_db + 0.002 * log10(h) * d_3d


@part
def _rma_los(d: Any, f: Any, h_bs: Any, h_ut: Any, h: Any) -> Any:
    d_3d = _d_3d(d, h_bs, h_ut)
    break_m = 2.0 * np.pi * h_bs * h_ut * f * 1e9 / SPEED_OF_LIGHT_M_PER_S
    return choose(d <= break_m, _rma_near(d_3d, f, h), _rma_near(break_m, f, h) + 40.0 * log10(d_3d / break_m))


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
    town = positive(building_height_m=building_height_m, street_width_m=street_width_m)
    return evaluate(_rma_nlos, *_link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m), *town)


@part
def _rma_nlos(d: Any, f: Any, h_bs: Any, h_ut: Any, h: Any, street_width_m: Any) -> Any:
    lg_bs = log10(h_bs)
    blocked = (
        161.04
        - 7.1 * log10(street_width_m)
        + 7.5 * log10(h)
        - (24.37 - 3.7 * (h / h_bs) ** 2) * lg_bs
        + (43.42 - 3.1 * lg_bs) * (log10(_d_3d(d, h_bs, h_ut)) - 3.0)
        + 20.0 * log10(f)
        - (3.2 * log10(11.75 * h_ut) ** 2 - 4.97)
    )
    return larger(_rma_los(d, f, h_bs, h_ut, h), blocked)


def los_probability(scenario: Scenario, d_2d_m: ArrayLike, h_ut_m: ArrayLike = 1.5) -> Floats:
    """Probability of line of sight; `h_ut_m` matters for urban macro alone, where it counts from 13 to 23 m.

    From 18 to 18.5 m the table's formula passes 1, by up to 0.0065, for terminals above 13 m; 1 is the most given here.

    >>> los_probability("uma", [10.0, 100.0]).round(4).tolist()
    [1.0, 0.3477]
    """
    formula: Any = {"uma": _uma_sight, "umi": _umi_sight, "rma": _rma_sight}[_known(scenario)]
    return evaluate(formula, *non_negative(d_2d_m=d_2d_m), *positive(h_ut_m=h_ut_m))


@part
def _urban_sight(far: Any, scale_m: float) -> Any:
    return 18.0 / far + exponential(-far / scale_m) * (1.0 - 18.0 / far)


@part
def _uma_sight(d: Any, h_ut: Any) -> Any:
    far = larger(d, 18.0)
    lifted = smaller(larger(h_ut - 13.0, 0.0), 10.0) / 10.0
    gain = 1.0 + lifted * np.sqrt(lifted) * 1.25 * (far / 100.0) ** 3 * exponential(-far / 150.0)
    return choose(d <= 18.0, 1.0, smaller(_urban_sight(far, 63.0) * gain, 1.0))


@part
def _umi_sight(d: Any, h_ut: Any) -> Any:
    return choose(d <= 18.0, 1.0, _urban_sight(larger(d, 18.0), 36.0)) + 0.0 * h_ut


@part
def _rma_sight(d: Any, h_ut: Any) -> Any:
    return exponential(-(larger(d, 10.0) - 10.0) / 1000.0) + 0.0 * h_ut


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
    if state not in ("los", "nlos"):
        raise RadioError(f"tr38901: state is '{state}', expected los or nlos; correct it.")
    d, f, h_bs, h_ut = _link(d_2d_m, frequency_ghz, h_bs_m, h_ut_m)
    shape = np.broadcast_shapes(d.shape, f.shape, h_bs.shape, h_ut.shape)
    if (_known(scenario), state) in _SIGMA_DB:
        return np.full(shape, _SIGMA_DB[scenario, state])
    break_m = 2.0 * np.pi * h_bs * h_ut * f * 1e9 / SPEED_OF_LIGHT_M_PER_S
    return in_shape(np.where(d <= break_m, 4.0, 6.0), shape)


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
        columns = paths.distance_m, paths.frequency_hz, paths.tx_height_m, paths.rx_height_m
        formula: Any = {"uma": _uma, "umi": _umi, "rma": _rma}[self.scenario]
        town = (self.building_height_m, self.street_width_m) if self.scenario == "rma" else ()
        loss_db = evaluate(formula, *columns, settings=(*town, self.state == "los", self.state == "nlos"))
        return in_shape(loss_db, paths.shape)


@part
def _along_ground(d_3d: Any, h_bs: Any, h_ut: Any) -> Any:
    """As `Paths.ground_distance_m`."""
    return np.sqrt(larger(d_3d**2 - (h_bs - h_ut) ** 2, 1.0))


def _uma(d_3d: Any, f_hz: Any, tx: Any, rx: Any, los: bool, nlos: bool) -> Any:
    h_bs, h_ut, f = larger(tx, rx), smaller(tx, rx), f_hz / 1e9
    d = _along_ground(d_3d, h_bs, h_ut)
    if los:
        return _uma_los(d, f, h_bs, h_ut, 1.0)
    if nlos:
        return _uma_nlos(d, f, h_bs, h_ut, 1.0)
    share = _uma_sight(d, h_ut)
    return share * _uma_los(d, f, h_bs, h_ut, 1.0) + (1.0 - share) * _uma_nlos(d, f, h_bs, h_ut, 1.0)


def _umi(d_3d: Any, f_hz: Any, tx: Any, rx: Any, los: bool, nlos: bool) -> Any:
    h_bs, h_ut, f = larger(tx, rx), smaller(tx, rx), f_hz / 1e9
    d = _along_ground(d_3d, h_bs, h_ut)
    if los:
        return _umi_los(d, f, h_bs, h_ut)
    if nlos:
        return _umi_nlos(d, f, h_bs, h_ut)
    share = _umi_sight(d, h_ut)
    return share * _umi_los(d, f, h_bs, h_ut) + (1.0 - share) * _umi_nlos(d, f, h_bs, h_ut)


def _rma(d_3d: Any, f_hz: Any, tx: Any, rx: Any, building_m: float, street_m: float, los: bool, nlos: bool) -> Any:
    h_bs, h_ut, f = larger(tx, rx), smaller(tx, rx), f_hz / 1e9
    d = _along_ground(d_3d, h_bs, h_ut)
    if los:
        return _rma_los(d, f, h_bs, h_ut, building_m)
    if nlos:
        return _rma_nlos(d, f, h_bs, h_ut, building_m, street_m)
    share, blocked = _rma_sight(d, h_ut), _rma_nlos(d, f, h_bs, h_ut, building_m, street_m)
    return share * _rma_los(d, f, h_bs, h_ut, building_m) + (1.0 - share) * blocked


def _link(d_2d_m: ArrayLike, frequency_ghz: ArrayLike, h_bs_m: ArrayLike, h_ut_m: ArrayLike) -> list[Floats]:
    """The arguments that all losses share, checked together."""
    link = non_negative(d_2d_m=d_2d_m, frequency_ghz=frequency_ghz, h_bs_m=h_bs_m, h_ut_m=h_ut_m)
    positive(frequency_ghz=frequency_ghz, h_bs_m=h_bs_m, h_ut_m=h_ut_m)
    return link


def _known(scenario: str) -> str:
    if scenario not in ("uma", "umi", "rma"):
        raise RadioError(f"tr38901: scenario is '{scenario}', expected uma, umi or rma; correct it.")
    return scenario
