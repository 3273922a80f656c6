"""Time on air against Helium's published vector and hand-computed packets."""

import pytest

from radio_models.errors import RadioError
from radio_models.lora.airtime import airtime_s

# HIP-127: a beacon of 52 bytes, 125 kHz, CR 4/5, 8 preamble symbols, explicit header, CRC [ms]
HIP_127 = {7: 102.7, 8: 184.8, 9: 328.7, 10: 616.4, 11: 1314.8, 12: 2465.8}


@pytest.mark.parametrize(("factor", "milliseconds"), HIP_127.items())
def test_hip_127(factor: int, milliseconds: float) -> None:
    assert airtime_s(52, factor) * 1e3 == pytest.approx(milliseconds, abs=0.05)


def test_by_hand() -> None:
    # SF7: 8 symbols + ceil((8·10 − 28 + 28 + 16)/28)·5 = 28; 12.25 + 28 symbols of 1.024 ms
    assert airtime_s(10, 7) == pytest.approx(40.25 * 1.024e-3)
    # without CRC and header: ceil((80 − 28 + 28 − 20)/28) = 3 blocks
    assert airtime_s(10, 7, explicit_header=False, crc=False) == pytest.approx((12.25 + 8 + 15) * 1.024e-3)
    # CR 4/8 on the first
    assert airtime_s(10, 7, coding_rate=4) == pytest.approx((12.25 + 8 + 32) * 1.024e-3)


def test_low_data_rate_optimisation_follows_the_symbol_length() -> None:
    # SF11 at 250 kHz: 8.192 ms symbols, not optimised; ceil((416 − 44 + 28 + 16)/44) = 10 blocks
    assert airtime_s(52, 11, 250e3) == pytest.approx((12.25 + 8 + 50) * 8.192e-3)
    # SF11 at 125 kHz: optimised; ceil(416/36) = 12 blocks
    assert airtime_s(52, 11) == pytest.approx((12.25 + 8 + 60) * 16.384e-3)


def test_an_empty_packet_still_takes_its_preamble() -> None:
    assert airtime_s(0, 12, explicit_header=False, crc=False) == pytest.approx(20.25 * 32.768e-3)


@pytest.mark.parametrize(("arguments", "word"), [((256, 7), "n_bytes is 256"), ((52, 6), "spreading_factor is 6")])
def test_wrong_packets_say_what_was_expected(arguments: tuple[int, int], word: str) -> None:
    with pytest.raises(RadioError, match=word):
        airtime_s(*arguments)


def test_wrong_bandwidth() -> None:
    with pytest.raises(RadioError, match="bandwidth_hz is 0"):
        airtime_s(52, 7, bandwidth_hz=0.0)
