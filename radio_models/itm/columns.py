"""Which column of the tables of parameters and results holds what; shared by plain and compiled code."""

from __future__ import annotations

# Columns of the table of parameters. The first `N_RADIO` concern radio and quantiles: neighbouring links that agree in
# them share the work.
FREQUENCY, POLARIZATION, PERMITTIVITY, CONDUCTIVITY, CLIMATE, MDVAR, TIME, LOCATION, SITUATION = range(9)
N_RADIO = 9
TX_HEIGHT, RX_HEIGHT, REFRACTIVITY = 9, 10, 11
STEP = 12  # point-to-point; together with the three before it, all that the geometry of a given profile depends on
DISTANCE, DELTA_H, TX_SITING, RX_SITING = 12, 13, 14, 15  # area

# Rows of the tables of results.
LOSS, REFERENCE, FREE_SPACE, IRREGULARITY = range(4)
EFFECTIVE_HEIGHT, HORIZON_DISTANCE, HORIZON_ANGLE = range(3)
MODE, WARNINGS, RETURN_CODE = range(3)
N_VALUES, N_PAIRS, N_WORDS = 4, 3, 3
