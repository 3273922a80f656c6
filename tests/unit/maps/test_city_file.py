import json
import shutil
import zipfile

import numpy as np
import pytest

from maps.city import load_city, save_city
from maps.city_file import digest_of, read_city_file, write_city_file
from maps.errors import MapError
from maps.synthetic import synthetic_city


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("city") / "city.npz"
    save_city(synthetic_city("valley", 3, 3, 1, 47.0, 9.5), target)
    return target


def one_sentence(caught):
    message = str(caught.value)
    assert "\n" not in message and message.endswith(".") and message.count(". ") == 0
    return message


def test_cut_short_anywhere(path, tmp_path):
    whole = path.read_bytes()
    cut = tmp_path / "cut.npz"
    for length in sorted({0, 1, 2, 10, 100, *np.linspace(3, len(whole) - 1, 60).astype(int).tolist(), len(whole) - 1}):
        cut.write_bytes(whole[:length])
        with pytest.raises(MapError, match=r"cut\.npz is cut short or not a city file") as caught:
            load_city(cut)
        one_sentence(caught)


def test_any_flipped_byte_is_noticed_or_harmless(path, tmp_path):
    """Bytes that zip ignores (dates, attributes) may change; content may not."""
    whole, digest = path.read_bytes(), load_city(path).digest
    damaged = tmp_path / "damaged.npz"
    n_noticed = 0
    for position in np.linspace(0, len(whole) - 1, 200).astype(int):
        changed = bytearray(whole)
        changed[position] ^= 0xFF
        damaged.write_bytes(changed)
        try:
            assert load_city(damaged).digest == digest
        except MapError:
            n_noticed += 1
    assert n_noticed > 150


@pytest.mark.parametrize("content", [b"", b"not a city", b"PK\x03\x04", b"\x00" * 5000, "Straße\n".encode() * 99])
def test_not_a_city(content, tmp_path):
    other = tmp_path / "other.npz"
    other.write_bytes(content)
    with pytest.raises(MapError, match="cut short or not a city file") as caught:
        load_city(other)
    one_sentence(caught)


def test_another_npz(tmp_path):
    np.savez(tmp_path / "other.npz", cells=np.arange(3))
    with pytest.raises(MapError, match="not a city file"):
        load_city(tmp_path / "other.npz")


def test_changed_content_under_a_good_checksum(path, tmp_path):
    changed = tmp_path / "changed.npz"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"EU868", b"US915") if name == "city.json" else content)
    with pytest.raises(MapError, match="does not match its own digest") as caught:
        load_city(changed)
    one_sentence(caught)


def test_another_format_is_named(path, tmp_path):
    other = tmp_path / "future.npz"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        table = json.loads(old.read("city.json")) | {"format": "poc-emulator city 2"}
        for name in old.namelist():
            new.writestr(name, json.dumps(table) if name == "city.json" else old.read(name))
    with pytest.raises(MapError, match="has the format 'poc-emulator city 2'"):
        load_city(other)


def test_a_missing_part_is_named(tmp_path):
    write_city_file(tmp_path / "half.npz", {"name": "half"}, {"cells": np.zeros(1, np.uint64)})
    with pytest.raises(MapError, match="lacks a part of a city"):
        load_city(tmp_path / "half.npz")


def test_nothing_is_left_when_writing_fails(tmp_path):
    with pytest.raises(ValueError):
        write_city_file(tmp_path / "city.npz", {}, {"bad": np.array([object()])})
    assert list(tmp_path.iterdir()) == []


def test_digest_and_content_survive(tmp_path):
    arrays = {"a": np.arange(6, dtype=">i4").reshape(2, 3), "b": np.zeros(0, np.uint8)}
    write_city_file(tmp_path / "x.npz", {"ü": [1, 2.5]}, arrays)
    description, read = read_city_file(tmp_path / "x.npz")
    assert description == {"ü": [1, 2.5]} and (read["a"] == arrays["a"]).all() and read["b"].shape == (0,)
    assert digest_of({}, {"a": arrays["a"]}) == digest_of({}, {"a": arrays["a"].astype("<i4")})


def test_numpy_can_open_a_city_too(path, tmp_path):
    shutil.copy(path, tmp_path / "copy.npz")
    with np.load(tmp_path / "copy.npz") as members:
        assert members["cells"].dtype == np.uint64
