"""Short paths outdoors: the site-general models of Recommendation ITU-R P.1411-12, sections 4.1.1 and 4.2.1.

Distances are straight lines between the antennas, as in the Recommendation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import ArrayLike

from radio_models.domain import Domain, Range
from radio_models.elementwise import evaluate, log10, part
from radio_models.errors import RadioError
from radio_models.floats import Floats, in_shape, positive
from radio_models.paths import Paths

Environment = Literal[
    "street-los",
    "street-nlos-high-rise",
    "street-nlos-low-rise",
    "street-nlos-residential",
    "rooftop-los",
    "rooftop-nlos-high-rise",
]


@dataclass(frozen=True, slots=True)
class Coefficients:
    """One row of the tables of sections 4.1.1 and 4.2.1; `sigma_db` is the spread around the median."""

    alpha: float
    beta: float
    gamma: float
    sigma_db: float
    frequency_ghz: Range
    distance_m: Range


SITE_GENERAL: dict[str, Coefficients] = {
    "street-los": Coefficients(2.12, 29.2, 2.11, 5.06, (0.8, 82.0), (5.0, 660.0)),
    "street-nlos-high-rise": Coefficients(4.00, 10.2, 2.36, 7.60, (0.8, 82.0), (30.0, 715.0)),
    "street-nlos-low-rise": Coefficients(5.06, -4.68, 2.02, 9.33, (10.0, 73.0), (30.0, 250.0)),
    "street-nlos-residential": Coefficients(3.01, 18.8, 2.07, 3.07, (0.8, 73.0), (30.0, 170.0)),
    "rooftop-los": Coefficients(2.29, 28.6, 1.96, 3.48, (2.2, 73.0), (55.0, 1200.0)),
    "rooftop-nlos-high-rise": Coefficients(4.39, -6.27, 2.30, 6.89, (2.2, 66.5), (260.0, 1200.0)),
}


def site_general_loss_db(distance_m: ArrayLike, frequency_ghz: ArrayLike, environment: Environment) -> Floats:
    """Median basic transmission loss [dB], any shapes that broadcast; both ends may be swapped.

    `street-…`: both stations below the roofs; `rooftop-…`: one above. RadioError for an unknown environment.

    >>> site_general_loss_db(100.0, 2.4, "street-los").round(3).item()
    79.622
    """
    row = _row(environment)
    link = positive(distance_m=distance_m, frequency_ghz=frequency_ghz)
    return evaluate(_site_general, *link, settings=(row.alpha, row.beta, row.gamma))


@part
def _site_general(d: Any, f: Any, alpha: float, beta: float, gamma: float) -> Any:
    return 10.0 * alpha * log10(d) + beta + 10.0 * gamma * log10(f)


@dataclass(frozen=True, slots=True)
class P1411:
    """P.1411 site-general for one kind of street.

    >>> paths = Paths(distance_m=100.0, frequency_hz=868e6, tx_height_m=5.0, rx_height_m=3.0)
    >>> P1411("street-los").loss_db(paths).round(2).item()
    70.3
    """

    environment: Environment = "street-los"

    def __post_init__(self) -> None:
        _row(self.environment)

    @property
    def domain(self) -> Domain:
        row = _row(self.environment)
        return Domain(
            f"p1411 {self.environment}",
            "ITU-R P.1411-12",
            frequency_hz=(row.frequency_ghz[0] * 1e9, row.frequency_ghz[1] * 1e9),
            distance_m=row.distance_m,
        )

    def loss_db(self, paths: Paths) -> Floats:
        """Loss [dB] in the shape of `paths`."""
        row = _row(self.environment)
        loss_db = evaluate(_path, paths.distance_m, paths.frequency_hz, settings=(row.alpha, row.beta, row.gamma))
        return in_shape(loss_db, paths.shape)


def _path(d: Any, f_hz: Any, alpha: float, beta: float, gamma: float) -> Any:
    return _site_general(d, f_hz * 1e-9, alpha, beta, gamma)


def _row(environment: str) -> Coefficients:
    if environment not in SITE_GENERAL:
        raise RadioError(
            f"p1411: environment is '{environment}', expected one of {', '.join(SITE_GENERAL)}; correct it."
        )
    return SITE_GENERAL[environment]
