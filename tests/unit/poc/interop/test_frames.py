import gzip
import struct
import tracemalloc
import zlib

import pytest

from poc.errors import DataError
from poc.interop.frames import file_type_of, read_frames, write_frames
from poc.interop.rejections import Rejections

FRAMES = [b"", b"a", b"bc" * 1000, bytes(range(256))]


def read(path):
    counts = Rejections()
    frames = [
        block.data[b:e] for block in read_frames(path, counts) for b, e in zip(block.begin, block.end, strict=True)
    ]
    assert len(frames) == counts.n_accepted
    return frames, dict(counts.causes)


def raw(path, data):
    path.write_bytes(data)
    return path


def framed(*frames):
    return b"".join(struct.pack(">I", len(frame)) + frame for frame in frames)


def test_what_is_written_is_read(tmp_path):
    assert write_frames(tmp_path / "x.gz", FRAMES) == 4
    assert read(tmp_path / "x.gz") == (FRAMES, {})


def test_the_same_frames_give_the_same_bytes(tmp_path):
    write_frames(tmp_path / "x.gz", FRAMES)
    write_frames(tmp_path / "y.gz", FRAMES)
    assert (tmp_path / "x.gz").read_bytes() == (tmp_path / "y.gz").read_bytes()


def test_more_frames_than_fit_one_block(tmp_path):
    frames = [struct.pack(">I", i) * (i % 7) for i in range(150_000)]
    write_frames(tmp_path / "x.gz", frames)
    assert read(tmp_path / "x.gz") == (frames, {})


def test_several_members_and_padding(tmp_path):
    data = framed(*FRAMES)
    path = raw(tmp_path / "x.gz", gzip.compress(data[:7]) + gzip.compress(data[7:]) + bytes(600))
    assert read(path) == (FRAMES, {})


@pytest.mark.parametrize("n_kept", [5, 12, 400])
def test_cut_gzip_gives_the_frames_before_the_cut(tmp_path, n_kept):
    whole = gzip.compress(framed(*[bytes([i] * 40) for i in range(256)]), 0)
    frames, causes = read(raw(tmp_path / "x.gz", whole[:n_kept]))
    assert causes == {"damaged gzip": 1} and frames == [bytes([i] * 40) for i in range(len(frames))]


def test_not_gzip_at_all(tmp_path):
    assert read(raw(tmp_path / "x.gz", b"hello")) == ([], {"damaged gzip": 1})
    assert read(raw(tmp_path / "y.gz", gzip.compress(framed(b"a")) + b"tail"))[1] == {"damaged gzip": 1}


def test_an_empty_file_is_damaged_and_an_empty_archive_is_empty(tmp_path):
    assert read(raw(tmp_path / "x.gz", b"")) == ([], {"damaged gzip": 1})
    assert read(raw(tmp_path / "y.gz", gzip.compress(b""))) == ([], {})


@pytest.mark.parametrize(
    ("tail", "cause"),
    [
        (struct.pack(">I", 10) + b"short", "frame cut short"),
        (b"\0\0", "frame cut short"),
        (struct.pack(">I", 0xFFFFFFFF) + b"4 GB?", "frame too long"),
        (struct.pack(">I", 15_000_001), "frame too long"),
    ],
)
def test_a_wrong_length_ends_the_file(tmp_path, tail, cause):
    path = raw(tmp_path / "x.gz", gzip.compress(framed(*FRAMES) + tail))
    assert read(path) == (FRAMES, {cause: 1})


def test_a_bomb_is_left_alone_in_little_memory(tmp_path):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    mega = struct.pack(">I", 0xFFFFF0 & 0x0FFFFF) + bytes(0x0FFFF0)
    data = b"".join(squeeze.compress(mega) for _ in range(300)) + squeeze.flush()
    path = raw(tmp_path / "x.gz", data)
    tracemalloc.start()
    counts = Rejections()
    n = sum(len(block.begin) for block in read_frames(path, counts))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts.causes == {"swells too much when unpacked": 1} and n < 300
    assert peak < 60_000_000


def test_names():
    from pathlib import Path

    assert file_type_of(Path("iot_witness_ingest_report.1.gz")) == "iot_witness_ingest_report"
    assert file_type_of(Path("mobile_heartbeat.1.gz")) is None


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match="could not be read"):
        list(read_frames(tmp_path / "none.gz", Rejections()))
