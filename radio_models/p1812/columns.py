"""The columns of P.1812: what is given, what a profile yields, what comes out, and the range of every input."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radio_models.floats import Floats

# name: (lowest, highest, unit), from P.1812-6 §1 and Annex 1 Table 1; what it leaves open is as wide as the Earth.
PARAMETER_RANGES: dict[str, tuple[float, float, str]] = {
    "frequency_ghz": (0.03, 6.0, "GHz"),
    "time_pct": (1.0, 50.0, "%"),
    "location_pct": (1.0, 99.0, "%"),
    "tx_height_m": (1.0, 3000.0, "m above ground"),
    "rx_height_m": (1.0, 3000.0, "m above ground"),
    "polarization": (0.0, 1.0, "(0 horizontal, 1 vertical)"),
    "latitude_deg": (-90.0, 90.0, "degrees"),
    "refractivity_lapse": (0.0, 156.0, "N-units/km"),
    "surface_refractivity": (1.0, 1000.0, "N-units"),
    "tx_coast_distance_km": (0.0, 40_000.0, "km"),
    "rx_coast_distance_km": (0.0, 40_000.0, "km"),
    "resolution_m": (0.0, 10_000.0, "m"),
}
PROFILE_RANGES: dict[str, tuple[float, float, str]] = {
    "distance_km": (0.0, 20_040.0, "km, from 0 and strictly increasing"),
    "elevation_m": (-1000.0, 10_000.0, "m above sea level"),
    "clutter_height_m": (0.0, 1000.0, "m above ground"),
    "zone": (1.0, 4.0, "(1 sea, 3 coastal land, 4 inland)"),
}
RANGES = PROFILE_RANGES | PARAMETER_RANGES
PROBLEM_BITS: dict[str, int] = {name: 1 << position for position, name in enumerate(RANGES)}
DOMAIN_KM = (0.25, 3000.0)
FEWEST_POINTS = 5

GIVEN = np.dtype([(name, np.float64) for name in PARAMETER_RANGES])

GEOMETRY = np.dtype(
    [
        (name, np.float64)
        for name in (
            "distance_km",
            "tx_amsl_m",
            "rx_amsl_m",
            "tx_ends_at_sea",
            "rx_ends_at_sea",
            "rx_clutter_m",
            "longest_land_km",
            "longest_inland_km",
            "sea_fraction",
            "effective_earth_radius_km",
            "beyond_horizon",
            "tx_horizon_slope",
            "rx_horizon_slope",
            "tx_horizon_distance_km",
            "rx_horizon_distance_km",
            "tx_smooth_height_m",
            "rx_smooth_height_m",
            "tx_effective_height_m",
            "rx_effective_height_m",
            "roughness_m",
        )
    ]
    # rows: over terrain, over smooth Earth; the same at β0. columns: highest slope from tx, from rx, highest parameter
    + [("edges", np.float64, (4, 3))]
)

LIMITS = np.dtype(
    [
        ("distance_high_km", np.float64),
        ("elevation_low_m", np.float64),
        ("elevation_high_m", np.float64),
        ("clutter_high_m", np.float64),
        ("distance_bit", np.int64),
        ("elevation_bit", np.int64),
        ("clutter_bit", np.int64),
        ("zone_bit", np.int64),
    ]
)


def limits_record() -> Any:
    """The ranges of the profiles and their problem bits, as the compiled passes read them."""
    low_m, high_m, _ = RANGES["elevation_m"]
    bits = [PROBLEM_BITS[name] for name in PROFILE_RANGES]
    row = (RANGES["distance_km"][1], low_m, high_m, RANGES["clutter_height_m"][1], *bits)
    return np.rec.array([row], dtype=LIMITS)[0]


@dataclass(frozen=True)
class BasicTransmissionLoss:
    """What P.1812 finds for each link: arrays of the shape the inputs broadcast to (0-dimensional for one link).

    `return_code` is 0 where all went well, else a sum of `PROBLEM_BITS`; such a link has +inf in every float column, so
    that nothing is heard over it. `outside_domain` marks paths shorter than 0.25 km or longer than 3000 km: computed,
    but beyond what the Recommendation was made for. Symbols and equations are those of ITU-R P.1812-6, Annex 1. Used
    where an array is expected, the value is `loss_db`.
    """

    return_code: NDArray[np.int64]
    outside_domain: NDArray[np.bool_]
    loss_db: Floats  # Lb, basic transmission loss not exceeded for the given time and locations (69)
    free_space_db: Floats  # Lbfs (8)
    line_of_sight_db: Floats  # Lb0p, with multipath and focusing at time_pct (10)
    line_of_sight_beta0_db: Floats  # Lb0β, the same at β0 % (11)
    diffraction_median_db: Floats  # Ld50, delta-Bullington at the median earth radius (39)
    diffraction_db: Floats  # Ldp, at time_pct (41)
    diffraction_path_db: Floats  # Lbd, line of sight plus diffraction at time_pct (43)
    troposcatter_db: Floats  # Lbs (44)
    ducting_db: Floats  # Lba, ducting and layer reflection (46)
    half_of_locations_db: Floats  # Lbc, at time_pct and 50 % of locations (63)
    location_sigma_db: Floats  # σloc, standard deviation over locations (66)
    beta0_pct: Floats  # β0, time with refractive lapse above 100 N-units/km (5)
    effective_earth_radius_km: Floats  # ae (7a)
    angular_distance_mrad: Floats  # θ (84)
    tx_horizon_angle_mrad: Floats  # θt (79)
    rx_horizon_angle_mrad: Floats  # θr (81), (82)
    tx_horizon_distance_km: Floats  # dlt (80)
    rx_horizon_distance_km: Floats  # dlr (83)
    tx_smooth_height_m: Floats  # hstd, smooth surface under the transmitter for diffraction (91)
    rx_smooth_height_m: Floats  # hsrd
    tx_effective_height_m: Floats  # hte, for ducting (94a)
    rx_effective_height_m: Floats  # hre (94b)
    roughness_m: Floats  # hm (95)
    sea_fraction: Floats  # ω (1)
    longest_land_km: Floats  # dtm
    longest_inland_km: Floats  # dlm

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> Floats:
        return np.array(self.loss_db, dtype=dtype, copy=copy)


FOUND = np.dtype([(f.name, np.float64) for f in fields(BasicTransmissionLoss) if f.type == Floats])
