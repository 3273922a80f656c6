"""What a device and a region leave open of a site, by their presets."""

from __future__ import annotations

from dataclasses import dataclass

from poc.errors import DataError, did_you_mean
from radio_models.errors import RadioError
from radio_models.lora.devices import gain_in_the_box_dbi
from radio_models.lora.region_plans import REGION_PLANS

_GAIN_DBI, _POWER_DBM, _FREQUENCY_MHZ = 3.0, 14.0, 868.0


@dataclass(frozen=True, slots=True)
class SitePreset:
    """Gain [dBi], conducted power [dBm] and frequency [Hz] of a site."""

    gain_dbi: float
    power_dbm: float
    frequency_hz: float


def site_preset(
    device: str, region: str, gain_dbi: float | None, power_dbm: float | None, frequency_mhz: float | None
) -> SitePreset:
    """What was given, else what the region and the device say, else a European hotspot of 3 dBi.

    A region sets the middle of its channels and Helium's whole conducted power; a device only ever sets the gain, and
    needs the region or a frequency, since its antenna depends on the band. Raises DataError for unknown names.

    >>> site_preset("rak-v2", "EU868", None, None, None)
    SitePreset(gain_dbi=2.8, power_dbm=13.0, frequency_hz=867800000.0)
    """
    if region and region not in REGION_PLANS:
        raise DataError(f"no region is called '{region}': {did_you_mean(region, REGION_PLANS)}")
    if device and not region and frequency_mhz is None:
        raise DataError(
            f"the device '{device}' has another antenna in each band; add --region, such as EU868 or US915."
        )
    plan = REGION_PLANS[region] if region else None
    if frequency_mhz is None:
        frequency_mhz = sum(plan.channels_hz) / len(plan.channels_hz) / 1e6 if plan else _FREQUENCY_MHZ
    try:
        if gain_dbi is None:
            gain_dbi = gain_in_the_box_dbi(device, frequency_mhz) if device else _GAIN_DBI
        if power_dbm is None:
            power_dbm = _POWER_DBM
            if plan:
                power_dbm = min(float(plan.conducted_power_dbm(gain_dbi)), float(plan.hardware_limit_dbm))
    except RadioError as error:
        raise DataError(str(error)) from error
    return SitePreset(gain_dbi, power_dbm, frequency_mhz * 1e6)
