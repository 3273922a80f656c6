"""Speed of oracle files: witness ingest frames a second, from gzip to columns, and on to the rows that are judged.

    .venv/bin/python benchmarks/frames.py [--frames 200000] [--rounds 3] [--json FILE]

Every round reads the file both ways. Memory is the growth of the process's peak while it is decoded block by block; the
rows that `poc verify` makes of it are all held.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from poc.interop.frames import read_frames, write_frames
from poc.interop.messages import FILE_TYPES
from poc.interop.oracle_ingest import read_oracle_witnesses
from poc.interop.rejections import Rejections
from poc.interop.wire import encode
from poc.interop.wire_compiled import GOOD, decode_frames

FILE_TYPE = "iot_witness_ingest_report"


def frames(n: int, n_hotspots: int = 5000) -> Iterator[bytes]:
    """Witness reports of some hotspots: keys of 33 bytes, payloads of 51, signatures of 64."""
    rng = np.random.default_rng(1)
    keys = [b"\x01" + bytes(row) for row in rng.integers(0, 256, (n_hotspots, 32), np.uint8)]
    for number in range(n):
        yield encode(
            FILE_TYPES[FILE_TYPE],
            {
                "received_timestamp": 1_700_000_000_000 + number,
                "report": {
                    "pub_key": keys[int(rng.integers(n_hotspots))],
                    "data": rng.bytes(51),
                    "timestamp": (1_700_000_000_000 + number) * 10**6,
                    "tmst": number,
                    "signal": -1090,
                    "snr": -35,
                    "frequency": 868_100_000,
                    "datarate": 3,
                    "signature": rng.bytes(64),
                },
            },
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    def decoded(path: Path) -> int:
        n = 0
        for block in read_frames(path, Rejections()):
            n += int((decode_frames(FILE_TYPES[FILE_TYPE], block.data, block.begin, block.end).status == GOOD).sum())
        return n

    ways = {"decoded": decoded, "rows": lambda path: len(read_oracle_witnesses(path, Rejections()))}
    times: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{FILE_TYPE}.1700000000000.gz"
        write_frames(path, frames(options.frames))
        few = Path(folder) / f"{FILE_TYPE}.1700000000001.gz"
        write_frames(few, frames(1000))
        assert decoded(few) == 1000  # compiles
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert decoded(path) == options.frames
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
        for _ in range(options.rounds):
            for name, read in ways.items():
                cpu = time.process_time()
                assert read(path) == options.frames
                times[name].append(time.process_time() - cpu)
    figures = {
        "frames": options.frames,
        "decoded_per_cpu_s": options.frames / min(times["decoded"]),
        "rows_per_cpu_s": options.frames / min(times["rows"]),
        "cpu_s": times,
        "peak_growth_mb_while_decoding": grown_mb,
    }
    print(
        f"decoded to columns: {figures['decoded_per_cpu_s']:,.0f} frames per CPU second, {grown_mb:.0f} MB more memory"
    )
    print(f"and on to rows:     {figures['rows_per_cpu_s']:,.0f} frames per CPU second")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
