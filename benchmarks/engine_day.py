"""A day of a network under the link engine: set-up, static links, draws and the first reports, on the CPU's clock."""

from __future__ import annotations

import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.first_compiled import first_arrivals, first_of, queue
from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from poc.keys import Keys
from poc.schema import TRUTH
from poc.world.witnessing.hearing import calls_of
from poc.world.witnessing.laws import law_of_lines, shadow_of
from poc.world.witnessing.neighbours import Reach
from poc.world.witnessing.reach import fade_floor_db
from poc.world.witnessing.receptions import flat_links as arrays_of
from poc.world.witnessing.receptions_compiled import BLOCK, found_of
from poc.world.witnessing.sites import UNITS_PER_M, ground_of
from poc.world.witnessing.static import links_compiled
from poc.world.witnessing.tables import tables_of
from radio_models.fading import Rayleigh

RANGE = 4096  # senders a call
Truth = Any


def truth_of(lat: Any, lon: Any, power_dbm: float) -> Truth:
    n = len(lat)
    return TRUTH.table(
        hotspot=np.arange(n), latitude_deg=lat, longitude_deg=lon, height_m=np.zeros(n), gain_dbi=np.zeros(n),
        power_dbm=np.full(n, power_dbm), rssi_bias_db=np.zeros(n), latency_s=np.full(n, 0.015),
        clock_offset_s=np.zeros(n), outage_share=np.zeros(n), attack=np.full(n, ""), nuisance=np.full(n, ""),
        group=np.zeros(n, int),
    )  # fmt: skip


class Day:
    """One network under the engine."""

    def __init__(self, base: Any, lat: Any, lon: Any, rural: Any, shadowing: Any) -> None:
        self.truth, self.rural, self.shadowing = truth_of(lat, lon, base.EIRP_GAIN_DB), rural, shadowing
        at_1km_db, per_decade_db = np.array(base.LOSS_DB).T
        octave_db = 0.5 * per_decade_db * np.log10(2.0)
        radius_m = 1000.0 * np.array(base.RADIUS_KM)
        self.law = law_of_lines(
            at_1km_db - octave_db * 2.0 * np.log2(1000.0 * UNITS_PER_M), octave_db, radius_m,
            Reach(0.0, 1.0, np.array([radius_m.max() ** 2])),
        )  # fmt: skip
        self.tables = tables_of(Rayleigh(), base.SENSITIVITY_DBM, 6.0)
        self.floor_cdbm = int(np.ceil(100 * (base.SENSITIVITY_DBM - fade_floor_db(Rayleigh()))))
        self.most, self.beacons = base.CAP, base.BEACONS
        self.n_links = self.n_heard = self.n_selected = self.n_beacons = 0
        self.crc = 0
        self.bytes_a_hotspot = 0.0
        self.degrees: list[Any] = []

    def run(self, n_days: int = 1, jobs: int = 1, size: int = RANGE, with_crc: bool = False) -> float:
        """CPU seconds of some days, set-up included; with a checksum, for one day, it takes longer."""
        started = time.process_time()
        ground = ground_of(self.truth, self.rural)
        row, n = ground.sites.row, len(ground)
        place = self.truth["latitude_deg"][row], self.truth["longitude_deg"][row]
        field = self.shadowing.field(unit_vectors(*place) * EARTH_RADIUS_M, Keys(1).of("shadowing"))
        airspace: Any = SimpleNamespace(
            ground=ground, law=self.law, shadow=shadow_of(field, n), least_cdbm=np.float32(-np.inf),
            floor_cdbm=self.floor_cdbm,
        )  # fmt: skip
        never, thread = np.zeros(0, np.uint16), threading.local()
        self.degrees, results = [], {}

        def work(begin: int) -> None:
            end = min(begin + size, n)
            links, crc = links_compiled(airspace, begin, end), 0
            degree, hotspot = np.diff(links.start), self.truth["hotspot"][row[begin:end]]
            heard, selected, n_beacons = 0, 0, 0
            most_links = int(degree.max(initial=0))
            if getattr(thread, "room", 0) < most_links:
                thread.room, thread.scratch = most_links, (queue(most_links), found_of(BLOCK + most_links))
            scratch, found = thread.scratch
            step = max(1, size // n_days)  # all days of some senders before the next ones
            for part in range(0, end - begin, step):
                of_day = np.arange(self.beacons, dtype=np.uint64) + (np.arange(n_days, dtype=np.uint64) << 40)[:, None]
                senders = np.arange(part, min(part + step, end - begin))
                sender = np.repeat(senders, of_day.size)
                beacon = (hotspot[senders, None] * np.uint64(4) + of_day.ravel()).ravel()
                calls = calls_of(sender, np.zeros(len(sender)), beacon, Keys(1))
                first = first_of(len(sender), self.most)
                first_arrivals(
                    calls, arrays_of(links), ground.sites, (never, never), self.tables, False, self.most, scratch,
                    found, first,
                )  # fmt: skip
                heard += int(first.n_heard.sum())
                selected += int(first.start[-1])
                n_beacons += len(sender)
            if with_crc:  # summed over beacons, so that it does not matter which range they were in
                witness = self.truth["hotspot"][row[first.witness[: first.start[-1]]]]
                for k in range(len(sender)):
                    span = slice(first.start[k], first.start[k + 1])
                    columns = witness[span], first.delay_ns[span], first.rssi_dbm[span], first.snr_db[span]
                    crc += zlib.crc32(b"".join(c.tobytes() for c in (first.n_heard[k : k + 1], *columns)))
            results[begin] = (degree, heard, selected, n_beacons, crc)

        if jobs == 1:
            for begin in range(0, n, size):
                work(begin)
        else:
            with ThreadPoolExecutor(jobs) as pool:
                list(pool.map(work, range(0, n, size)))
        cpu = time.process_time() - started
        parts = [results[begin] for begin in sorted(results)]
        self.degrees = np.concatenate([part[0] for part in parts])
        self.n_links = int(self.degrees.sum())
        self.n_heard, self.n_selected, self.n_beacons, self.crc = (sum(part[k] for part in parts) for k in (1, 2, 3, 4))
        self.bytes_a_hotspot = ground.n_bytes / n
        return cpu
