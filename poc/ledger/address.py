"""Helium's address form of a public key: Base58Check of version 0, a tag for network and key type, and the key.

Source: helium/libp2p-crypto (`libp2p_crypto.erl`, tag = network nibble and key-type nibble), `spec/helium-iot.md` §1;
Base58Check as in Bitcoin (four bytes of double SHA-256).
"""

from __future__ import annotations

import hashlib

from poc.errors import DataError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_TAG = 0x01  # main net, key type 1; type 0 is ecc_compact
VERSION = 0
MAX_ADDRESS_CHARACTERS = 1024  # an RSA key takes about 400
_DIGIT = {character: value for value, character in enumerate(ALPHABET)}
_CHECK_BYTES = 4


def address_from_public_key(public_key: bytes) -> str:
    """The address of a tagged public key (tag byte, then the key).

    >>> address_from_public_key(bytes.fromhex("00d1fd59271db81a5798f57ee51996cfd3686535edd44b02695e14760951c596a6"))
    '112bUuQaE7j73THS9ABShHGokm46Miip9L361FSyWv7zSYn8hZWf'
    """
    checked = bytes([VERSION]) + public_key
    return base58(checked + _check(checked))


def public_key_from_address(address: str) -> bytes:
    """The tagged public key of an address; DataError for what is no address.

    >>> public_key_from_address("13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs")[0] == ED25519_TAG
    True
    """
    data = bytes_from_base58(address)
    checked, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if len(checked) < 2 or checked[0] != VERSION or check != _check(checked):
        raise DataError(f"'{address[:80]}' is no Helium address: version or checksum do not fit; correct it.")
    return checked[1:]


def base58(data: bytes) -> str:
    """The base-58 text of some bytes; each zero byte in front becomes a '1'.

    >>> base58(b"\\x00\\x01")
    '12'
    """
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def bytes_from_base58(text: str) -> bytes:
    """The bytes of a base-58 text; DataError for any other character or an absurd length.

    >>> bytes_from_base58("12")
    b'\\x00\\x01'
    """
    if len(text) > MAX_ADDRESS_CHARACTERS or not set(text) <= _DIGIT.keys():
        raise DataError(f"'{text[:80]}' is no base-58 text of at most {MAX_ADDRESS_CHARACTERS} characters; correct it.")
    number = 0
    for character in text:
        number = number * 58 + _DIGIT[character]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _check(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()[:_CHECK_BYTES]
