"""Links of an epoch before which a few hotspots moved: carried from the epoch before, beside all of them computed anew.

    .venv/bin/python benchmarks/carrying.py [--hotspots 100000] [--share 0.01] [--rounds 3]

2.8 hotspots a km² placed by the people of a made-up city, log-distance loss of exponent 3.5, the default shadowing.
Before each round another share of the hotspots moves to where others live. Both sides set up the airspace; CPU seconds,
medians; links of both are compared by checksum.
"""

from __future__ import annotations

import argparse
import statistics
import time
import zlib

import numpy as np

from poc.emulator import Emulation
from poc.scenario import scenario_from
from poc.table import Table
from poc.world.observers import SHARD_BEACONERS, BeaconWitness
from poc.world.witnessing.carrying import CarriedLinks
from poc.world.witnessing.links import Airspace, Links, airspace_of

ALL = 10**9


def moved(truth: Table, share: float, rng: np.random.Generator) -> Table:
    """The fleet after a share of it went to live within a hundred metres or so of others."""
    n = round(share * len(truth))
    rows, beside = rng.choice(len(truth), n, replace=False), rng.choice(len(truth), n)
    places = {name: truth[name].copy() for name in ("latitude_deg", "longitude_deg")}
    for degrees in places.values():
        degrees[rows] = degrees[beside] + rng.normal(0.0, 0.001, n)
    return truth.replace(**places)


def crc_of(airspace: Airspace, ranges: list[Links]) -> int:
    """Checksum of all links by hotspot, whatever their order."""
    word, first, sum_ = airspace.ground.sites.id_word, 0, 0
    for links in ranges:
        n = len(links.start) - 1
        sender = np.repeat(word[first : first + n], np.diff(links.start))
        with np.errstate(over="ignore"):
            mixed = (sender ^ (word[links.witness] * np.uint64(3))) * (
                links.received_cdbm.astype(np.uint64) * np.uint64(2) + np.uint64(1)
            )
        sum_ = (sum_ + int(mixed.sum(dtype=np.uint64))) % 2**64
        first += n
    return zlib.crc32(sum_.to_bytes(8, "little"))


def links_of(kept: CarriedLinks, airspace: Airspace, truth: Table) -> list[Links]:
    kept.follow(airspace, truth)
    n = len(truth)
    return [kept.links(begin, min(begin + SHARD_BEACONERS, n), keep=True) for begin in range(0, n, SHARD_BEACONERS)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hotspots", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    side_km = (options.hotspots / 2.8) ** 0.5
    given = {
        "map": {"synthetic": {"width_km": side_km, "height_km": side_km, "resolution": 7}},
        "radio": {"path_loss": {"name": "log-distance", "exponent": 3.5}},
        "fleet": {"n_hotspots": options.hotspots},
        "profile": {"base": "minimal"},
        "detectors": {"of_profile": False, "also": []},
    }
    emulation = Emulation.of(scenario_from(given, "benchmark"))
    setting, truth = emulation.setting, emulation.world.truth
    sensitivity_dbm = BeaconWitness(setting).sensitivity_dbm
    rng, kept = np.random.default_rng(1), CarriedLinks(SHARD_BEACONERS, ALL)
    links_of(kept, airspace_of(truth, setting, sensitivity_dbm), truth)
    seconds: dict[str, list[float]] = {"carried": [], "anew": []}
    for number in range(options.rounds + 1):
        truth = moved(truth, options.share, rng)
        crcs = {}
        for side, links in (("carried", kept), ("anew", CarriedLinks(SHARD_BEACONERS, ALL))):
            began = time.process_time()
            airspace = airspace_of(truth, setting, sensitivity_dbm)
            found = links_of(links, airspace, truth)
            if number:  # the first round compiles and fills caches
                seconds[side].append(time.process_time() - began)
            crcs[side] = crc_of(airspace, found)
        if crcs["carried"] != crcs["anew"]:
            raise SystemExit(f"carried links differ from those computed anew: {crcs}")
        print(f"round {number}: {sum(map(len, found)):,} links, CRC {crcs['anew']:08x}")
    carried, anew = (statistics.median(seconds[side]) for side in ("carried", "anew"))
    ratios = sorted(a / c for a, c in zip(seconds["anew"], seconds["carried"], strict=True))
    print(
        f"{options.share:.1%} of {options.hotspots:,} moved: carried {carried:.3f} CPU s, anew {anew:.3f}; "
        f"{statistics.median(ratios):.1f} × ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )


if __name__ == "__main__":
    main()
