"""Hotspots as they are sold: the gain of the antenna in the box, which depends on the band.

Source: the gains that Helium's own chain knew, a comment of `include/blockchain_vars.hrl` in helium/blockchain-core
(commit 5873aa4). The radios differ by less than their mounting does, so a preset says nothing of them.
"""

from __future__ import annotations

from radio_models.errors import RadioError

#: device → gain [dBi] at 902–928 MHz and at 863–870 MHz
DEVICES = {
    "helium": (1.2, 2.3),
    "rak-v2": (2.3, 2.8),
    "nebra-outdoor": (3.0, 3.0),
    "bobcat-300": (4.0, 4.0),
    "syncrobit": (1.2, 2.3),
}
_BANDS_MHZ = ((902.0, 928.0), (863.0, 870.0))


def gain_in_the_box_dbi(device: str, frequency_mhz: float) -> float:
    """Gain [dBi] of the antenna that a device is sold with, in the band of a frequency.

    Raises RadioError for a device that is not in DEVICES and for a band in which its gain is not known.

    >>> gain_in_the_box_dbi("rak-v2", 868.0), gain_in_the_box_dbi("rak-v2", 915.0)
    (2.8, 2.3)
    """
    if device not in DEVICES:
        raise RadioError(f"no device is called '{device}', expected one of {', '.join(DEVICES)}; or give the gain.")
    for gain_dbi, (low_mhz, high_mhz) in zip(DEVICES[device], _BANDS_MHZ, strict=True):
        if low_mhz <= frequency_mhz <= high_mhz:
            return gain_dbi
    raise RadioError(
        f"the gain of '{device}' is not known at {frequency_mhz:g} MHz, expected 863 to 870 or 902 to 928 MHz; "
        "give the gain."
    )
