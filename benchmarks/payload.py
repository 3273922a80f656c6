"""Speed of beacon payloads: SHA-256, ChaCha12 and the digest of many beacons, beside the scalar form.

    .venv/bin/python benchmarks/payload.py [--beacons 400000] [--rounds 3]

Every round runs both, the compiled form on two threads over halves of the beacons. Rates are per CPU second (which does
not depend on what else the machine does) and per second of wall clock; the best round of each counts.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from poc.beacon.payload import digest, payload, payloads_and_digests

N_SCALAR = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beacons", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    rng = np.random.default_rng(1)
    remote = rng.integers(0, 256, (1440, 32), np.uint8)
    start_s = 1_700_000_000 + 60 * np.arange(1440)
    row = rng.integers(0, 1440, options.beacons)
    local = rng.integers(0, 2**32, options.beacons, np.uint32)
    halves = np.array_split(np.arange(options.beacons), 2)
    payloads_and_digests(remote, start_s, row[:1], local[:1])  # compiles

    def scalar(n: int) -> list[int]:
        return [
            digest(payload(bytes(remote[row[i]]), int(start_s[row[i]]), int(local[i]).to_bytes(4, "little")))
            for i in range(n)
        ]

    best_cpu = best_wall = best_scalar = 0.0
    for _ in range(options.rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            parts = list(pool.map(lambda rows: payloads_and_digests(remote, start_s, row[rows], local[rows]), halves))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        best_cpu, best_wall = max(best_cpu, options.beacons / cpu), max(best_wall, options.beacons / wall)
        began = time.process_time()
        expected = scalar(N_SCALAR)
        best_scalar = max(best_scalar, N_SCALAR / (time.process_time() - began))
        assert parts[0][1][:N_SCALAR].tolist() == expected
    print(f"compiled, two threads: {best_wall:,.0f} payloads/s; {best_cpu:,.0f} per CPU second")
    print(f"scalar Python:         {best_scalar:,.0f} per CPU second, {best_cpu / best_scalar:,.0f} times fewer")


if __name__ == "__main__":
    main()
