"""Source: helium/oracles-iot 5b063b7^ `poc.rs` `test_verify_beacon_payload`, helium/proto `beacon/src/region.rs`
`test_select_datarate`, gateway-rs `beaconer.rs` `test_beacon_time`, restated in `spec/helium-iot-vectors.md` §1, §2 and
§7.1. ChaCha12 keystream: test vector TC1 (key and nonce zero) of J. Strombergson's "Test Vectors for the Stream Cipher
ChaCha". Units: seconds, Hz, dBi, dBm, bytes.
"""

import base64
from datetime import UTC, datetime
from itertools import islice

import numpy as np
import pytest

from poc.beacon.chacha import chacha12_words
from poc.beacon.clock import next_beacon_s
from poc.beacon.entropy import entropies
from poc.beacon.payload import (
    build_beacon,
    digest,
    digests_and_channel_words,
    payload,
    payloads_and_digests,
    seed,
    spreading_factor,
)  # fmt: skip
from poc.beacon.rebuilding import rebuild
from poc.errors import DataError
from poc.validator.checks.beacon_payload import beacon_payload
from poc.validator.checks.check import Memory
from radio_models.errors import RadioError
from radio_models.lora.region_plans import REGION_PLANS

LOCAL = bytes([233, 70, 25, 176])
REMOTE = bytes(
    [182, 170, 63, 128, 217, 53, 95, 19, 157, 153, 134, 38, 184, 209, 255, 23,
     118, 205, 163, 106, 225, 26, 16, 0, 106, 141, 81, 101, 70, 39, 107, 9]
)  # fmt: skip
START_S = 1_677_163_710
PAYLOAD = bytes(
    [28, 153, 18, 65, 96, 232, 59, 146, 134, 125, 99, 12, 175, 76, 158, 210, 28, 253, 146, 59, 187, 203, 122, 146, 49,
     241, 156, 148, 74, 246, 68, 17, 8, 212, 48, 6, 152, 58, 221, 158, 186, 101, 37, 59, 135, 126, 18, 72, 244, 65, 174]
)  # fmt: skip
SHORT = bytes([138, 139, 152, 130, 179, 215, 179, 238, 75, 167, 66, 182, 209, 87, 168, 137, 192])
VECTORS = [
    (REMOTE, START_S, LOCAL, PAYLOAD.hex(), 4),
    (REMOTE, START_S + 60, LOCAL,
     "a6e5f357eb2875e2189db42330af7eb0bd4bd4c2ee87d2e8a2775818ae1067cd3f545a3a8d966fd3324df60a99b42a755afd1e", 6),
    (REMOTE, START_S, bytes(4),
     "b3cc9eda1a1aaa252c5f811802320eceff0a461a68ba1ce3b3c2b0246b0ea78663638645e3b9da02ed51777839f7dd0e1b2db8", 3),
    (bytes(32), 0, bytes(4),
     "9dba90d52b7178debdf616053a9d4b858035aa88856fddbfbbdf90d08272c37bb33286f4592e5503c97af7647d3ada866c7800", 5),
]  # fmt: skip
EU868 = REGION_PLANS["EU868"]


def test_the_seed_of_the_fixture():
    assert seed(REMOTE, START_S, LOCAL).hex() == "621ae546cdbc0295e491f889798f9a086a6b6d465e19c7e46cef91062cb93e8f"


def test_chacha12_keystream_of_zero_key():
    first = b"".join(word.to_bytes(4, "little") for word in islice(chacha12_words(bytes(32)), 8))
    assert first.hex() == "9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f"


@pytest.mark.parametrize(("remote", "start_s", "local", "expected", "channel"), VECTORS)
def test_payloads_byte_for_byte(remote, start_s, local, expected, channel):
    assert payload(remote, start_s, local).hex() == expected
    built = build_beacon(remote, start_s, local, EU868, 6.0)
    assert (built.frequency_hz, built.spreading_factor) == (867_100_000 + 200_000 * channel, 12)


def test_the_compiled_form_gives_the_same_bytes():
    remote = np.array([list(vector[0]) for vector in VECTORS], np.uint8)
    start_s = np.array([vector[1] for vector in VECTORS])
    local = np.array([int.from_bytes(vector[2], "little") for vector in VECTORS], np.uint32)
    data, digests = payloads_and_digests(remote, start_s, np.arange(len(VECTORS)), local)
    assert [bytes(row).hex() for row in data] == [vector[3] for vector in VECTORS]
    assert digests.tolist() == [digest(bytes.fromhex(vector[3])) for vector in VECTORS]
    words = digests_and_channel_words(remote, start_s, np.arange(len(VECTORS)), local)[1]
    assert (words % 8).tolist() == [vector[4] for vector in VECTORS]


def test_milliseconds_of_the_entropy_are_ignored():
    assert payload(REMOTE, 1_677_163_710_000 // 1000, LOCAL) == PAYLOAD


@pytest.mark.parametrize(("n_bytes", "factor"), [(30, 12), (51, 12), (65, 12), (66, 9), (90, 9), (130, 8)])
def test_data_rate_by_size_in_eu868(n_bytes, factor):
    assert spreading_factor(EU868, n_bytes) == factor


def test_no_data_rate_carries_300_bytes():
    with pytest.raises(DataError, match="300 bytes"):
        spreading_factor(EU868, 300)


@pytest.mark.parametrize("name", REGION_PLANS)
def test_data_rate_of_a_beacon(name):
    assert spreading_factor(REGION_PLANS[name], 51) == (12 if name in ("EU868", "CD900-1A") else 9)


@pytest.mark.parametrize(
    ("region", "gain_dbi", "power_dbm"), [("US915", 1.2, 34), ("EU868", 1.2, 14), ("EU868", 6.0, 10)]
)
def test_conducted_power(region, gain_dbi, power_dbm):
    assert build_beacon(REMOTE, START_S, LOCAL, REGION_PLANS[region], gain_dbi).power_dbm == power_dbm


def test_no_beacon_without_power():
    with pytest.raises((DataError, RadioError)):
        build_beacon(REMOTE, START_S, LOCAL, REGION_PLANS["KR920"], 15.0)


def test_no_beacon_of_version_2():
    with pytest.raises(DataError, match="version 2"):
        build_beacon(REMOTE, START_S, LOCAL, EU868, 1.2, version=2)


def test_entropy_as_json_text():
    data = base64.b64decode("CE98+3O9JaKJYQqNO7vCF94iOVasA/TaWfdcpvLmcWs=")
    table = entropies([data], [1_663_702_455], [0])
    assert table["start_s"].tolist() == [1_663_702_455]
    assert b"".join(int(table[f"word_{i}"][0]).to_bytes(8, "little") for i in range(4)) == data


# §1 and §7.1: the check


def _verdict(**changes):
    archive = entropies([REMOTE], [START_S], [changes.pop("version", 0)])
    rebuilt = rebuild(archive["entropy"], np.frombuffer(LOCAL, "<u4"), archive)
    row = {
        "beaconer_region": np.array([1], np.int16), "frequency_hz": np.array([867_900_000]),
        "spreading_factor": np.array([12], np.uint8), "beaconer_gain_dbi": np.array([6.0]),
        "power_dbm": np.array([8], np.int16), "payload": np.array([digest(PAYLOAD)], np.uint64),
        "rebuilt": rebuilt.known, "rebuilt_payload": rebuilt.payload, "rebuilt_channel_word": rebuilt.channel_word,
    }  # fmt: skip
    row |= {name: np.array([value], row[name].dtype) for name, value in changes.items()}
    return bool(beacon_payload.fails(_Rows(row), None, Memory())[0])


class _Rows(dict):
    def __len__(self):
        return 1


def test_the_received_report_is_the_rebuilt_one():
    assert not _verdict()


def test_power_is_not_compared():
    assert not _verdict(power_dbm=20)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": digest(SHORT)},
        {"frequency_hz": 867_700_000},
        {"frequency_hz": 867_900_001},
        {"spreading_factor": 9},
        {"beaconer_region": 0},
        {"beaconer_region": 99},
        {"beaconer_region": 4},
        {"beaconer_gain_dbi": 17.1},
        {"version": 2},
    ],
)
def test_one_deviation_is_an_invalid_packet(change):
    assert _verdict(**change)


def test_what_cannot_be_rebuilt_passes():
    assert not _verdict(rebuilt=False, payload=digest(SHORT))


# §2: 2023-09-01 09:20 UTC, segment 06 to 12

NOW_S = int(datetime(2023, 9, 1, 9, 20, tzinfo=UTC).timestamp())
SIX_S, NOON_S, EVENING_S = (int(datetime(2023, 9, 1, hour, tzinfo=UTC).timestamp()) for hour in (6, 12, 18))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.999999])
def test_the_clock_of_a_hotspot(share):
    def after(planned_s):
        return next_beacon_s(NOW_S, planned_s, lambda n: int(share * n))

    assert NOW_S < after(None) < EVENING_S
    assert after(NOW_S + 600) == NOW_S + 600
    assert after(NOON_S + 600) == NOON_S + 600
    assert NOON_S <= after(SIX_S + 600) < EVENING_S
    assert NOW_S <= after(SIX_S - 600) < NOON_S
