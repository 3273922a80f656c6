"""The 51 bytes of a beacon: which entropies they come from, and what channel, data rate and power follow from them.

Source: helium/proto `beacon/src/lib.rs` (`Beacon::new`), `beacon/src/region.rs`, see `spec/helium-iot.md` §2.3. The
hotspot's key is no input: nothing ties a payload to one beaconer. Joins and checks use the 64-bit digest of a payload.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from itertools import islice

import blake3
import numpy as np
import numpy.typing as npt

from poc.beacon.chacha import chacha12_low_bytes, chacha12_words
from poc.errors import DataError
from radio_models.lora.region_plans import RegionPlan

VERSIONS = (0, 1)
PAYLOAD_BYTES = 51
_SEED_BYTES = 52  # both entropies, 32 and 4 bytes, and their timestamps of 8
COMPILED_FROM = 10_000  # beacons; below, numpy is done before a compiler has started
Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Beacon:
    """What a hotspot sends, and says of it: payload, channel [Hz], spreading factor, conducted power [dBm]."""

    data: bytes
    frequency_hz: int
    spreading_factor: int
    power_dbm: int


def build_beacon(
    remote: bytes, start_s: int, local: bytes, plan: RegionPlan, gain_dbi: float, version: int = 0
) -> Beacon:
    """The one beacon that these entropies allow in this region plan.

    `remote` [32 bytes] with its timestamp `start_s` [s since 1970], `local` [4 bytes], asserted `gain_dbi`. The channel
    is the protocol's own figure (`listed_channels_hz`). DataError where no beacon can be built: another version, no
    spreading factor, or a gain above the EIRP.

    >>> from radio_models.lora.region_plans import REGION_PLANS
    >>> build_beacon(bytes(32), 0, bytes(4), REGION_PLANS["EU868"], 1.2).frequency_hz
    868100000
    """
    if version not in VERSIONS:
        raise DataError(f"the entropy has version {version}, expected 0 or 1; leave the beacon out.")
    if gain_dbi > plan.max_eirp_dbm:
        raise DataError(
            f"a gain of {gain_dbi:g} dBi is above the {plan.max_eirp_dbm:g} dBm EIRP of {plan.name}; lower it."
        )
    data = payload(remote, start_s, local)
    channels_hz = plan.listed_channels_hz
    return Beacon(
        data=data,
        frequency_hz=channels_hz[int.from_bytes(data[:2], "little") % len(channels_hz)],
        spreading_factor=spreading_factor(plan, len(data)),
        power_dbm=int(plan.conducted_power_dbm(gain_dbi)),
    )


def seed(remote: bytes, start_s: int, local: bytes) -> bytes:
    """SHA-256 of both entropies, each followed by its timestamp; that of the local one is 0."""
    stamp = start_s.to_bytes(8, "little", signed=True)
    return hashlib.sha256(remote + stamp + local + bytes(8)).digest()


def payload(remote: bytes, start_s: int, local: bytes) -> bytes:
    """The 51 payload bytes: the low byte of each successive word of ChaCha12.

    >>> payload(bytes(32), 0, bytes(4)).hex()[:16]
    '9dba90d52b7178de'
    """
    return bytes(word & 0xFF for word in islice(chacha12_words(seed(remote, start_s, local)), PAYLOAD_BYTES))


def spreading_factor(plan: RegionPlan, n_bytes: int) -> int:
    """The first spreading factor of the plan, in its order, whose packets hold so many bytes; DataError if none does.

    >>> from radio_models.lora.region_plans import REGION_PLANS
    >>> [spreading_factor(REGION_PLANS["EU868"], n) for n in (51, 66, 130)]
    [12, 9, 8]
    """
    for largest, factor in plan.spreading:
        if n_bytes <= largest:
            return factor
    raise DataError(f"no data rate of {plan.name} carries {n_bytes} bytes; send at most {max(plan.spreading)[0]}.")


def digest(data: bytes) -> int:
    """The 64 bits that stand for a payload of any length: the first eight bytes of BLAKE3, little-endian.

    >>> hex(digest(b""))
    '0xa6a1f9f5b94913af'
    """
    return int.from_bytes(blake3.blake3(data).digest(length=8), "little")


def payloads_and_digests(
    remote: Bytes, start_s: npt.NDArray[np.int64], entropy_row: npt.NDArray[np.int64], local: npt.NDArray[np.uint32]
) -> tuple[Bytes, Words]:
    """Payloads (n, 51) and digests (n) of many beacons.

    `remote` (m, 32) and `start_s` (m) [s since 1970] are the entropies, `entropy_row` (n) says which each beacon used,
    `local` (n) its local entropy read as a little-endian number.

    >>> data, digests = payloads_and_digests(np.zeros((1, 32), np.uint8), np.array([0]), np.array([0]), np.array([0]))
    >>> bytes(data[0]) == payload(bytes(32), 0, bytes(4)), int(digests[0]) == digest(bytes(data[0]))
    (True, True)
    """
    if len(entropy_row) < COMPILED_FROM and "numba" not in sys.modules:
        return payloads_in_numpy(remote, start_s, entropy_row, local)
    from poc.beacon.payload_compiled import payloads

    data = np.empty((len(entropy_row), PAYLOAD_BYTES), np.uint8)
    digests = np.empty(len(entropy_row), np.uint64)
    payloads(*_columns(remote, start_s, entropy_row, local), data, digests)
    return data, digests


def payloads_in_numpy(
    remote: Bytes, start_s: npt.NDArray[np.int64], entropy_row: npt.NDArray[np.int64], local: npt.NDArray[np.uint32]
) -> tuple[Bytes, Words]:
    """The same without a compiler: hashes one by one, ChaCha12 for all beacons at once."""
    stamps = np.asarray(start_s, "<i8").view(np.uint8).reshape(-1, 8)
    hashed_bytes = np.zeros((len(entropy_row), _SEED_BYTES), np.uint8)
    hashed_bytes[:, :40] = np.concatenate([np.asarray(remote, np.uint8).reshape(-1, 32), stamps], axis=1)[entropy_row]
    hashed_bytes[:, 40:44] = np.asarray(local, "<u4").view(np.uint8).reshape(-1, 4)
    rows = hashed_bytes.tobytes()
    sha256 = hashlib.sha256
    seeds = b"".join([sha256(rows[k : k + _SEED_BYTES]).digest() for k in range(0, len(rows), _SEED_BYTES)])
    data = np.ascontiguousarray(chacha12_low_bytes(np.frombuffer(seeds, "<u4").reshape(-1, 8), PAYLOAD_BYTES))
    flat = data.tobytes()
    starts = range(0, len(flat), PAYLOAD_BYTES)
    hashed = b"".join([blake3.blake3(flat[k : k + PAYLOAD_BYTES]).digest(length=8) for k in starts])
    return data, np.frombuffer(hashed, "<u8").astype(np.uint64)


def digests_and_channel_words(
    remote: Bytes, start_s: npt.NDArray[np.int64], entropy_row: npt.NDArray[np.int64], local: npt.NDArray[np.uint32]
) -> tuple[Words, npt.NDArray[np.uint16]]:
    """Digest and first two bytes (little-endian: they pick the channel) of many payloads; arguments as above.

    >>> _, words = digests_and_channel_words(np.zeros((1, 32), np.uint8), np.array([0]), np.array([0]), np.array([0]))
    >>> int(words[0]) % 8
    5
    """
    data, digests = payloads_and_digests(remote, start_s, entropy_row, local)
    return digests, data[:, :2].astype(np.uint16) @ np.array([1, 256], np.uint16)


def _columns(remote: Bytes, start_s: npt.ArrayLike, entropy_row: npt.ArrayLike, local: npt.ArrayLike) -> tuple[
    Bytes, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint32]
]:  # fmt: skip
    return (
        np.array(remote, np.uint8, order="C", ndmin=2),  # copies: the kernel is compiled for plain writable arrays
        np.array(start_s, np.int64),
        np.array(entropy_row, np.int64),
        np.array(local, np.uint32),
    )
