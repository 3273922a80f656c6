"""Distance as the L1 chain measured it: Vincenty on WGS84 between cell centres, less half a cell on either side.

Source: helium/blockchain-core 0fc794e (2023-04-13) `blockchain_utils.erl`, `spec/helium-iot.md` §12.4; T. Vincenty,
"Direct and inverse solutions of geodesics on the ellipsoid", Survey Review 23 (1975). Edge lengths are those of H3 3.x.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from maps.grid import are_valid, coordinates_from_cells, resolutions

Floats = npt.NDArray[np.float64]

SAME_CELL_KM, FAILED_KM = 0.001, 1000.0
_MAJOR_M, _FLATTENING = 6_378_137.0, 1 / 298.257223563
_MINOR_M = _MAJOR_M * (1 - _FLATTENING)
#: Mean edge [km] of H3 3.x by resolution 0 to 15.
_EDGE_KM = np.array(
    [1107.712591, 418.6760055, 158.2446558, 59.81085794, 22.6063794, 8.544408276, 3.229482772, 1.220629759,
     0.461354684, 0.174375668, 0.065907807, 0.024910561, 0.009415526, 0.003559893, 0.001348575, 0.000509713]
)  # fmt: skip
_HALF_CELL_OF_EDGE = 1.732 / 2


def legacy_distance_km(cell_1: npt.NDArray[np.uint64], cell_2: npt.NDArray[np.uint64]) -> Floats:
    """Distance [km] of pairs of asserted cells; 0.001 for the same cell, 1000 where it cannot be computed.

    >>> cells = np.array([631615575095659519, 631615576056478207], np.uint64)
    >>> legacy_distance_km(cells, cells[[1, 1]]).round(1).tolist()
    [22.7, 0.0]
    """
    distance_km = np.full(len(cell_1), FAILED_KM)
    usable = np.flatnonzero(are_valid(cell_1) & are_valid(cell_2))
    if len(usable):
        a, b = cell_1[usable], cell_2[usable]
        apart_m = vincenty_m(*coordinates_from_cells(a), *coordinates_from_cells(b))
        half_cells_km = (_EDGE_KM[resolutions(a)] + _EDGE_KM[resolutions(b)]) * _HALF_CELL_OF_EDGE
        km = np.where(np.isnan(apart_m), FAILED_KM, apart_m / 1000.0 - half_cells_km)
        distance_km[usable] = np.where(a == b, SAME_CELL_KM, km)
    return distance_km


def vincenty_m(
    latitude_1_deg: Floats, longitude_1_deg: Floats, latitude_2_deg: Floats, longitude_2_deg: Floats
) -> Floats:
    """Length of the geodesic on WGS84 [m] by Vincenty's inverse formula; NaN where it does not converge.

    >>> place = np.array([50.0]), np.array([8.0])
    >>> vincenty_m(*place, *place)
    array([0.])
    """
    u_1, u_2 = (np.arctan((1 - _FLATTENING) * np.tan(np.radians(deg))) for deg in (latitude_1_deg, latitude_2_deg))
    difference = np.radians(longitude_2_deg - longitude_1_deg)
    sin_1, cos_1, sin_2, cos_2 = np.sin(u_1), np.cos(u_1), np.sin(u_2), np.cos(u_2)
    turned, settled = difference.copy(), np.zeros(len(difference), bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(200):
            sin_l, cos_l = np.sin(turned), np.cos(turned)
            sin_s = np.hypot(cos_2 * sin_l, cos_1 * sin_2 - sin_1 * cos_2 * cos_l)
            cos_s = sin_1 * sin_2 + cos_1 * cos_2 * cos_l
            sigma = np.arctan2(sin_s, cos_s)
            sin_a = np.where(sin_s == 0, 0.0, cos_1 * cos_2 * sin_l / sin_s)
            cos2_a = 1 - sin_a**2
            cos_2m = np.where(cos2_a == 0, 0.0, cos_s - 2 * sin_1 * sin_2 / cos2_a)
            c = _FLATTENING / 16 * cos2_a * (4 + _FLATTENING * (4 - 3 * cos2_a))
            bent = sigma + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m**2 - 1))
            after = difference + (1 - c) * _FLATTENING * sin_a * bent
            settled = np.abs(after - turned) < 1e-12
            turned = after
            if settled.all():
                break
        u2 = cos2_a * (_MAJOR_M**2 - _MINOR_M**2) / _MINOR_M**2
        big_a = 1 + u2 / 16384 * (4096 + u2 * (u2 * (320 - 175 * u2) - 768))
        big_b = u2 / 1024 * (256 + u2 * (u2 * (74 - 47 * u2) - 128))
        inner = cos_s * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
        return np.where(settled, _MINOR_M * big_a * (sigma - big_b * sin_s * (cos_2m + big_b / 4 * inner)), np.nan)
