"""The default radio: what a scenario gets that says nothing about its radio.

Sources of the values:
- exponent 3.34 from free space at 1 m: fitted to the in-degrees of the live network, together with the mounting losses
  of the fleet (docs/default-radio.md);
- sigma 8 dB: the Oulu fit is 7.8 dB (Petäjäjärvi 2015), per-gateway fits of the same campus set 6.0 to 9.8 dB;
- correlation 80 m: the same set's residuals fall to 1/e at 30 to 130 m;
- site correlation 0.25: half the upper limit, since a hotspot's own losses are drawn apart, in the fleet;
- Rician K 6 dB spreads packets by 3.3 dB, 3.5 dB with the receiver's jitter; fixed links of the Grenoble set by 3.4 dB
  (RSSI, median of 32 links).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_RADIO: Mapping[str, Mapping[str, Any]] = {
    "path_loss": {"name": "log-distance", "exponent": 3.34, "reference_distance_m": 1.0},
    "shadowing": {"name": "correlated", "sigma_db": 8.0, "correlation_m": 80.0, "site_correlation": 0.25},
    "fading": {"name": "rician", "k_db": 6.0},
}
