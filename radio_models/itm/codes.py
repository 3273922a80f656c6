"""What the words in a result mean: NTIA's return codes, warning flags and modes of propagation.

Source: NTIA, Irregular Terrain Model, public repository NTIA/itm, `ERRORS_AND_WARNINGS.md`.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class ReturnCode(IntEnum):
    """How the computation of one link ended; from 1000 on there is no loss (`loss_db` is +inf).

    >>> ReturnCode(1009).name
    'FREQUENCY'
    """

    SUCCESS = 0
    SUCCESS_WITH_WARNINGS = 1
    TX_HEIGHT = 1000
    RX_HEIGHT = 1001
    CLIMATE = 1002
    TIME = 1003
    LOCATION = 1004
    SITUATION = 1005
    SURFACE_REFRACTIVITY = 1008
    FREQUENCY = 1009
    POLARIZATION = 1010
    RELATIVE_PERMITTIVITY = 1011
    CONDUCTIVITY = 1012
    GROUND_IMPEDANCE = 1013  # its imaginary part is not below its real part
    MDVAR = 1014
    EFFECTIVE_EARTH = 1016  # effective earth radius outside 4000 … 13333.333 km
    PATH_DISTANCE = 1017
    DELTA_H = 1018
    TX_SITING_CRITERIA = 1019
    RX_SITING_CRITERIA = 1020
    REFRACTIVITY_AT_PATH_SMALL = 1021  # below 150 N-units at the height of the path
    REFRACTIVITY_AT_PATH_LARGE = 1022  # above 400 N-units at the height of the path
    ELEVATION_NOT_FINITE = 1900  # ours, not NTIA's: a NaN or an infinity in the profile of this link


class WarningFlag(IntFlag):
    """Reasons to take the loss of a link with care; they combine by bitwise or.

    >>> WarningFlag(0x0044).name
    'FREQUENCY|PATH_BELOW_1_KM'
    """

    TX_HEIGHT = 0x0001  # outside 1 … 1000 m
    RX_HEIGHT = 0x0002
    FREQUENCY = 0x0004  # outside 40 … 10,000 MHz
    PATH_ABOVE_1000_KM = 0x0008
    PATH_ABOVE_2000_KM = 0x0010
    PATH_STEEP = 0x0020  # effective heights differ by more than a fifth of the path
    PATH_BELOW_1_KM = 0x0040
    TX_HORIZON_ANGLE = 0x0080  # beyond 0.2 rad: the small-angle approximations suffer
    RX_HORIZON_ANGLE = 0x0100
    TX_HORIZON_NEAR = 0x0200  # below a tenth of the smooth-earth horizon distance
    RX_HORIZON_NEAR = 0x0400
    TX_HORIZON_FAR = 0x0800  # above three times the smooth-earth horizon distance
    RX_HORIZON_FAR = 0x1000
    EXTREME_VARIABILITY = 0x2000  # a quantile more than 3.1 standard deviations out
    REFRACTIVITY_AT_PATH = 0x4000  # 150 … 250 N-units at the height of the path


class Mode(IntEnum):
    """Which method gave the reference attenuation; not a statement about the geometry of the path.

    >>> Mode(2).name
    'DIFFRACTION'
    """

    NONE = 0
    LINE_OF_SIGHT = 1
    DIFFRACTION = 2
    TROPOSCATTER = 3
