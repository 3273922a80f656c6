"""The container of a city: a zip of .npy members (numpy's .npz) with a table of contents and a digest over the content.

A file that was cut short, changed or never was a city is told apart from a good one before anything is used.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maps.errors import MapError

FORMAT = "poc-emulator city 1"
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
#: What zip, json and numpy raise on bytes that are none of theirs.
_NOT_A_CITY = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, TypeError, RuntimeError)

Arrays = Mapping[str, npt.NDArray[Any]]


def digest_of(description: Mapping[str, Any], arrays: Arrays) -> str:
    """SHA-256 (hex) over the description and every array's name, type, shape and little-endian bytes.

    >>> digest_of({}, {"a": np.zeros(2)}) == digest_of({}, {"a": np.zeros((2, 1))})
    False
    """
    digest = hashlib.sha256(json.dumps(description, sort_keys=True, ensure_ascii=False).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"\n{name} {array.dtype.newbyteorder('<').str} {array.shape}\n".encode())
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.hexdigest()


def write_city_file(path: Path, description: Mapping[str, Any], arrays: Arrays) -> None:
    """Write description and arrays; the same content gives the same bytes, and the file appears whole or not at all."""
    table = {"format": FORMAT, "digest": digest_of(description, arrays), "description": dict(description)}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            text = json.dumps(table, sort_keys=True, ensure_ascii=False, indent=1)
            _write_member(archive, "city.json", text.encode())
            for name in sorted(arrays):
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
                _write_member(archive, f"{name}.npy", buffer.getvalue())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_city_file(path: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """(description, arrays) of a city file. MapError, in one sentence, for anything else."""
    try:
        with zipfile.ZipFile(path) as archive:
            table = json.loads(archive.read("city.json"))
            members = [name for name in archive.namelist() if name.endswith(".npy")]
            arrays = {name.removesuffix(".npy"): _read_array(archive.read(name)) for name in members}
            if table["format"] != FORMAT:
                raise MapError(
                    f"{path} has the format {table['format']!r}, this version reads {FORMAT!r}: import it anew."
                )
            whole = table["digest"] == digest_of(table["description"], arrays)
    except MapError:
        raise
    except FileNotFoundError:
        raise MapError(f"there is no city file {path}: give a bundled name or the path of a city.npz.") from None
    except _NOT_A_CITY as error:
        raise MapError(
            f"{path} is cut short or not a city file ({_short(error)}): copy it anew or run `poc map import`."
        ) from error
    if not whole:
        raise MapError(
            f"{path} does not match its own digest, so it was changed or damaged: copy it again or import anew."
        )
    return table["description"], arrays


def _write_member(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)  # a fixed date: equal content, equal bytes
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)


def _read_array(content: bytes) -> npt.NDArray[Any]:
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _short(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:100] if lines else type(error).__name__
