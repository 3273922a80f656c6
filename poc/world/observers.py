"""What the server receives: one observer for each evidence kind, found under the kind's name.

An observer turns the world of one epoch into report tables. It reads the truth; nothing that it returns carries it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np

from poc.beacon.entropy import tick_s
from poc.keys import Keys, mix64
from poc.schema import BEACONS, WITNESS_REPORTS
from poc.shard import ReportShard
from poc.table import Array, Table
from poc.world.attacks.attack import Emissions
from poc.world.backhaul import arrival_ns, is_up
from poc.world.beaconing import Transmissions, beacon_times, entropies_of
from poc.world.truth import Setting, Span, World
from poc.world.witnessing.hearing import Heard, hear
from poc.world.witnessing.links import Links, static_links
from radio_models.lora.airtime import airtime_s
from radio_models.lora.receiver import reported_rssi_dbm, reported_snr_db, sensitivity_dbm

BEACON_FRAME_BYTES = 52
SHARD_BEACONERS = 1024  # hotspots a shard; results do not depend on it


class Observer(Protocol):
    """Made once a run with its Setting; `observe` gives the report tables of one epoch, `notes` what to warn of."""

    def observe(self, world: World, span: Span) -> dict[str, Table]: ...

    def notes(self) -> list[str]: ...


@runtime_checkable
class Rehearing(Protocol):
    """An observer of a radio on which a payload can be sent again, by whoever recorded it."""

    def observe(self, world: World, span: Span) -> dict[str, Table]: ...

    def hear_again(self, world: World, span: Span, reports: dict[str, Table], sent: Emissions) -> dict[str, Table]: ...


class BeaconWitness:
    """Beacons on the air and the hotspots that hear them.

    Links are kept from epoch to epoch while the truth stays the same table: a cache, not a state.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.sensitivity_dbm = float(sensitivity_dbm(setting.plan.poc_spreading_factor, setting.radio.noise_figure_db))
        self._airtime_ns = round(airtime_s(BEACON_FRAME_BYTES, setting.plan.poc_spreading_factor) * 1e9)
        self._truth: Table | None = None
        self._links: Links | None = None

    def links(self, truth: Table) -> Links:
        """The static links of this truth."""
        if self._links is None or self._truth is not truth:
            self._truth, self._links = truth, static_links(truth, self.setting, self.sensitivity_dbm)
        return self._links

    def observe(self, world: World, span: Span) -> dict[str, Table]:
        """The tables `beacons` and `witness_reports`, each ordered by id, and the `entropies` of the epoch."""
        setting, truth = self.setting, world.truth
        on_air = self._on_air(world, span)
        heard = self._heard(truth, on_air, span)
        reports = self._reports(truth, on_air, heard, setting.keys)
        beacons = self._beacons(truth, world.hotspots, on_air, setting.keys).sort("beacon")
        return {"beacons": beacons, "witness_reports": reports, "entropies": on_air.entropies}

    def shards(self, world: World, span: Span) -> Iterator[ReportShard]:
        """The same reports in row form, the beaconers of one neighbourhood together.

        Every beaconer with a beacon on the air stands in exactly one shard; its beacons follow each other in time. The
        reports on a beacon stand in order of arrival, ties by report id.
        """
        setting, truth = self.setting, world.truth
        keeps_all = "all" in setting.scenario.reports
        on_air = self._on_air(world, span)
        on_air = on_air.take(np.argsort(on_air.sender, kind="stable"))
        heard = self._heard(truth, on_air, span)
        report, received_ns, rssi_dbm, snr_db = self._readings(truth, on_air, heard, setting.keys)
        heard_ns = on_air.time_ns[heard.transmission] + self._airtime_ns
        heard_ns = heard_ns + np.round(truth["clock_offset_s"][heard.witness] * 1e9).astype(np.int64)
        order = np.lexsort((report, received_ns, heard.transmission))
        end = np.searchsorted(heard.transmission, np.arange(len(on_air)), side="right")
        beacons = self._beacons(truth, world.hotspots, on_air, setting.keys)
        first = np.searchsorted(on_air.sender, np.arange(0, len(truth) + SHARD_BEACONERS, SHARD_BEACONERS))
        for begin, stop in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
            if begin == stop:
                continue
            start = np.append(0, end)[begin : stop + 1]
            rows = order[start[0] : start[-1]]
            yield ReportShard(
                beacons=beacons.take(np.arange(begin, stop)),
                beaconer_row=on_air.sender[begin:stop].astype(np.int32),
                start=start - start[0],
                witness_row=heard.witness[rows].astype(np.int32),
                received_ns=received_ns[rows],
                rssi_dbm=rssi_dbm[rows].astype(np.float32),
                snr_db=snr_db[rows].astype(np.float32),
                report_root=int(setting.keys.of("report-id").root),
                heard_ns=heard_ns[rows] if keeps_all else None,
            )

    def entropies(self, span: Span) -> Table:
        """ENTROPIES that were the newest at some time of the span: the public archive."""
        return entropies_of(span, self.setting.keys)

    def hear_again(self, world: World, span: Span, reports: dict[str, Table], sent: Emissions) -> dict[str, Table]:
        """The tables with the reports of those who hear these emissions and have not met the payload before.

        A hotspot remembers what it has sent and heard and reports neither again (gateway-rs `MessageCache`).
        """
        setting, truth = self.setting, world.truth
        sender = truth.rows_of(sent.hotspot)
        again = setting.keys.of("again").bits(sent.hotspot, sent.payload, sent.time_ns)
        order = np.lexsort((again, sent.time_ns))
        no_entropy = np.zeros(len(sent), np.uint64)
        on_air = Transmissions(
            again, sender, sent.time_ns, sent.time_ns, sent.payload, sent.frequency_hz,
            no_entropy, no_entropy.astype(np.uint32), reports["entropies"],
        ).take(order)  # fmt: skip
        on_air = on_air.take(is_up(truth, on_air.sender, on_air.time_ns, span, setting.keys))
        heard = self._heard(truth, on_air, span)
        hotspot, payload = truth["hotspot"][heard.witness], on_air.payload[heard.transmission]
        met = [(table["payload"], table["hotspot"]) for table in (reports["beacons"], reports["witness_reports"])]
        known = np.concatenate([_pairs(*pair) for pair in (*met, (sent.payload, sent.hotspot))])
        rows = np.flatnonzero(~np.isin(_pairs(payload, hotspot), known))
        rows = rows[np.sort(np.unique(_pairs(payload, hotspot)[rows], return_index=True)[1])]  # the first it hears
        first = Heard(heard.transmission[rows], heard.witness[rows], heard.received_dbm[rows])
        more = self._reports(truth, on_air, first, setting.keys)
        return {**reports, "witness_reports": Table.concat([reports["witness_reports"], more]).sort("report")}

    def notes(self) -> list[str]:
        """Links on which the path-loss model was used outside its domain, if any."""
        links = self._links
        if links is None or not links.n_outside:
            return []
        return [
            f"{links.n_outside:,} candidate links lie outside the distance domain of the path-loss model "
            f"({self.setting.radio.path_loss.domain.source}); their loss is an extrapolation."
        ]

    def _beacons(self, truth: Table, hotspots: Table, on_air: Transmissions, keys: Keys) -> Table:
        sender = on_air.sender
        plan = self.setting.plan
        claimed = np.minimum(plan.conducted_power_dbm(hotspots["gain_dbi"][sender]), plan.hardware_limit_dbm)
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

    def _on_air(self, world: World, span: Span) -> Transmissions:
        """The beacons that are really sent, ordered by time and id."""
        setting, truth = self.setting, world.truth
        on_air = beacon_times(truth, span, setting.plan, setting.keys)
        buildable = world.hotspots["gain_dbi"][on_air.sender] <= setting.plan.max_eirp_dbm  # else power is negative
        return on_air.take(buildable & is_up(truth, on_air.sender, on_air.time_ns, span, setting.keys))

    def _heard(self, truth: Table, on_air: Transmissions, span: Span) -> Heard:
        """The receptions of hotspots that are up, ordered by transmission."""
        setting = self.setting
        heard = hear(
            on_air, self.links(truth), truth, setting.radio.fading, self.sensitivity_dbm, setting.keys, setting.jobs
        )
        up = is_up(truth, heard.witness, on_air.time_ns[heard.transmission], span, setting.keys)
        return Heard(heard.transmission[up], heard.witness[up], heard.received_dbm[up])

    def _readings(
        self, truth: Table, on_air: Transmissions, heard: Heard, keys: Keys
    ) -> tuple[Array, Array, Array, Array]:
        """Report id, arrival [ns], RSSI [dBm] and SNR [dB] of each reception."""
        transmission, witness = heard.transmission, heard.witness
        hotspot, beacon = truth["hotspot"][witness], on_air.beacon[transmission]
        report = keys.of("report-id").bits(beacon, hotspot)
        heard_ns = on_air.time_ns[transmission] + self._airtime_ns
        noise = keys.of("receiver").normal(beacon, hotspot)
        noise_figure_db = self.setting.radio.noise_figure_db
        return (
            report,
            arrival_ns(heard_ns, truth["latency_s"][witness], keys.of("witness-report"), report),
            reported_rssi_dbm(heard.received_dbm, noise_figure_db, truth["rssi_bias_db"][witness], noise),
            reported_snr_db(heard.received_dbm, noise_figure_db),
        )

    def _reports(self, truth: Table, on_air: Transmissions, heard: Heard, keys: Keys) -> Table:
        plan = self.setting.plan
        report, received_ns, rssi_dbm, snr_db = self._readings(truth, on_air, heard, keys)
        order = np.argsort(report)  # ids are random words, so the order of rows tells nothing
        transmission, witness = heard.transmission[order], heard.witness[order]
        clock_offset_ns = np.round(truth["clock_offset_s"] * 1e9).astype(np.int64)
        return WITNESS_REPORTS.table(
            report=report[order],
            payload=on_air.payload[transmission],
            hotspot=truth["hotspot"][witness],
            heard_ns=on_air.time_ns[transmission] + self._airtime_ns + clock_offset_ns[witness],
            received_ns=received_ns[order],
            rssi_dbm=rssi_dbm[order],
            snr_db=snr_db[order],
            frequency_hz=on_air.frequency_hz[transmission],
            spreading_factor=np.full(len(report), plan.poc_spreading_factor),
        )


def _pairs(payload: Array, hotspot: Array) -> Array:
    """One word for each (payload, hotspot); two pairs share one by chance alone."""
    return np.asarray(mix64(payload ^ mix64(hotspot)))


OBSERVERS: dict[str, type] = {"beacon_witness": BeaconWitness}
