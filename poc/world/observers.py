"""What the server receives: one observer for each evidence kind, found under the kind's name.

An observer turns the world of one epoch into report tables. It reads the truth; nothing that it returns carries it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np

from poc.beacon.entropy import tick_s
from poc.beacon.frame import FRAME_BYTES
from poc.heap import hand_back
from poc.keys import mix64
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.shard import ReportShard
from poc.table import Array, Table
from poc.world.attacks.attack import Emissions
from poc.world.backhaul import arrival_ns, is_up, outages, ticks
from poc.world.beaconing import Transmissions, beacon_times, entropies_of
from poc.world.receiving import SOFT_DB, Packets, is_asked_for, received
from poc.world.truth import Setting, Span, World
from poc.world.witnessing.carrying import CarriedLinks
from poc.world.witnessing.hearing import Receptions, arrivals, calls_of, hear
from poc.world.witnessing.links import Airspace, Links, airspace_of
from poc.world.witnessing.tables import tables_of
from radio_models.lora.airtime import airtime_s
from radio_models.lora.receiver import sensitivity_dbm

Made = TypeVar("Made")
SHARD_BEACONERS = 2048  # hotspots a shard; results do not depend on it
KEPT_LINKS = 30_000_000  # links of 6 bytes that stay in memory between epochs, twice as many while some change


class Observer(Protocol):
    """Made once a run with its Setting; `observe` gives the report tables of one epoch, `notes` what to warn of."""

    def observe(self, world: World, span: Span) -> dict[str, Table]: ...

    def notes(self) -> list[str]: ...


@runtime_checkable
class Rehearing(Protocol):
    """An observer of a radio on which a payload can be sent again, by whoever recorded it."""

    def observe(self, world: World, span: Span) -> dict[str, Table]: ...

    def hear_again(self, world: World, span: Span, reports: dict[str, Table], sent: Emissions) -> dict[str, Table]: ...


@dataclass(frozen=True, slots=True)
class _Heard:
    """Beacons of a range of sites ordered by sender and time, and who heard them."""

    on_air: Transmissions
    receptions: Receptions


@dataclass(frozen=True, slots=True)
class _Moment:
    """What all ranges of one epoch share: entropies and outages, the latter by row and by site."""

    span: Span
    entropies: Table
    down_by_row: tuple[Array, Array]
    down_by_site: tuple[Array, Array]


class BeaconWitness:
    """Beacons on the air and the hotspots that hear them.

    Hotspots are taken in ranges of neighbours. Few links are kept from epoch to epoch, and those of hotspots that
    changed exchanged (a cache, not a state); many are computed anew, so that nothing the size of all pairs is held.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        plan, radio = setting.plan, setting.radio
        self.receiver = setting.scenario.radio.receiver
        self.sensitivity_dbm = float(sensitivity_dbm(plan.poc_spreading_factor, radio.noise_figure_db))
        self.sensitivity_dbm -= SOFT_DB if self.receiver.soft_decoding else 0.0
        self._airtime_ns = round(airtime_s(FRAME_BYTES, plan.poc_spreading_factor) * 1e9)
        self._tables = tables_of(radio.fading, self.sensitivity_dbm, radio.noise_figure_db)
        self._truth: Table | None = None
        self._airspace: Airspace | None = None
        self._carried = CarriedLinks(SHARD_BEACONERS, KEPT_LINKS)

    def observe(self, world: World, span: Span) -> dict[str, Table]:
        """The tables `beacons` and `witness_reports`, each ordered by id, and the `entropies` of the epoch."""
        airspace, moment = self._prepared(world, [span])
        beacons, reports = [BEACONS.empty()], [WITNESS_REPORTS.empty()]

        def tables(_: int, heard: _Heard) -> tuple[Table, Table]:
            return self._beacons(world, heard.on_air), self._reports(world.truth, airspace, heard)

        for (made,) in self._ranges(world, airspace, moment, tables):
            beacons.append(made[0])
            reports.append(made[1])
        return {
            "beacons": Table.concat(beacons).sort("beacon"),
            "witness_reports": Table.concat(reports).sort("report"),
            "entropies": moment[0].entropies,
        }

    def shards(self, world: World, span: Span, place: Array | None = None) -> Iterator[ReportShard]:
        """The same reports in row form, the beaconers of one neighbourhood together.

        Every beaconer with a beacon on the air stands in exactly one shard; its beacons follow each other in time. The
        reports on a beacon stand in order of arrival, ties by report id. Row numbers are those of HOTSPOTS, or where
        `place` (int32) is given `place[row]`.
        """
        yield from self.over_shards(world, span, place, lambda _, shard: shard)

    def over_shards(
        self, world: World, span: Span, place: Array | None, work: Callable[[int, ReportShard], Made]
    ) -> Iterator[Made]:
        """What `work` makes of the number and the shard of each range, in their order.

        It is done where the shard was made, while that is in the cache, on several threads at once.
        """
        airspace, moments = self._prepared(world, [span])
        place, of_site = self._places(world, airspace, place)

        def made_of(number: int, heard: _Heard) -> Made | None:
            if not len(heard.on_air):
                return None
            return work(number, self._shard(world, airspace, heard, place, of_site))

        for (made,) in self._ranges(world, airspace, moments, made_of):
            if made is not None:
                yield made
        if self.setting.scenario.time.n_epochs == 1:
            self._airspace = None  # nobody will ask again
            self._carried.forget()

    def shards_of_spans(
        self, world: World, spans: Sequence[Span], place: Array | None = None
    ) -> Iterator[tuple[Span, ReportShard]]:
        """The shards of several epochs in which nobody acts: all epochs of a neighbourhood before the next one.

        Static links are computed once for all of them. The shards of each span are those of `shards`, in that order.
        """
        airspace, moments = self._prepared(world, spans)
        place, of_site = self._places(world, airspace, place)

        def shard(_: int, heard: _Heard) -> ReportShard | None:
            return self._shard(world, airspace, heard, place, of_site) if len(heard.on_air) else None

        for epochs in self._ranges(world, airspace, moments, shard):
            for span, made in zip(spans, epochs, strict=True):
                if made is not None:
                    yield span, made

    @staticmethod
    def _places(world: World, airspace: Airspace, place: Array | None) -> tuple[Array, Array]:
        """The row that shards give to each row of the truth, and to each site."""
        place = np.arange(len(world.truth), dtype=np.int32) if place is None else place
        return place, place[airspace.ground.sites.row]

    def entropies(self, span: Span) -> Table:
        """ENTROPIES that were the newest at some time of the span: the public archive."""
        return entropies_of(span, self.setting.keys)

    def hear_again(self, world: World, span: Span, reports: dict[str, Table], sent: Emissions) -> dict[str, Table]:
        """The tables with the reports of those who hear these emissions and have not met the payload before.

        A hotspot remembers what it has sent and heard and reports neither again (gateway-rs `MessageCache`).
        """
        airspace, (moment,) = self._prepared(world, [span])
        again = self.setting.keys.of("again").bits(sent.hotspot, sent.payload, sent.time_ns)
        no_entropy = np.zeros(len(sent), np.uint64)
        on_air = Transmissions(
            again, world.truth.rows_of(sent.hotspot), sent.time_ns, sent.time_ns, sent.payload, sent.frequency_hz,
            no_entropy, no_entropy.astype(np.uint32), moment.entropies,
        ).take(np.lexsort((again, sent.time_ns)))  # fmt: skip
        on_air = on_air.take(is_up(moment.down_by_row, on_air.sender, ticks(on_air.time_ns, span)))
        emission, heard = self._heard_again(airspace, moment, on_air)
        hotspot, payload = world.truth["hotspot"][airspace.ground.sites.row[heard.witness]], on_air.payload[emission]
        met = [(table["payload"], table["hotspot"]) for table in (reports["beacons"], reports["witness_reports"])]
        known = np.concatenate([_pairs(*pair) for pair in (*met, (sent.payload, sent.hotspot))])
        rows = np.flatnonzero(~np.isin(_pairs(payload, hotspot), known))
        rows = rows[np.sort(np.unique(_pairs(payload, hotspot)[rows], return_index=True)[1])]  # the first it hears
        first = Receptions(
            np.searchsorted(emission[rows], np.arange(len(on_air) + 1)), *(column[rows] for column in heard[1:])
        )
        more = self._reports(world.truth, airspace, _Heard(on_air, first))
        return {**reports, "witness_reports": Table.concat([reports["witness_reports"], more]).sort("report")}

    def _heard_again(self, airspace: Airspace, moment: _Moment, on_air: Transmissions) -> tuple[Array, Receptions]:
        """Who hears each transmission, whoever sends it: the transmission of each reception, ascending."""
        row = airspace.ground.sites.row
        site_of_row = np.empty(len(row), np.int64)
        site_of_row[row] = np.arange(len(row))
        site = site_of_row[on_air.sender]
        emission, parts = [np.zeros(0, np.int64)], [Receptions(*(np.zeros(0, t) for t in "lilff"))]
        for begin in np.unique(site // SHARD_BEACONERS * SHARD_BEACONERS).tolist():
            links = self._links(begin, min(begin + SHARD_BEACONERS, len(row)))
            mine = np.flatnonzero(site // SHARD_BEACONERS * SHARD_BEACONERS == begin)
            mine = mine[np.argsort(site[mine], kind="stable")]
            tick = ticks(on_air.time_ns[mine], moment.span)
            calls = calls_of(site[mine] - begin, tick, on_air.beacon[mine], self.setting.keys)
            parts.append(hear(calls, links, airspace.ground.sites, moment.down_by_site, self._tables))
            emission.append(np.repeat(mine, np.diff(parts[-1].start)))
        of = np.concatenate(emission)
        order = np.argsort(of, kind="stable")
        columns = [np.concatenate(column)[order] for column in list(zip(*parts, strict=True))[1:]]
        return of[order], Receptions(np.zeros(0, np.int64), *columns)

    def notes(self) -> list[str]:
        """Links on which the path-loss model was used outside its domain, if any."""
        n_outside = self._carried.n_outside
        if not n_outside:
            return []
        return [
            f"{n_outside:,} candidate links lie outside the distance domain of the path-loss model "
            f"({self.setting.radio.path_loss.domain.source}); their loss is an extrapolation."
        ]

    def _prepared(self, world: World, spans: Sequence[Span]) -> tuple[Airspace, list[_Moment]]:
        truth, keys = world.truth, self.setting.keys
        if self._airspace is None or self._truth is not truth:
            self._truth, self._airspace = truth, airspace_of(truth, self.setting, self.sensitivity_dbm)
            self._carried.follow(self._airspace, truth)
            hand_back()  # what it was made from
        row, moments = self._airspace.ground.sites.row, []
        for span in spans:
            begin, end = outages(truth, span, keys)
            moments.append(_Moment(span, entropies_of(span, keys), (begin, end), (begin[row], end[row])))
        return self._airspace, moments

    def _ranges(
        self, world: World, airspace: Airspace, moments: list[_Moment], made_of: Callable[[int, _Heard], Made]
    ) -> Iterator[list[Made]]:
        """Ranges of sites in order, each with what is made of its number and what was heard in every span; `jobs` at
        a time.
        """
        n, jobs = len(airspace.ground), self.setting.jobs
        ranges = [(begin, min(begin + SHARD_BEACONERS, n)) for begin in range(0, n, SHARD_BEACONERS)]
        if is_asked_for(self.receiver):
            strong = [list(self._range(world, airspace, moments, *sites)) for sites in ranges]
            by_moment = [self._received(world.truth, airspace, list(heard)) for heard in zip(*strong, strict=True)]
            for number, epochs in enumerate(zip(*by_moment, strict=True)):
                yield [made_of(number, heard) for heard in epochs]
            return

        def work(number: int, begin: int, end: int) -> list[Made]:
            return [made_of(number, heard) for heard in self._range(world, airspace, moments, begin, end)]

        if jobs == 1:
            yield from (work(number, *sites) for number, sites in enumerate(ranges))
            return
        waiting: deque[Future[list[Made]]] = deque()
        with ThreadPoolExecutor(jobs) as pool:
            for number, sites in enumerate(ranges):
                waiting.append(pool.submit(work, number, *sites))
                if len(waiting) > jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _range(
        self, world: World, airspace: Airspace, moments: list[_Moment], begin: int, end: int
    ) -> Iterator[_Heard]:
        links, sites = self._links(begin, end), airspace.ground.sites
        for moment in moments:
            on_air, tick = self._on_air(world, sites.row[begin:end], moment)
            calls = calls_of(on_air.sender, tick, on_air.beacon, self.setting.keys)
            on_air = on_air.with_sender(sites.row[begin:end][on_air.sender])
            yield _Heard(on_air, hear(calls, links, sites, moment.down_by_site, self._tables))

    def _received(self, truth: Table, airspace: Airspace, heard: list[_Heard]) -> list[_Heard]:
        """What gets through of one epoch, range by range."""
        row, parts = airspace.ground.sites.row, []
        for on_air, strong in ((one.on_air, one.receptions) for one in heard):
            of = np.repeat(np.arange(len(on_air)), np.diff(strong.start))
            start_s = on_air.time_ns[of] * 1e-9
            hotspot = truth["hotspot"][row[strong.witness]]
            parts.append((on_air.beacon[of], hotspot, start_s, strong.rssi_dbm, strong.snr_db, on_air.frequency_hz[of]))
        packets = Packets(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        sender = np.concatenate([truth["hotspot"][one.on_air.sender] for one in heard])
        own = sender, np.concatenate([one.on_air.time_ns for one in heard]) * 1e-9
        factor = self.setting.plan.poc_spreading_factor
        through = received(self.receiver, packets, own, self._airtime_ns * 1e-9, factor, self.setting.keys)
        lengths = np.cumsum([len(one.receptions) for one in heard])
        return [
            _Heard(one.on_air, one.receptions.only(mine))
            for one, mine in zip(heard, np.split(through, lengths[:-1]), strict=True)
        ]

    def _links(self, begin: int, end: int) -> Links:
        return self._carried.links(begin, end, keep=self.setting.scenario.time.n_epochs > 1)

    def _on_air(self, world: World, rows: Array, moment: _Moment) -> tuple[Transmissions, Array]:
        """The beacons that some rows really send, ordered by sender (its place in `rows`) and time; their ticks."""
        plan = self.setting.plan
        on_air = beacon_times(world.truth.take(rows), moment.span, plan, self.setting.keys, moment.entropies)
        on_air = on_air.take(np.argsort(on_air.sender, kind="stable"))
        tick, row = ticks(on_air.time_ns, moment.span), rows[on_air.sender]
        buildable = world.hotspots["gain_dbi"][row] <= plan.max_eirp_dbm  # else power is negative
        sent = buildable & is_up(moment.down_by_row, row, tick)
        return on_air.take(sent), tick[sent]

    def _shard(self, world: World, airspace: Airspace, heard: _Heard, place: Array, of_site: Array) -> ReportShard:
        on_air, receptions = heard.on_air, heard.receptions
        heard_ns = on_air.time_ns + self._airtime_ns
        by_clock_ns = None
        if "all" in self.setting.scenario.reports:
            row = airspace.ground.sites.row[receptions.witness]
            by_clock_ns = np.repeat(heard_ns, np.diff(receptions.start)) + _offset_ns(world.truth)[row]
        witness_row, received_ns = arrivals(receptions, heard_ns, of_site)
        return ReportShard(
            beacons=self._beacons(world, on_air),
            beaconer_row=place[on_air.sender],
            start=receptions.start,
            witness_row=witness_row,
            received_ns=received_ns,
            rssi_dbm=receptions.rssi_dbm,
            snr_db=receptions.snr_db,
            report_root=int(self.setting.keys.of("report-id").root),
            heard_ns=by_clock_ns,
        )

    def _beacons(self, world: World, on_air: Transmissions) -> Table:
        sender, truth, keys = on_air.sender, world.truth, self.setting.keys
        plan = self.setting.plan
        claimed = np.minimum(plan.conducted_power_dbm(world.hotspots["gain_dbi"][sender]), plan.hardware_limit_dbm)
        return BEACONS.table(
            beacon=on_air.beacon,
            hotspot=truth["hotspot"][sender],
            sent_ns=on_air.clock_ns,
            received_ns=arrival_ns(on_air.time_ns, truth["latency_s"][sender], keys.of("beacon-report"), on_air.beacon),
            payload=on_air.payload,
            entropy_start_s=tick_s(on_air.time_ns),
            entropy=on_air.entropy,
            local_entropy=on_air.local_entropy,
            power_dbm=claimed,
            frequency_hz=on_air.frequency_hz,
            spreading_factor=np.full(len(on_air), plan.poc_spreading_factor),
        )

    def _reports(self, truth: Table, airspace: Airspace, heard: _Heard) -> Table:
        on_air, receptions = heard.on_air, heard.receptions
        beacon = np.repeat(np.arange(len(on_air)), np.diff(receptions.start))
        witness = airspace.ground.sites.row[receptions.witness]
        hotspot, heard_ns = truth["hotspot"][witness], on_air.time_ns[beacon] + self._airtime_ns
        return WITNESS_REPORTS.table(
            report=self.setting.keys.of("report-id").bits(on_air.beacon[beacon], hotspot),
            payload=on_air.payload[beacon],
            hotspot=hotspot,
            heard_ns=heard_ns + _offset_ns(truth)[witness],
            received_ns=heard_ns + receptions.delay_ns,
            rssi_dbm=receptions.rssi_dbm,
            snr_db=receptions.snr_db,
            frequency_hz=on_air.frequency_hz[beacon],
            spreading_factor=np.full(len(beacon), self.setting.plan.poc_spreading_factor),
        )


def _offset_ns(truth: Table) -> Array:
    return np.round(truth["clock_offset_s"] * 1e9).astype(np.int64)


def _pairs(payload: Array, hotspot: Array) -> Array:
    """One word for each (payload, hotspot); two pairs share one by chance alone."""
    return np.asarray(mix64(payload ^ mix64(hotspot)))


OBSERVERS: dict[str, type] = {"beacon_witness": BeaconWitness}
