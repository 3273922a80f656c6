"""Tables for tests of the judge: a written-out scene, and random worlds full of faults and boundary cases."""

from dataclasses import dataclass, field

import numpy as np

from maps.geodesy import great_circle_m
from maps.grid import cells_from_coordinates, coordinates_from_cells, disks, parents
from poc.profiles import PROFILES
from poc.schema import BEACONS, HOTSPOTS, NAMED_BEACONS, WITNESS_REPORTS
from poc.table import Table
from poc.validator.state import LAST_TIMES, ValidatorState

EU868, US915 = 1, 0
LOC0, LOC1, LOC2 = 631615575095659519, 631615576056478207, 631278052025960447  # spec/helium-iot-vectors.md §3
LOC3, LOC4 = 627111975468974079, 627111975465463807
HOUR = 3600 * 10**9
START_S = 1_677_163_710  # entropy of the upstream fixture
NOON = START_S * 10**9
#: On the edge of the tolerance, and of what 32 bits hold.
OFFSETS_HZ = (
    100_000, 100_001, -100_000, -100_001, 2**31 - 1, 2**31, 2**32 - 1, 2**32 + 100_000, 2**32 + 100_001, 2**62 + 2**31,
)  # fmt: skip


@dataclass
class Scene:
    """Hotspots and reports written one by one; `judge()` runs a profile on what was written since the last call."""

    profile: str = "helium-iot-2026"
    state: ValidatorState = field(default_factory=ValidatorState)
    overrides: dict = field(default_factory=dict)
    entropies: Table | None = None  # the archive; without one every beacon counts as archived
    named: dict = field(default_factory=dict)  # report → beacon that its file names
    more: dict = field(default_factory=dict)  # further tables beside the reports

    def __post_init__(self):
        self.hotspots, self.beacons, self.reports, self._next = {}, [], [], 1000

    def hotspot(self, hotspot, cell=LOC0, **changes):
        row = {
            "hotspot": hotspot,
            "owner": 0,
            "cell": cell,
            "gain_dbi": 2.0,
            "elevation_m": 0.0,
            "region": EU868,
            "full": True,
        }
        self.hotspots[hotspot] = row | changes
        return self

    def reciprocal(self, *hotspots, at_ns):
        """Both timestamps of these hotspots, as if they had witnessed and beaconed then."""
        rows = {
            row[0]: row
            for row in zip(*(self.state.last_times[name].tolist() for name in LAST_TIMES.names), strict=True)
        }
        never = np.iinfo(np.int64).min
        for hotspot in hotspots:
            rows[hotspot] = (hotspot, rows.get(hotspot, (0, never))[1], at_ns, at_ns, never)
        columns = zip(*(rows[key] for key in sorted(rows)), strict=True)
        table = LAST_TIMES.table(**{name: list(values) for name, values in zip(LAST_TIMES.names, columns, strict=True)})
        self.state = ValidatorState(table, self.state.denylist)
        return self

    def beacon(self, hotspot, received_ns=NOON + 60 * 10**9, payload=None, **changes):
        self._next += 1
        row = {
            "beacon": self._next, "hotspot": hotspot, "sent_ns": received_ns, "received_ns": received_ns,
            "payload": self._next if payload is None else payload, "entropy_start_s": received_ns // 10**9 - 60,
            "power_dbm": 14, "frequency_hz": 867_900_000, "spreading_factor": 12, "entropy": 0, "local_entropy": 0,
        }  # fmt: skip
        self.beacons.append(row | changes)
        return self.beacons[-1]

    def report(self, hotspot, beacon, **changes):
        self._next += 1
        row = {
            "report": self._next, "payload": beacon["payload"], "hotspot": hotspot, "heard_ns": 0,
            "received_ns": beacon["received_ns"] + 10**9, "rssi_dbm": -108.0, "snr_db": 3.5,
            "frequency_hz": 867_900_032, "spreading_factor": 12,
        }  # fmt: skip
        self.reports.append(row | changes)
        return self.reports[-1]

    def tables(self):
        reports = {
            "beacons": table_of(BEACONS, self.beacons),
            "witness_reports": table_of(WITNESS_REPORTS, self.reports),
        }
        if self.entropies is not None:
            reports["entropies"] = self.entropies
        if self.named:
            rows = [{"report": report, "beacon": beacon} for report, beacon in self.named.items()]
            reports["named_beacons"] = table_of(NAMED_BEACONS, rows)
        return table_of(HOTSPOTS, list(self.hotspots.values())), reports | self.more

    def judge(self):
        profile = PROFILES[self.profile].bend(self.overrides)
        hotspots, reports = self.tables()
        judgement = profile.evidence_kinds[0].judge(hotspots, reports, self.state, profile.limits)
        self.state, self.beacons, self.reports = judgement.state, [], []
        return judgement


def table_of(schema, rows) -> Table:
    if not rows:
        return schema.empty()
    # with the dtype at once: numpy would make floats of ids on both sides of 2^63
    return schema.table(**{c.name: np.array([row[c.name] for row in rows], c.dtype) for c in schema.columns})


def rows_of(table):
    """The table as a list of dictionaries of Python values."""
    columns = {name: table[name].tolist() for name in table}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def random_world(seed, n_hotspots=250, n_beacons=4000, n_reports_each=6, start_ns=NOON, hours=24):
    """HOTSPOTS, BEACONS and WITNESS_REPORTS in which most is well and every kind of fault occurs, ids shuffled."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(10_000)[:n_hotspots].astype(np.uint64) + np.uint64(1)
    hotspots = _hotspots(rng, ids)
    known = rng.choice(ids, n_beacons)
    stranger = rng.integers(20_000, 20_010, n_beacons).astype(np.uint64)
    sender = np.where(rng.random(n_beacons) < 0.01, stranger, known)
    sent_ns = start_ns + rng.integers(0, hours * HOUR, n_beacons) // 10**6 * 10**6
    # many exactly on the edges of the buckets and of the half-hours
    edge = rng.random(n_beacons) < 0.1
    sent_ns[edge] = sent_ns[edge] // (HOUR // 2) * (HOUR // 2)
    age_s = np.where(
        rng.random(n_beacons) < 0.9, rng.integers(0, 150, n_beacons), rng.choice([-1, 180, 181], n_beacons)
    )
    channel = rng.choice([867_100_000, 867_900_000], n_beacons)
    payload = rng.permutation(10 * n_beacons)[:n_beacons]
    twin = rng.random(n_beacons) < 0.02
    payload[twin] = np.roll(payload, 1)[twin]
    beacons = BEACONS.table(
        beacon=rng.permutation(5 * n_beacons)[:n_beacons], hotspot=sender,
        sent_ns=sent_ns, received_ns=sent_ns, payload=payload, entropy_start_s=sent_ns // 10**9 - age_s,
        power_dbm=rng.choice([14, 27], n_beacons), frequency_hz=channel, spreading_factor=np.full(n_beacons, 12),
        entropy=0, local_entropy=0,
    )  # fmt: skip
    return hotspots, beacons, _reports(rng, ids, beacons, n_reports_each, start_ns)


def _hotspots(rng, ids):
    n = len(ids)
    latitude, longitude = 35.9 + 0.6 * rng.random(n) ** 3, 14.4 + 0.6 * rng.random(n) ** 3
    far = rng.random(n) < 0.05
    latitude[far] += 1.2
    cell = np.array(cells_from_coordinates(latitude, longitude, 12))
    crowd = rng.random(n) < 0.3  # within a few cells of one place, so that 7, 8 and 9 cells occur
    near = disks(np.array([parents(np.uint64(LOC0), 11)]), 10)[1]
    cell[crowd] = rng.choice(near, crowd.sum())
    odd = rng.random(n) < 0.06
    cell[odd] = rng.choice(np.array([0, 12345, parents(np.uint64(LOC0), 9), 2**64 - 1], np.uint64), odd.sum())
    return HOTSPOTS.table(
        hotspot=ids, owner=ids, cell=cell, gain_dbi=rng.choice([0.9, 1.2, 1.9, 5.8, 8.1], n), elevation_m=np.zeros(n),
        region=rng.choice([EU868, US915, 99], n, p=[0.94, 0.03, 0.03]), full=rng.random(n) < 0.97,
    )  # fmt: skip


def _reports(rng, ids, beacons, n_each, start_ns):
    row = np.repeat(np.arange(len(beacons)), rng.poisson(n_each, len(beacons)))
    row = np.append(row, np.repeat(rng.choice(len(beacons), 40), 25))  # crowds, for the cap of 14
    n = len(row)
    lag_ms = rng.choice(
        [-1500, -1, 0, 1, 700, 1499, 1500, 1501, 3999, 4000, 4001],
        n,
        p=[0.03] * 3 + [0.2, 0.45] + [0.0433] * 5 + [0.0435],
    )
    witness = rng.choice(ids, n)
    witness = np.where(rng.random(n) < 0.01, beacons["hotspot"][row], witness)
    witness = np.where(rng.random(n) < 0.01, np.uint64(30_000), witness)
    offset_hz = rng.choice([0, 32, *OFFSETS_HZ], n, p=[0.46, 0.46, *[0.08 / len(OFFSETS_HZ)] * len(OFFSETS_HZ)])
    rssi = rng.choice(
        [-120.0, -100.0, -90.0, -80.0, 10.0, np.nan, -np.inf, np.inf], n, p=[0.5, 0.2, 0.1, 0.1, 0.07, 0.01, 0.01, 0.01]
    )
    return WITNESS_REPORTS.table(
        report=rng.permutation(3 * n)[:n], payload=np.where(rng.random(n) < 0.01, 10**9, beacons["payload"][row]),
        hotspot=witness, heard_ns=np.zeros(n), received_ns=beacons["received_ns"][row] + lag_ms * 10**6,
        rssi_dbm=rssi, snr_db=np.zeros(n), frequency_hz=beacons["frequency_hz"][row] + offset_hz,
        spreading_factor=np.full(n, 12),
    )  # fmt: skip


def with_edges(hotspots, beacons, reports, limit_dbm):
    """The same world with cases exactly on the edge: 100,999 and 101,000 m, and signals on their bound and beside it.

    `limit_dbm(beacon, report)` gives the bound of a pair of rows. Some witnesses of the first beacons are moved to
    places at these distances; every seventh report is put on its bound or a hair to either side.
    """
    at = hotspots["hotspot"][:3]
    cells = hotspots["cell"].copy()
    cells[:3] = [LOC0, *_cells_at(100_999, 101_000)]
    hotspots = hotspots.replace(
        cell=cells, region=np.where(np.arange(len(cells)) < 3, EU868, hotspots["region"]),
        full=hotspots["full"] | (np.arange(len(cells)) < 3),
    )  # fmt: skip
    sender = beacons["hotspot"].copy()
    sender[:40] = at[0]
    beacons = beacons.replace(hotspot=sender)
    row = beacons.rows_of(reports["payload"], "payload")
    witness, rssi_dbm = reports["hotspot"].copy(), reports["rssi_dbm"].copy()
    edge = np.flatnonzero((row >= 0) & (row < 40))
    witness[edge] = at[1 + np.arange(len(edge)) % 2]
    rssi_dbm[edge] = -140.0
    reports = reports.replace(hotspot=witness, rssi_dbm=rssi_dbm)
    sent, heard = rows_of(beacons), rows_of(reports)
    for number in range(0, len(heard), 7):
        if row[number] >= 0 and number not in edge:
            bound = limit_dbm(hotspots, sent[row[number]], heard[number])
            rssi_dbm[number] = bound + (0.0, -1e-9, 1e-9)[number % 3] if np.isfinite(bound) else rssi_dbm[number]
    return hotspots, beacons, reports.replace(rssi_dbm=rssi_dbm)


def _cells_at(*metres):
    """A cell of resolution 15 at each of these rounded distances north of LOC0."""
    latitude, longitude = (float(x[0]) for x in coordinates_from_cells(np.array([LOC0], np.uint64)))
    found = []
    for wanted in metres:
        north = latitude + (wanted + np.arange(-60, 60) * 0.25) / 111_195.08
        cells = cells_from_coordinates(north, np.full(len(north), longitude), 15)
        places = coordinates_from_cells(cells)
        distance_m = np.floor(great_circle_m(latitude, longitude, *places) + 0.5)
        found.append(int(cells[np.flatnonzero(distance_m == wanted)[0]]))
    return found
