"""The small records that compiled functions of ITM hand to each other; numba passes named tuples in registers."""

from __future__ import annotations

from collections import namedtuple

# What frequency, ground, climate and quantiles fix, whatever the terrain (see inputs.radio_of).
Radio = namedtuple(
    "Radio",
    "frequency_mhz log_frequency f_third wave_number z_real z_imaginary ground_k scatter_edge_m climate mode "
    "has_location has_situation z_time z_location z_situation gain_below gain_above free_space_1_m_db extreme",
)

# What is known of a link besides its terrain. `low_antenna_m2` is the 10 m² that ERL 79-ITS 67 (page 3-8) adds to the
# product of the heights where the path is known, 0 in area mode.
Link = namedtuple("Link", "distance_m tx_height_m rx_height_m refractivity earth_radius_m low_antenna_m2")

# What the terrain amounts to, measured on a profile or typical of an area.
Terrain = namedtuple(
    "Terrain", "tx_angle_rad rx_angle_rad tx_horizon_m rx_horizon_m tx_effective_m rx_effective_m delta_h_m"
)

# What both distances of the diffraction line share, so it is computed once per link.
Obstacle = namedtuple("Obstacle", "los_angle_rad horizons_m normalised height_gains_db clutter_db height_term line_m")

# Working memory of one loop over links. The first four describe the positions along the profile: distance [m] and
# 1 / number of steps from the transmitter, and the same from the receiver, for every point.
Scratch = namedtuple(
    "Scratch", "from_tx_m from_rx_m tx_inverse rx_inverse tops rises_m heights_m buckets counts picked"
)

# One radial of a sweep: heights along it and their running sums (the second weighted with the index), the pixels they
# lie between, the residuals of Δh as whole numbers, how many of these make a metre, and by ring the two that bounded Δh
# at the pixel seen last.
Radial = namedtuple("Radial", "profile_m sums_m moments_m places keys keys_per_m bounds")
