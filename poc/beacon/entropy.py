"""Remote entropy: 32 public bytes that change every minute, so that nobody can have built a beacon beforehand.

Source: oracles-iot `poc_entropy/src/entropy_generator.rs`, `spec/helium-iot.md` §2.1. Helium hashed the newest Solana
blockhash; here a keyed hash of the minute stands in for it, the rest is the same.
"""

from __future__ import annotations

import blake3
import numpy as np
import numpy.typing as npt

from poc.keys import Keys
from poc.table import Column, Schema, Table

TICK_S = 60  # ENTROPY_TICK_TIME
LIFE_S = 180  # ENTROPY_LIFESPAN
N_WORDS = 4
REMOTE_BYTES = 8 * N_WORDS
NO_TIMESTAMP_S = -(2**63)  # where nobody says when an entropy was made

ENTROPIES = Schema(
    "entropies",
    ("entropy",),
    (
        Column("entropy", "uint64", "", "id of the remote entropy: digest of its bytes"),
        Column("start_s", "int64", "s", "its timestamp, since 1970; it lives for 180 s"),
        Column("version", "uint32", "", "0 or 1; beacons of other versions are refused"),
        *(
            Column(f"word_{i}", "uint64", "", f"bytes {8 * i} to {8 * i + 7} of the 32, little-endian")
            for i in range(N_WORDS)
        ),
    ),
    "remote entropies as archived by the entropy service; public",
)


def tick_s(time_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Timestamp [s since 1970] of the newest entropy at a time [ns since 1970].

    >>> tick_s(np.array([179_999_999_999])).tolist()
    [120]
    """
    return time_ns // 10**9 // TICK_S * TICK_S


def entropy_bytes(start_s: int, blockhash: bytes) -> bytes:
    """BLAKE3 of the timestamp (64 bits, little-endian) and the block hash of the moment: 32 bytes.

    >>> len(entropy_bytes(1677163710, bytes(32)))
    32
    """
    return blake3.blake3(start_s.to_bytes(8, "little", signed=True) + blockhash).digest()


def entropy_id(data: bytes) -> int:
    """The number that stands for an entropy: the first eight bytes, little-endian, of Helium's id BLAKE3(data).

    >>> entropy_id(bytes(32)) == entropy_id(bytes(31) + b"x")
    False
    """
    return int.from_bytes(blake3.blake3(data).digest(length=8), "little")


def entropies_between(start_ns: int, end_ns: int, keys: Keys) -> Table:
    """ENTROPIES that are the newest at some time in [start_ns, end_ns), ordered by time; the same for the same keys.

    >>> entropies_between(0, 180 * 10**9, Keys(1))["start_s"].tolist()
    [0, 60, 120]
    """
    first, last = tick_s(np.array([start_ns, max(end_ns - 1, start_ns)])).tolist()
    start_s = np.arange(first, last + TICK_S, TICK_S, dtype=np.int64)
    hashes = keys.of("blockhash").bits(start_s[:, None], np.arange(N_WORDS)).astype("<u8")
    data = [entropy_bytes(second, block.tobytes()) for second, block in zip(start_s.tolist(), hashes, strict=True)]
    return entropies(data, start_s, np.zeros(len(data), np.uint32))


def entropies(data: list[bytes], start_s: npt.ArrayLike, version: npt.ArrayLike) -> Table:
    """ENTROPIES of these 32-byte strings, timestamps [s since 1970] and versions, in the order given."""
    words = np.frombuffer(b"".join(data), "<u8").reshape(-1, N_WORDS)
    return ENTROPIES.table(
        entropy=np.array([entropy_id(item) for item in data], np.uint64),
        start_s=np.asarray(start_s, np.int64),
        version=np.asarray(version, np.uint32),
        **{f"word_{i}": words[:, i] for i in range(N_WORDS)},
    )


def bytes_of(table: Table) -> npt.NDArray[np.uint8]:
    """The bytes (n, 32) of ENTROPIES.

    >>> bytes_of(entropies([bytes(range(32))], [0], [0]))[0].tolist() == list(range(32))
    True
    """
    words = np.stack([table[f"word_{i}"] for i in range(N_WORDS)], axis=1).astype("<u8")
    return np.ascontiguousarray(words).view(np.uint8).reshape(len(table), REMOTE_BYTES)
