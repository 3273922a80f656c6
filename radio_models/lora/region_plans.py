"""Helium's region plans: channels, power and PoC data rate of every region that has a plan.

Source: helium/proto `Region` (numbers) and the `region_params/*.json` of Helium's configuration, see
spec/helium-iot.md §4. EU433 is listed there at a tenth of its frequency (43.3175 MHz …): `channels_hz` holds the real
band, in which radios work, `listed_channels_hz` what the protocol knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError

BEACON_PAYLOAD_BYTES = 51
BANDWIDTH_HZ = 125_000
HARDWARE_LIMIT_DBM = 27  # SX1302 reference design; upstream US915 test data carry 27 although the plan allows 34

Spreading = tuple[tuple[int, int], ...]  # (largest packet in bytes, spreading factor), in Helium's order

_US: Spreading = ((25, 10), (67, 9), (139, 8), (256, 7))
_EU: Spreading = ((65, 12), (129, 9), (238, 8))
_REST: Spreading = ((25, 12), (25, 11), (25, 10), (67, 9), (139, 8), (256, 7))


@dataclass(frozen=True, slots=True)
class RegionPlan:
    """What a hotspot may do in one region.

    `name` and `number` are Helium's; frequencies in Hz in Helium's order (a beacon picks its channel by index);
    `hardware_limit_dbm` is the most that a real concentrator conducts, whatever the plan allows.
    """

    name: str
    number: int
    channels_hz: tuple[int, ...]
    max_eirp_dbm: float
    spreading: Spreading
    listed_channels_hz: tuple[int, ...] = ()
    hardware_limit_dbm: int = HARDWARE_LIMIT_DBM

    def __post_init__(self) -> None:
        if not self.listed_channels_hz:
            object.__setattr__(self, "listed_channels_hz", self.channels_hz)

    @property
    def poc_spreading_factor(self) -> int:
        """The first spreading factor in the list whose packets hold the 51 bytes of a beacon.

        >>> REGION_PLANS["EU868"].poc_spreading_factor, REGION_PLANS["US915"].poc_spreading_factor
        (12, 9)
        """
        return next(factor for n_bytes, factor in self.spreading if n_bytes >= BEACON_PAYLOAD_BYTES)

    def conducted_power_dbm(self, gain_dbi: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Conducted power of a beacon by Helium's rule trunc(EIRP − gain) [whole dBm], any shape.

        Raises RadioError where it is negative: such a hotspot can neither build nor have verified a beacon.
        Source: helium/beacon, `Beacon::new`. Not capped by `hardware_limit_dbm`.

        >>> REGION_PLANS["EU868"].conducted_power_dbm([1.2, 2.1]).tolist()
        [14, 14]
        """
        gain_dbi = np.asarray(gain_dbi, np.float64)
        # gains come in tenths; rounding keeps 16.1 − 2.1 from falling below 14
        power_dbm = np.trunc(np.round(self.max_eirp_dbm - gain_dbi, 6))
        wrong = gain_dbi[~(power_dbm >= 0)]
        if wrong.size:
            raise RadioError(
                f"an antenna gain of {wrong.flat[0]:g} dBi leaves no power within the {self.max_eirp_dbm:g} dBm EIRP "
                f"of {self.name}; give gains of at most {self.max_eirp_dbm:g} dBi."
            )
        return power_dbm.astype(np.int64)


def _channels(first_hz: int, count: int, step_hz: int = 200_000) -> tuple[int, ...]:
    return tuple(range(first_hz, first_hz + count * step_hz, step_hz))


_PLANS = (
    RegionPlan("US915", 0, _channels(903_900_000, 8), 36.0, _US),
    RegionPlan("EU868", 1, _channels(867_100_000, 8), 16.1, _EU),
    RegionPlan("EU433", 2, (433_175_000, 433_375_000, 433_575_000), 12.1, _REST, (43_317_500, 43_337_500, 43_357_500)),
    RegionPlan("CN470", 3, _channels(486_300_000, 8), 19.1, _REST),
    RegionPlan("AU915", 5, _channels(916_800_000, 8), 30.0, _REST),
    RegionPlan("AS923-1", 6, _channels(923_200_000, 8), 16.0, _REST),
    RegionPlan("KR920", 7, _channels(922_100_000, 7), 14.0, _REST),
    RegionPlan("IN865", 8, (865_062_500, 865_402_500, 865_985_000), 30.0, _REST),
    RegionPlan("AS923-2", 9, _channels(921_400_000, 8), 16.0, _REST),
    RegionPlan("AS923-3", 10, _channels(916_600_000, 8), 16.0, _REST),
    RegionPlan("AS923-4", 11, _channels(917_300_000, 8), 16.0, _REST),
    RegionPlan("AS923-1B", 12, _channels(922_000_000, 8), 16.0, _REST),
    RegionPlan("CD900-1A", 13, _channels(867_100_000, 8), 16.1, _EU),
    RegionPlan("RU864", 14, (*_channels(864_100_000, 5), 868_900_000, 869_100_000), 16.0, _REST),
    RegionPlan("AU915-SB1", 21, _channels(915_200_000, 8), 30.0, _REST),
    RegionPlan("AS923-1C", 24, _channels(923_200_000, 8), 30.0, _REST),
)

REGION_PLANS: dict[str, RegionPlan] = {plan.name: plan for plan in _PLANS}

UNKNOWN_REGION_NUMBER = 99
REGION_NUMBERS: dict[str, int] = {
    **{plan.name: plan.number for plan in _PLANS},
    "CN779": 4,
    "EU868-A": 15,
    "EU868-B": 16,
    "EU868-C": 17,
    "EU868-D": 18,
    "EU868-E": 19,
    "EU868-F": 20,
    "AU915-SB2": 22,
    "AS923-1A": 23,
    "AS923-1D": 25,
    "AS923-1E": 26,
    "AS923-1F": 27,
    "UNKNOWN": UNKNOWN_REGION_NUMBER,
}
