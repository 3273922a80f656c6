"""Time on air of a LoRa packet. Source: Semtech SX1276 data sheet, section 4.1.1.7."""

from __future__ import annotations

import math

from radio_models.errors import RadioError

LOW_DATA_RATE_SYMBOL_S = 0.016  # longer symbols switch the low-data-rate optimisation on


def airtime_s(
    n_bytes: int,
    spreading_factor: int,
    bandwidth_hz: float = 125_000.0,
    coding_rate: int = 1,
    n_preamble_symbols: int = 8,
    explicit_header: bool = True,
    crc: bool = True,
) -> float:
    """Seconds from the first preamble symbol to the last of the payload.

    `n_bytes` is the physical payload, 0 to 255; `spreading_factor` 7 to 12; `coding_rate` 1 to 4 stands for 4/5 to 4/8.
    Raises RadioError outside these ranges.

    >>> round(airtime_s(52, 9), 4)
    0.3287
    """
    for name, value, low, high in (
        ("n_bytes", n_bytes, 0, 255),
        ("spreading_factor", spreading_factor, 7, 12),
        ("coding_rate", coding_rate, 1, 4),
    ):
        if not low <= value <= high:
            raise RadioError(f"airtime: {name} is {value}, expected {low} to {high}; correct it.")
    if not 0.0 < bandwidth_hz < math.inf:
        raise RadioError(f"airtime: bandwidth_hz is {bandwidth_hz:g}, expected more than 0 Hz; correct it.")
    symbol_s = float(1 << spreading_factor) / bandwidth_hz
    optimised = 1 if symbol_s > LOW_DATA_RATE_SYMBOL_S else 0
    n_bits = 8 * n_bytes - 4 * spreading_factor + 28 + 16 * crc - 20 * (not explicit_header)
    n_blocks = max(math.ceil(n_bits / (4 * (spreading_factor - 2 * optimised))), 0)
    n_payload_symbols = 8 + n_blocks * (coding_rate + 4)
    return (n_preamble_symbols + 4.25 + n_payload_symbols) * symbol_s
