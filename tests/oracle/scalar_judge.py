"""Helium's verifier record by record, in plain Python with dictionaries, the C library of H3 and Decimal.

Written from `spec/helium-iot.md` §5 to §9 and §14, without the code under test: beacons one after the other, each
memory a dictionary that is overwritten. Every constant is written out again here.
"""

from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from functools import cache
from math import floor, inf, isnan, log10, nan, pi, trunc

import h3

NEVER = None
HIP_104 = {
    10: (2, 1, 1),
    9: (2, 1, 1),
    8: (2, 1, 1),
    7: (4, 5, 10),
    6: (4, 25, 50),
    5: (4, 100, 200),
    4: (2, 500, 1000),
}


def is_cell(cell):
    return cell != 0 and h3.is_valid_cell(h3.int_to_str(cell))


@cache
def metres(a, b):
    places = h3.cell_to_latlng(h3.int_to_str(a)), h3.cell_to_latlng(h3.int_to_str(b))
    return floor(h3.great_circle_distance(*places, unit="m") + 0.5)


@cache
def grid_cells(a, b):
    a, b = h3.int_to_str(a), h3.int_to_str(b)
    if min(h3.get_resolution(a), h3.get_resolution(b)) < 11:
        return -1
    try:
        return h3.grid_distance(h3.cell_to_parent(a, 11), h3.cell_to_parent(b, 11))
    except (h3.H3BaseException, ValueError):
        return -1


def as_i32(number):
    """A number cut to 32 bits and read as signed."""
    return (number + 2**31) % 2**32 - 2**31


def rssi_limit(power_dbm, gain_b, gain_w, distance_m, frequency_hz):
    if distance_m < 0 or frequency_hz < 0 or isnan(gain_b) or isnan(gain_w):
        return nan
    product = 4 * pi * distance_m * frequency_hz / 2.998e8
    loss = 20 * log10(product) if product > 0 else -inf
    return power_dbm + trunc(round(gain_b * 10) / 10) - loss + trunc(round(gain_w * 10) / 10)


class ScalarVerifier:
    """`hotspots`: id → dict(cell, gain_dbi, region, full). Memory lives in dictionaries and survives between calls.

    The last live rules; `scalar_dated.py` has the older ones.
    """

    table, n_rewarded, reciprocity, counts_unheard = HIP_104, 14, True, False

    def __init__(self, hotspots, denylist=("absent", set(), set())):
        self.hotspots = hotspots
        self.status, self.denied, self.edges = denylist
        self.last_beacon, self.last_reciprocal, self.last_witness = {}, {}, {}
        self.reciprocals = {}  # all of them, since a map is that of an earlier moment
        self.map_time, self.map_active, self.map = None, None, {}

    # -- what is asserted

    def cell(self, hotspot):
        cell = self.hotspots.get(hotspot, {"cell": 0})["cell"]
        return cell if is_cell(cell) else 0

    def asserted(self, hotspot):
        return hotspot in self.hotspots and self.cell(hotspot) != 0 and self.hotspots[hotspot]["region"] != 99

    # -- checks

    def beacon_checks(self, b):
        h = b["hotspot"]
        bucket, last = b["received_ns"] // (21_600 * 10**9), self.last_beacon.get(h, NEVER)
        yield 8, h not in self.hotspots, 0
        yield 2, not self.asserted(h), 0
        yield 9, self.status == "unloaded" or (self.status == "loaded" and h in self.denied), 1
        yield 3, not 0 <= b["received_ns"] // 10**9 - b["entropy_start_s"] <= 180, 1
        yield 5, not self.hotspots.get(h, {"full": False})["full"], 1
        yield 7, last is not NEVER and bucket <= last // (21_600 * 10**9), 1

    def witness_checks(self, b, r, first_ns, seen):
        h, w = b["hotspot"], r["hotspot"]
        nobody = {"full": False, "gain_dbi": 0.0, "region": 99}
        mine, theirs = self.hotspots.get(h, nobody), self.hotspots.get(w, nobody)
        a, c = self.cell(h), self.cell(w)
        d, n = (metres(a, c), grid_cells(a, c)) if a and c else (-1, -1)
        if b["received_ns"] <= first_ns:
            late = r["received_ns"] - b["received_ns"] > 4000 * 10**6
        else:
            late = r["received_ns"] - first_ns > 1500 * 10**6
        limit = rssi_limit(b["power_dbm"], mine["gain_dbi"], theirs["gain_dbi"], d, r["frequency_hz"])
        unloaded, loaded = self.status == "unloaded", self.status == "loaded"
        yield 20, w in seen, 3
        yield 8, w not in self.hotspots, 3
        yield 2, not self.asserted(w), 3
        yield 2, not self.asserted(h), 2
        yield 9, unloaded or (loaded and w in self.denied), 3
        yield 21, unloaded or (loaded and frozenset((h, w)) in self.edges), 3
        yield 15, h == w, 3
        yield 3, not 0 <= r["received_ns"] // 10**9 - b["entropy_start_s"] <= 180, 3
        yield 22, late, 3
        yield 10, r["payload"] != b["payload"], 3
        yield 5, not theirs["full"], 3
        yield 14, as_i32(abs(b["frequency_hz"] - r["frequency_hz"])) > 100_000, 3
        yield 12, mine["region"] != theirs["region"], 3
        yield 19, n < 8, 3
        yield 13, d < 0 or d // 1000 > 100, 3
        yield 11, not r["rssi_dbm"] <= limit, 3

    # -- one epoch

    def judge(self, beacons, reports):
        """Verdicts by id: beacons (reason, fired, n_reports, n_valid, n_selected, scale, unit), reports (reason, side,
        fired, selected, scale, unit)."""
        by_payload = {}
        for r in reports:
            by_payload.setdefault(r["payload"], []).append(r)
        of_beacons, of_reports = {}, {}
        for b in sorted(beacons, key=lambda b: (b["received_ns"], b["beacon"])):
            attached = sorted(by_payload.pop(b["payload"], []), key=lambda r: (r["received_ns"], r["report"]))
            scale = self.scale(b)
            verdict, witnesses = self.one(b, attached)
            selected = self.selected(b, [r for r in attached if witnesses[r["report"]][0] == 0])
            ids = {r["report"] for r in selected}
            n_valid = sum(1 for v in witnesses.values() if v[0] == 0)
            unit_b, unit_w = units(len(ids))
            if verdict[0]:
                scale = 0
            of_beacons[b["beacon"]] = (*verdict, len(attached), n_valid, len(ids), scale, unit_b)
            for report, v in witnesses.items():
                paid = report in ids
                of_reports[report] = (*v, paid, scale if v[0] == 0 else 0, unit_w if paid else 0)
        return of_beacons, of_reports

    def one(self, b, attached):
        h, reason, fired, admitted = b["hotspot"], 0, 0, True
        for number, fails, stage in self.beacon_checks(b):
            if fails:
                reason, fired = reason or number, fired | 1 << number
                admitted &= stage > 0
        self.remember_beacon(b, reason, admitted)
        passed = reason == 0
        if passed and (attached or self.counts_unheard):
            self.last_reciprocal[h] = b["received_ns"]
            self.reciprocals.setdefault(h, []).append(b["received_ns"])

        witnesses, seen = {}, set()
        for r in attached:
            w_reason, side, w_fired = 0, 0, 0
            for number, fails, blame in self.witness_checks(b, r, attached[0]["received_ns"], seen):
                if fails:
                    if not w_reason:
                        w_reason, side = number, blame
                    w_fired |= 1 << number
            seen.add(r["hotspot"])
            witnesses[r["report"]] = [w_reason, side, w_fired]
            if passed and not w_reason:
                self.last_witness[r["hotspot"]] = r["received_ns"]

        if self.reciprocity and self.stale(self.last_witness.get(h, NEVER), b["received_ns"]):
            reason, fired = reason or 24, fired | 1 << 24
        for r in attached:
            v = witnesses[r["report"]]
            if self.reciprocity and self.stale(self.last_reciprocal.get(r["hotspot"], NEVER), r["received_ns"]):
                if not v[0]:
                    v[0], v[1] = 23, 3
                v[2] |= 1 << 23
        if reason:
            witnesses = {report: [reason, 2, fired] for report in witnesses}
        return (reason, fired), witnesses

    def selected(self, b, valid):
        return valid[: self.n_rewarded]

    def remember_beacon(self, b, reason, admitted):
        if admitted:
            self.last_beacon[b["hotspot"]] = b["received_ns"]

    @staticmethod
    def stale(last_ns, now_ns):
        return last_ns is NEVER or now_ns - last_ns >= 48 * 3600 * 10**9

    # -- density

    def scale(self, b):
        now_ns = b["received_ns"] // (1800 * 10**9) * 1800 * 10**9
        if self.map_time != now_ns:
            oldest = now_ns - 61 * 3600 * 10**9
            active = frozenset(
                h for h, times in self.reciprocals.items()
                if self.asserted(h) and next((t for t in reversed(times) if t < now_ns), oldest - 1) >= oldest
            )  # fmt: skip
            if active != self.map_active:
                self.map_active, self.map = active, density(sorted(self.cell(h) for h in active), self.table)
            self.map_time = now_ns
        return self.map.get(self.cell(b["hotspot"]), 2000)


def density(cells, table=HIP_104):
    """Exact asserted cell → scale in 1e-4, by the letter of §9."""
    getcontext().prec = 28
    fine = [h3.int_to_str(cell) for cell in cells if h3.get_resolution(h3.int_to_str(cell)) >= 11]
    unclipped, clipped = {}, {}
    for cell in fine:
        parent = h3.cell_to_parent(cell, 11)
        unclipped[parent] = unclipped.get(parent, 0) + 1
        clipped[parent] = clipped.get(parent, 0) + 1
    layer = set(unclipped)
    for resolution in (10, 9, 8, 7, 6, 5, 4):
        n_neighbours, target, greatest = table[resolution]
        sums = {}
        for child in layer:
            parent = h3.cell_to_parent(child, resolution)
            sums[parent] = sums.get(parent, 0) + clipped[child]
        layer = set(sums)
        for parent in layer:
            n = sum(1 for near in h3.grid_disk(parent, 1) if sums.get(near, 0) >= target)
            limit = min(greatest, target * max(max(n - n_neighbours, 0) + 1 if n >= n_neighbours else 1, 1))
            unclipped[parent], clipped[parent] = sums[parent], min(limit, sums[parent])
    scales = {}
    for cell in fine:
        product = Decimal(1)
        for resolution in (10, 9, 8, 7, 6, 5, 4):
            parent = h3.cell_to_parent(cell, resolution)
            product *= Decimal(clipped[parent]) / Decimal(unclipped[parent])
        scales[h3.str_to_int(cell)] = int((product * 10_000).quantize(Decimal(1), ROUND_HALF_EVEN))
    return scales


def units(w):
    """(beaconer, witness) HIP-15 units in 1e-4."""
    four, rate = Decimal(4), Decimal("0.8")
    if w == 0:
        pair = Decimal(0), Decimal(0)
    elif w <= 4:
        pair = w / four, Decimal(1)
    else:
        pair = min(Decimal(2), 2 - rate ** (w - 4)), min(Decimal(2), (four - (1 - rate ** (w - 4))) / w)
    return tuple(int((unit * 10_000).quantize(Decimal(1), ROUND_HALF_EVEN)) for unit in pair)
