"""Oracle files: gzip around frames, each behind its length in four big-endian bytes. Memory stays bounded.

Source: helium/oracles `file_store/src/gzipped_framed_file.rs` (names, frames, at most 15,000,000 bytes a frame). A file
that ends badly gives its good frames and one rejection: what is behind a broken place cannot be read.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from poc.errors import DataError
from poc.interop.messages import FILE_TYPES
from poc.interop.rejections import Rejections
from poc.interop.wire_compiled import split
from poc.table import Array

LONGEST_FRAME = 15_000_000
BLOCK_BYTES = 4_000_000
#: A file that swells more than this, and beyond some size, is a bomb: real reports hold random bytes.
MOST_INFLATION, INNOCENT_BYTES = 100, 64_000_000
DAMAGED, BOMB = "damaged gzip", "swells too much when unpacked"
_NAME = re.compile(r"([a-z0-9_]+)\.(\d{1,19})(\.gz)?$")


@dataclass(frozen=True, slots=True)
class Block:
    """Some frames: `data[begin[i]:end[i]]`."""

    data: bytes
    begin: Array
    end: Array


def file_name(file_type: str, time_ms: int) -> str:
    """The name of an oracle file opened at a time [ms since 1970].

    >>> file_name("iot_poc", 1677163710000)
    'iot_poc.1677163710000.gz'
    """
    return f"{file_type}.{time_ms}.gz"


def file_type_of(path: Path) -> str | None:
    """The oracle file type that a name tells, or None for other files.

    >>> file_type_of(Path("x/iot_poc.1677163710000.gz")), file_type_of(Path("beacons.csv"))
    ('iot_poc', None)
    """
    match = _NAME.match(path.name)
    return match[1] if match and match[1] in FILE_TYPES else None


def write_frames(path: Path, frames: Iterable[bytes]) -> int:
    """Write an oracle file and give the number of frames; the same frames give the same bytes."""
    n = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for frame in frames:
            file.write(struct.pack(">I", len(frame)) + frame)
            n += 1
    return n


def read_frames(path: Path, rejections: Rejections) -> Iterator[Block]:
    """The frames of an oracle file, block by block; DataError when the file cannot be opened.

    A stretch that cannot be read counts as one report, received and rejected.
    """
    try:
        with path.open("rb") as file:
            yield from _blocks(_inflated(iter(lambda: file.read(BLOCK_BYTES // 4), b""), rejections), rejections)
    except OSError as error:
        raise DataError(f"'{path}' could not be read ({error.strerror or error}); correct the path.") from error


def _blocks(pieces: Iterator[bytes], rejections: Rejections) -> Iterator[Block]:
    left = b""
    for piece in pieces:
        data = left + piece
        bytes_view = np.frombuffer(data, np.uint8)
        while True:
            begin, end = np.empty((2, 65_536), np.int64)
            n, at, too_long = split(bytes_view, begin, end, LONGEST_FRAME)
            if n:
                rejections.receive(n)
                yield Block(data, begin[:n], end[:n])
            if too_long:
                rejections.receive_and_reject("frame too long")
                return
            data, bytes_view = data[at:], bytes_view[at:]
            if n < len(begin):
                break
        left = data
    if left and not rejections.causes.keys() & {DAMAGED, BOMB}:
        rejections.receive_and_reject("frame cut short")


def _inflated(chunks: Iterator[bytes], rejections: Rejections) -> Iterator[bytes]:
    """The content of a gzip file of one or more members, in pieces of bounded size; stops at the first damage."""
    inflate, n_in, n_out = _member(), 0, 0
    for chunk in chunks:
        n_in += len(chunk)
        while chunk:
            if inflate.eof:  # another member, or zeros that pad the file
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                inflate = _member()
            try:
                piece = inflate.decompress(chunk, BLOCK_BYTES)
                chunk = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                if not chunk and len(piece) == BLOCK_BYTES:
                    piece += inflate.decompress(b"", BLOCK_BYTES)  # zlib may hold back a little
            except zlib.error:
                rejections.receive_and_reject(DAMAGED)
                return
            n_out += len(piece)
            if n_out > INNOCENT_BYTES and n_out > MOST_INFLATION * n_in:
                rejections.receive_and_reject(BOMB)
                return
            yield piece
    if not inflate.eof:
        rejections.receive_and_reject(DAMAGED)


def _member() -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)
