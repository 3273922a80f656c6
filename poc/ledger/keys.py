"""Ed25519 keys of emulated hotspots, in Helium's address form, and signatures over their reports.

A key follows from the seed of the run and the hotspot's id, so nothing secret is stored and nobody should trust it.
Needs the extra `crypto` (PyNaCl). Source: RFC 8032; helium/gateway-rs signs the encoded report with an empty signature.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import blake3

from poc.errors import DataError
from poc.ledger.address import ED25519_TAG, address_from_public_key

SIGNATURE_BYTES = 64


def signing_key(seed: int, hotspot: int) -> Any:
    """The PyNaCl signing key of a hotspot. DataError when PyNaCl is not there."""
    try:
        import nacl.signing  # noqa: F401
    except ImportError as error:
        raise DataError("keys need PyNaCl, which is not installed: pip install 'poc-emulator[crypto]'.") from error
    return _signing_key(seed, hotspot)


@lru_cache(100_000)  # a hotspot signs many reports
def _signing_key(seed: int, hotspot: int) -> Any:
    from nacl.signing import SigningKey

    return SigningKey(blake3.blake3(f"hotspot key {seed} {hotspot}".encode()).digest())


def public_key(seed: int, hotspot: int) -> bytes:
    """The tagged public key, 33 bytes.

    >>> len(public_key(1, 7)), public_key(1, 7)[0]
    (33, 1)
    """
    return bytes([ED25519_TAG]) + bytes(signing_key(seed, hotspot).verify_key)


def address(seed: int, hotspot: int) -> str:
    """The hotspot's address.

    >>> address(1, 7) == address(1, 7), address(1, 7)[:2]
    (True, '13')
    """
    return address_from_public_key(public_key(seed, hotspot))


def sign(seed: int, hotspot: int, message: bytes) -> bytes:
    """The signature of a message, 64 bytes.

    >>> is_signed(public_key(1, 7), b"report", sign(1, 7, b"report"))
    True
    """
    return bytes(signing_key(seed, hotspot).sign(message).signature)


def is_signed(tagged_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature fits message and key; False for another type of key and for anything malformed.

    >>> is_signed(public_key(1, 7), b"retort", sign(1, 7, b"report"))
    False
    """
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    if len(tagged_key) != 33 or tagged_key[0] != ED25519_TAG or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        VerifyKey(tagged_key[1:]).verify(message, signature)
    except (CryptoError, ValueError):
        return False
    return True
