"""Log-distance fits that others measured with LoRa, as printed in their papers.

Every fit on received packets alone is too flat, because the weak ones are missing; `notes` says what else to mind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from radio_models.domain import ANY, Domain, Range
from radio_models.elementwise import evaluate
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape
from radio_models.log_distance import slope_formula
from radio_models.paths import Paths


@dataclass(frozen=True, slots=True)
class Fit:
    """Loss [dB] = reference_loss_db + 10 exponent lg(d / reference_distance_m) − height_slope_db lg(mobile height).

    `sigma_db` is the printed spread around the fit, None where none was printed.
    """

    reference_loss_db: float
    reference_distance_m: float
    exponent: float
    sigma_db: float | None
    source: str
    notes: str
    height_slope_db: float = 0.0
    distance_m: Range = ANY


_EU868: Range = (863e6, 870e6)

LORA_FITS: dict[str, Fit] = {
    "oulu-car": Fit(128.95, 1e3, 2.32, 7.8, "Petäjäjärvi et al., ITST 2015", "gateway 24 m, car on land, 868 MHz"),
    "oulu-boat": Fit(126.43, 1e3, 1.76, 8.0, "Petäjäjärvi et al., ITST 2015", "gateway 24 m, boat on water, 868 MHz"),
    "lorasim-built-up": Fit(
        127.41, 40.0, 2.08, 3.57, "Bor et al., MSWiM 2016", "64 dB above free space at 40 m: indoors, not for outdoors"
    ),
    "dortmund-urban": Fit(132.25, 1e3, 2.65, None, "Jörke et al., ICT 2017", "868 MHz, urban"),
    "ghent-coast": Fit(
        74.85, 1.0, 2.75, None, "Callebaut and Van der Perre, 2019", "near-ground devices; 157 dB at 1 km"
    ),
    "beirut-urban": Fit(
        120.86,
        1e3,
        4.18,
        None,
        "El Chall, Lahoud and El Helou, IEEE IoT Journal 2019",
        "the height is the device's, not the gateway's",
        height_slope_db=6.3,
    ),
    "bonn-trucks": Fit(
        132.48, 1e3, 1.60, 9.8, "mclab-hbrs/lora-bonn, 2021", "gateways 12–55 m, received packets only: slope too small"
    ),
    "ns3-lorawan": Fit(7.7, 1.0, 3.76, None, "signetlabdei/lorawan for ns-3", "a default, not a measurement"),
}


@dataclass(frozen=True, slots=True)
class LoraEmpirical:
    """One of `LORA_FITS` by name; the lower antenna of a link is the device.

    >>> paths = Paths(distance_m=1000.0, frequency_hz=868e6, tx_height_m=24.0, rx_height_m=2.0)
    >>> LoraEmpirical("oulu-car").loss_db(paths).tolist()
    128.95
    """

    fit: str = "oulu-car"

    def __post_init__(self) -> None:
        if self.fit not in LORA_FITS:
            raise RadioError(
                f"lora-empirical: fit is '{self.fit}', expected one of {', '.join(LORA_FITS)}; correct it."
            )

    @property
    def domain(self) -> Domain:
        fit = LORA_FITS[self.fit]
        return Domain(f"lora-empirical {self.fit}", fit.source, frequency_hz=_EU868, distance_m=fit.distance_m)

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        fit = LORA_FITS[self.fit]
        start_db: ArrayLike = fit.reference_loss_db
        if fit.height_slope_db:
            start_db = fit.reference_loss_db - fit.height_slope_db * np.log10(paths.mobile_height_m)
        line = fit.exponent, fit.reference_distance_m
        loss_db = evaluate(slope_formula, start_db, paths.distance_m, settings=line)
        return in_shape(loss_db, paths.shape)
