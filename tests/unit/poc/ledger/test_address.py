"""Addresses of helium/oracles-iot `poc.rs` tests, restated in `spec/helium-iot-vectors.md` §6; base58 as the oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poc.errors import DataError
from poc.ledger.address import address_from_public_key, base58, bytes_from_base58, public_key_from_address

ADDRESSES = [
    "112bUuQaE7j73THS9ABShHGokm46Miip9L361FSyWv7zSYn8hZWf", "11z69eJ3czc92k6snrfR9ek7g2uRWXosFbnG9v4bXgwhfUCivUo",
    "112bUGwooPd1dCDd3h3yZwskjxCzBsQNKeaJTuUF4hSgYedcsFa9", "13ABbtvMrRK8jgYrT3h6Y9Zu44nS6829kzsamiQn9Eefeu3VAZs",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_helium_addresses_come_back(address):
    key = public_key_from_address(address)
    assert len(key) == 33 and key[0] in (0, 1)
    assert address_from_public_key(key) == address


@pytest.mark.parametrize(
    "address", ["", "1", "11", "x0x", ADDRESSES[0][:-1] + "g", ADDRESSES[0][1:], "1" * 2_000_000, "é"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(DataError):
        public_key_from_address(address)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=40))
def test_base58_is_the_librarys(data):
    library = pytest.importorskip("base58")
    assert base58(data) == library.b58encode(data).decode()
    assert bytes_from_base58(base58(data)) == data


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=33, max_size=33), st.integers(0, 50), st.sampled_from("123abcXYZ"))
def test_one_wrong_character_is_noticed(key, at, character):
    address = address_from_public_key(key)
    at = min(at, len(address) - 1)
    if address[at] != character:
        with pytest.raises(DataError):
            public_key_from_address(address[:at] + character + address[at + 1 :])
