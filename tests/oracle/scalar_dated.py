"""The older rules record by record: the oracle of early 2023 and the chain's own PoC v11 and v10.

Written from `spec/helium-iot.md` §0, §12 and §14, without the code under test. Which valid witnesses a draw picks is
left open: the first ones stand for them, and only their number is compared.
"""

from functools import cache
from math import atan, atan2, ceil, cos, hypot, inf, log10, nan, pi, radians, sin, sqrt, tan

import h3

from tests.oracle.scalar_judge import NEVER, ScalarVerifier, as_i32, grid_cells, is_cell, metres, rssi_limit
from tests.oracle.scalar_shuffle import drawn

HIP_17 = {10: (2, 1, 1), 9: (2, 1, 2), 8: (2, 1, 4), 7: (2, 5, 20), 6: (1, 25, 100), 5: (1, 100, 400), 4: (1, 250, 800)}
EDGE_KM = {9: 0.174375668, 11: 0.024910561, 12: 0.009415526, 15: 0.000509713}
CHANNELS = {1: [867_100_000 + 200_000 * i for i in range(8)], 0: [903_900_000 + 200_000 * i for i in range(8)]}
EIRP = {1: 16.1, 0: 36.0}
NOBODY = {"full": False, "gain_dbi": 0.0, "region": 99, "owner": 0}


class Scalar2023(ScalarVerifier):
    """Denied reports never arrive; an interval since the last valid beacon; a draw; no lag, edge, reciprocity."""

    table, reciprocity, counts_unheard = HIP_17, False, True

    def judge(self, beacons, reports):
        def arrives(row):
            return self.status == "absent" or (self.status == "loaded" and row["hotspot"] not in self.denied)

        return super().judge([b for b in beacons if arrives(b)], [r for r in reports if arrives(r)])

    def selected(self, b, valid):
        return drawn(valid, b["beacon"].to_bytes(8, "little"), self.n_rewarded)

    def remember_beacon(self, b, reason, admitted):
        if not reason:
            self.last_beacon[b["hotspot"]] = b["received_ns"]

    def beacon_checks(self, b):
        h, last = b["hotspot"], self.last_beacon.get(b["hotspot"], NEVER)
        yield 8, h not in self.hotspots, 0
        yield 2, not self.asserted(h), 0
        yield 3, not 0 <= b["received_ns"] // 10**9 - b["entropy_start_s"] <= 180, 1
        yield 5, not self.hotspots.get(h, NOBODY)["full"], 1
        yield 7, last is not NEVER and b["received_ns"] - last < 21_000 * 10**9, 1

    def witness_checks(self, b, r, first_ns, seen):
        h, w = b["hotspot"], r["hotspot"]
        mine, theirs = self.hotspots.get(h, NOBODY), self.hotspots.get(w, NOBODY)
        a, c = self.cell(h), self.cell(w)
        d, n = (metres(a, c), grid_cells(a, c)) if a and c else (-1, -1)
        limit = rssi_limit(b["power_dbm"], mine["gain_dbi"], theirs["gain_dbi"], d, r["frequency_hz"])
        yield 20, w in seen, 3
        yield 8, w not in self.hotspots, 3
        yield 2, not self.asserted(w), 3
        yield 2, not self.asserted(h), 2
        yield 15, h == w, 3
        yield 3, not 0 <= r["received_ns"] // 10**9 - b["entropy_start_s"] <= 180, 3
        yield 10, r["payload"] != b["payload"], 3
        yield 5, not theirs["full"], 3
        yield 14, as_i32(abs(b["frequency_hz"] - r["frequency_hz"])) > 100_000, 3
        yield 12, mine["region"] != theirs["region"], 3
        yield 19, n < 8, 3
        yield 13, d < 0 or d // 1000 > 100, 3
        yield 11, not r["rssi_dbm"] <= limit, 3


class ScalarV11(ScalarVerifier):
    """No schedule, no entropy; Vincenty less half a cell on either side; 1 kHz and the channel; strict bound."""

    table, n_rewarded, reciprocity, counts_unheard = HIP_17, 10, False, True

    def beacon_checks(self, b):
        h = b["hotspot"]
        yield 8, h not in self.hotspots, 0
        yield 2, not self.asserted(h), 0
        yield 5, not self.hotspots.get(h, NOBODY)["full"], 1

    def witness_checks(self, b, r, first_ns, seen):
        h, w = b["hotspot"], r["hotspot"]
        mine, theirs = self.hotspots.get(h, NOBODY), self.hotspots.get(w, NOBODY)
        yield 20, w in seen, 3
        yield 8, w not in self.hotspots, 3
        yield 2, not self.asserted(w), 3
        yield 15, h == w, 3
        yield 15, h != w and mine["owner"] != 0 and mine["owner"] == theirs["owner"], 3
        yield 10, r["payload"] != b["payload"], 3
        yield 5, not theirs["full"], 3
        yield from self.tags(b, r, mine, theirs)

    def tags(self, b, r, mine, theirs):
        a, c = self.cell(b["hotspot"]), self.cell(r["hotspot"])
        km = chain_km(a, c)
        heard = r["frequency_hz"]
        channels = CHANNELS.get(mine["region"], [])
        power = b["power_dbm"] or EIRP.get(mine["region"], 0.0)
        yield 14, heard == 0, 3
        yield 12, mine["region"] != theirs["region"], 3
        yield 13, km > 100, 3
        yield 19, (grid_cells(a, c) if a and c else -1) < 8, 3
        yield 11, not r["rssi_dbm"] < power - (loss_db(km, heard) - theirs["gain_dbi"]), 3
        yield 14, all(abs(heard - channel) > 1000 for channel in channels), 3
        yield 14, another_channel(heard, b["frequency_hz"], channels), 3


class ScalarV10(ScalarV11):
    """28 dBm and 1.8 dBi for everybody, no regions, and a lower bound by signal-to-noise ratio."""

    n_rewarded = 25

    def tags(self, b, r, mine, theirs):
        a, c = self.cell(b["hotspot"]), self.cell(r["hotspot"])
        km = chain_km(a, c)
        heard = r["frequency_hz"]
        bound = 28 - (loss_db(km, heard) - 3.6) if heard > 0 else 28 - loss_db(km, 915e6)
        yield 14, heard == 0, 3
        yield 13, km > 100, 3
        yield 19, (grid_cells(a, c) if a and c else -1) < 8, 3
        yield 11, not r["rssi_dbm"] < bound, 3
        yield 11, not r["rssi_dbm"] >= snr_bound(r["snr_db"]), 3
        yield 14, another_channel(heard, b["frequency_hz"], CHANNELS.get(mine["region"], [])), 3


def another_channel(heard, sent, channels):
    def nearest(hz):
        return min(range(len(channels)), key=lambda i: (abs(hz - channels[i]), -i))

    return not channels or nearest(heard) != nearest(sent)


def snr_bound(snr):
    """The lower bounds of SNR_CURVE (spec/helium-iot.md §12.4); off the table the nearest × (1 + steps)."""
    table = {**dict.fromkeys(range(10, 17), -90), 9: -95, 8: -105, 7: -108, 6: -113, 5: -115, 4: -115, 3: -115, 2: -117,
             1: -120, **dict.fromkeys(range(-5, 1), -125), -6: -124, -7: -123, **dict.fromkeys(range(-14, -7), -125),
             -15: -124, **dict.fromkeys(range(-20, -15), -123)}  # fmt: skip
    key = ceil(snr)
    nearest = min(max(key, -20), 16)
    return table[nearest] * (1 + abs(key - nearest))


def loss_db(km, hz):
    product = 4 * pi * hz * 1000 * km / 299_792_458.0
    return 20 * log10(product) if product > 0 else -inf if product == 0 else nan


@cache
def chain_km(a, b):
    if not (a and b and is_cell(a) and is_cell(b)):
        return 1000.0
    if a == b:
        return 0.001
    texts = h3.int_to_str(a), h3.int_to_str(b)
    metres_apart = vincenty(*(h3.cell_to_latlng(text) for text in texts))
    if metres_apart is None:
        return 1000.0
    return metres_apart / 1000 - sum(EDGE_KM[h3.get_resolution(text)] * 1.732 / 2 for text in texts)


def vincenty(one, two):
    """Inverse problem on WGS84 in metres; None where it does not converge."""
    major, flat = 6_378_137.0, 1 / 298.257223563
    minor = major * (1 - flat)
    u1, u2 = (atan((1 - flat) * tan(radians(place[0]))) for place in (one, two))
    away = lam = radians(two[1] - one[1])
    for _ in range(200):
        sin_s = hypot(cos(u2) * sin(lam), cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lam))
        if sin_s == 0:
            return 0.0
        cos_s = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lam)
        sigma = atan2(sin_s, cos_s)
        sin_a = cos(u1) * cos(u2) * sin(lam) / sin_s
        cos2_a = 1 - sin_a**2
        mid = cos_s - 2 * sin(u1) * sin(u2) / cos2_a if cos2_a else 0.0
        c = flat / 16 * cos2_a * (4 + flat * (4 - 3 * cos2_a))
        before = lam
        lam = away + (1 - c) * flat * sin_a * (sigma + c * sin_s * (mid + c * cos_s * (2 * mid**2 - 1)))
        if abs(lam - before) < 1e-12:
            break
    else:
        return None
    u2_ = cos2_a * (major**2 - minor**2) / minor**2
    k = (sqrt(1 + u2_) - 1) / (sqrt(1 + u2_) + 1)  # Helmert's form of the series
    big_a, big_b = (1 + k**2 / 4) / (1 - k), k * (1 - 3 * k**2 / 8)
    inner = cos_s * (2 * mid**2 - 1) - big_b / 6 * mid * (4 * sin_s**2 - 3) * (4 * mid**2 - 3)
    return minor * big_a * (sigma - big_b * sin_s * (mid + big_b / 4 * inner))
