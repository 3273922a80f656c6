"""Ed25519: RFC 8032 §7.1, TEST 2 (one-byte message 0x72), checked through `is_signed`."""

import pytest

from poc.errors import DataError
from poc.ledger import keys
from poc.ledger.address import public_key_from_address

pytest.importorskip("nacl")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_rfc_8032():
    tagged = bytes([1]) + PUBLIC
    assert keys.is_signed(tagged, b"\x72", SIGNATURE)
    assert not keys.is_signed(tagged, b"\x73", SIGNATURE)
    assert not keys.is_signed(tagged, b"\x72", SIGNATURE[:-1] + b"\x01")


@pytest.mark.parametrize(
    "tagged", [b"", PUBLIC, bytes([0]) + PUBLIC, bytes([1]) + PUBLIC[:-1], bytes([1]) + b"\xff" * 32]
)
def test_other_keys_sign_nothing(tagged):
    assert not keys.is_signed(tagged, b"\x72", SIGNATURE) and not keys.is_signed(tagged, b"", b"")


def test_keys_follow_from_seed_and_hotspot():
    addresses = {keys.address(seed, hotspot) for seed in (1, 2) for hotspot in (0, 7, 2**64 - 1)}
    assert len(addresses) == 6
    assert public_key_from_address(keys.address(1, 7)) == keys.public_key(1, 7)


def test_without_the_library_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "nacl.signing", None)
    with pytest.raises(DataError, match="crypto"):
        keys.public_key(1, 7)
