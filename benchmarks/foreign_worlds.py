"""Detectors in worlds that the emulator did not make: `python -m benchmarks.foreign_worlds [--worlds …] [--seeds 3]`.

A generator of its own, some lines of numpy, on a plain: uniform hotspots, one in eight asserts a place 1 or 2 km off,
3 % of the honest are sloppy by 100 to 300 m, every radio has a bias when it sends and when it hears. Nothing of the
link engine is used. Each world bends one thing, the last one all of them:

plain              log-distance 3.2, independent normal shadowing of 8 dB
heavy tails        shadowing of Student's t (4 degrees of freedom), in part a field of exponential correlation (150 m)
districts          six districts with exponents from 2.5 to 4.0, a link has the mean of its ends
coarse RSSI        steps of 3 dB, nothing above -85 dBm
no SNR             RSSI of signal and noise together, no SNR to take the noise out again
lost reports       30 % of all reports are lost

Beside the detectors stands an informed test made for these worlds: it knows the law, the spread and the shape of the
shadowing, every honest hotspot's place and biases, and who is honest; it searches for the place and integrates the
subject's own bias. Shares are of liars found at 1 % of the honest accused, pooled over the seeds; ratios with a 95 %
interval, paired, by a bootstrap over worlds and hotspots.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp, ndtr
from scipy.stats import norm
from scipy.stats import t as student

from maps.geodesy import EARTH_RADIUS_M, unit_vectors
from maps.grid import cells_from_coordinates, coordinates_from_cells
from poc.detectors import DETECTORS
from poc.detectors.candidates import search
from poc.detectors.censoring import link_level
from poc.detectors.evidence import Evidence, statistics_of_losses
from poc.detectors.posterior import estimate_from, log_likelihood_elsewhere
from poc.metrics.references.paired import paired_rates
from poc.schema import ACTIVITY, HOTSPOTS, RECEPTIONS, WITNESS_VERDICTS
from poc.table import Array

N, SIDE_KM, N_BEACONS = 800, 56.0, 8
POWER_DBM, SENSITIVITY_DBM, NOISE_DBM = 16.0, -124.0, -117.0
INTERCEPT_DB, BIAS_DB, LISTENING_DB, FADING_DB, SIGMA_DB = 128.0, 4.0, 2.0, 3.0, 8.0
LIAR_SHARE, SLOPPY_SHARE, FIRST_SEED = 0.125, 0.03, 901
_TOLERANCE_M, _FARTHEST_M = 400.0, 50_000.0
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a world bends."""

    heavy_tails: bool = False
    districts: bool = False
    step_db: float = 1.0
    ceiling_dbm: float = 0.0
    snr: bool = True
    lost_share: float = 0.0


WORLDS = {
    "plain": Kind(),
    "heavy tails": Kind(heavy_tails=True),
    "districts": Kind(districts=True),
    "coarse RSSI": Kind(step_db=3.0, ceiling_dbm=-85.0),
    "no SNR": Kind(snr=False),
    "lost reports": Kind(lost_share=0.3),
    "all of it": Kind(True, True, 3.0, -85.0, False, 0.3),
}


@dataclass(frozen=True, slots=True)
class World:
    """Evidence as a server has it, and what is true: places [km] in the plain, exponents at them, biases [dB]."""

    kind: Kind
    evidence: Evidence
    lies: Array
    claimed_km: Array
    true_km: Array
    centres_km: Array
    exponents: Array
    sends_db: Array
    hears_db: Array

    def exponent(self, place_km: Array) -> Array:
        nearest = np.square(place_km[..., None, :] - self.centres_km).sum(-1).argmin(-1)
        return self.exponents[nearest]


def world(kind: Kind, seed: int) -> World:
    """One world."""
    random = np.random.default_rng(seed)
    true_km = random.uniform(0.0, SIDE_KM, (N, 2))
    lies = random.random(N) < LIAR_SHARE
    sloppy = ~lies & (random.random(N) < SLOPPY_SHARE)
    off_km = np.select([lies, sloppy], [random.choice([1.0, 2.0], N), random.uniform(0.1, 0.3, N)], 0.0)
    angle = random.uniform(0.0, 2.0 * np.pi, N)
    claimed_km = true_km + off_km[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    n_centres = 6 if kind.districts else 1
    made = World(
        kind, _empty(), lies, claimed_km, true_km, random.uniform(0.0, SIDE_KM, (n_centres, 2)),
        random.uniform(2.5, 4.0, n_centres) if kind.districts else np.array([3.2]),
        random.normal(0.0, BIAS_DB, N), random.normal(0.0, LISTENING_DB, N),
    )  # fmt: skip
    both_db = random.normal(0.0, BIAS_DB / 2.0, N)  # antenna and cable, in both directions
    made = replace(made, sends_db=made.sends_db + both_db, hears_db=made.hears_db + both_db)
    return replace(made, evidence=_reports(made, random))


def _empty() -> Evidence:
    kinds = (HOTSPOTS, ACTIVITY)
    return Evidence(*(kind.empty() for kind in kinds), statistics_of_losses(*[np.zeros(0, np.uint64)] * 2, np.zeros(0)),
                    RECEPTIONS.empty(), WITNESS_VERDICTS.empty(), None)  # fmt: skip


def _reports(made: World, random: np.random.Generator) -> Evidence:
    kind = made.kind
    apart_km = np.linalg.norm(made.true_km[:, None] - made.true_km[None], axis=-1) + 0.02
    at = made.exponent(made.true_km)
    shadow = random.standard_t(4, (N, N)) / np.sqrt(2.0) if kind.heavy_tails else random.standard_normal((N, N))
    shadow = np.triu(shadow, 1)
    shadow = SIGMA_DB * (shadow + shadow.T)
    if kind.heavy_tails:
        field = np.linalg.cholesky(np.exp(-apart_km / 0.15) + 1e-6 * np.eye(N)) @ random.standard_normal(N)
        shadow = np.sqrt(0.6) * shadow + SIGMA_DB * np.sqrt(0.2) * (field[:, None] + field[None])
    loss_db = INTERCEPT_DB + 5.0 * (at[:, None] + at[None]) * np.log10(apart_km) + shadow
    loss_db = loss_db + made.sends_db[:, None] + made.hears_db[None]
    np.fill_diagonal(loss_db, np.inf)
    sender, witness, losses = [], [], []
    for _ in range(N_BEACONS):
        signal_dbm = POWER_DBM - loss_db + random.normal(0.0, FADING_DB, (N, N))
        heard = (signal_dbm > SENSITIVITY_DBM) & (random.random((N, N)) >= kind.lost_share)
        a, b = np.nonzero(heard)
        level = signal_dbm[a, b]
        rssi_dbm = 10.0 * np.log10(10.0 ** (level / 10.0) + 10.0 ** (NOISE_DBM / 10.0)) if not kind.snr else level
        rssi_dbm = np.minimum(np.round(rssi_dbm / kind.step_db) * kind.step_db, kind.ceiling_dbm)
        sender.append(a), witness.append(b), losses.append(POWER_DBM - rssi_dbm)
    a, b = np.concatenate(sender), np.concatenate(witness)
    ids = random.permutation(N).astype(np.uint64) + np.uint64(1000)
    ids = np.sort(ids)
    latitude_deg = 48.0 + made.claimed_km[:, 1] / 111.195
    longitude_deg = 11.0 + made.claimed_km[:, 0] / (111.195 * np.cos(np.radians(48.0)))
    blank = HOTSPOTS.empty()
    columns = {name: np.zeros(N, blank[name].dtype) for name in HOTSPOTS.names}
    columns |= {"hotspot": ids, "cell": cells_from_coordinates(latitude_deg, longitude_deg, 12)}
    activity = ACTIVITY.table(
        hotspot=ids, n_beacons=np.full(N, N_BEACONS), n_witnessed=np.bincount(b, minlength=N),
        power_dbm=np.full(N, POWER_DBM),
    )  # fmt: skip
    links = statistics_of_losses(ids[a], ids[b], np.concatenate(losses))
    return replace(
        _empty(), hotspots=HOTSPOTS.table(**columns), activity=activity, links=links, noise_in_losses=not kind.snr
    )


def informed(made: World) -> tuple[Array, Array]:
    """(log-likelihood ratio, estimated place Earth-centred [m]) of every hotspot by the test that knows the law."""
    links, ids = made.evidence.links, made.evidence.hotspots["hotspot"]
    a, b = np.searchsorted(ids, links["beaconer"]), np.searchsorted(ids, links["witness"])
    heard_share = 1.0 - made.kind.lost_share
    n_heard = links["n_heard"].astype(float)
    n_sent = np.maximum(np.full(len(a), N_BEACONS * heard_share), n_heard)
    mean_db = links["mean_loss_db"]
    if not made.kind.snr:  # the noise power is known, so it can be taken out of the mean
        power = 10.0 ** ((POWER_DBM - mean_db) / 10.0) - 10.0 ** (NOISE_DBM / 10.0)
        mean_db = np.minimum(POWER_DBM - 10.0 * np.log10(np.maximum(power, 1e-14)), POWER_DBM - SENSITIVITY_DBM + 3.0)
    level_db, variance = link_level(n_heard, n_sent, mean_db, np.full(len(a), POWER_DBM - SENSITIVITY_DBM), FADING_DB)
    variance = variance + made.kind.step_db**2 / 12.0
    saturated = mean_db <= POWER_DBM - made.kind.ceiling_dbm + 0.1
    latitude_deg, longitude_deg = coordinates_from_cells(made.evidence.hotspots["cell"])
    place_m = unit_vectors(latitude_deg, longitude_deg) * EARTH_RADIUS_M
    honest = np.flatnonzero(~made.lies)
    ratio, point_m = np.zeros(N), place_m.copy()
    start = np.searchsorted(a, np.arange(N + 1))
    for row in range(N):
        span = slice(start[row], start[row + 1])
        keep = ~made.lies[b[span]]
        j, level, spread = b[span][keep], level_db[span][keep], np.sqrt(SIGMA_DB**2 + variance[span][keep])
        strong = saturated[span][keep]
        if not len(j):
            continue
        k = np.setdiff1d(honest, np.append(j, row))
        k = k[np.linalg.norm(made.claimed_km[k] - made.claimed_km[j].mean(0), axis=1) < 16.0]

        def likelihood(points_m: Array, j: Array = j, k: Array = k, level: Array = level, spread: Array = spread,
                       strong: Array = strong) -> Array:  # fmt: skip
            there_km = _plane_km(points_m[0])
            at = made.exponent(there_km)
            law = [
                INTERCEPT_DB + made.hears_db[other]
                + 5.0 * (at[:, None] + made.exponent(made.true_km[other]))
                * np.log10(np.linalg.norm(there_km[:, None] - made.claimed_km[other], axis=-1) + 0.02)
                for other in (j, k)
            ]  # fmt: skip
            own = _NODES * np.hypot(BIAS_DB, BIAS_DB / 2.0)
            total = np.empty((len(own), len(at)))
            for node, bias in enumerate(own):
                off = (level - law[0] - bias) / spread
                pdf = student.logpdf(off, 8) if made.kind.heavy_tails else norm.logpdf(off)
                pdf = np.where(strong, np.log(np.maximum(ndtr(off), 1e-12)), pdf)
                edge = POWER_DBM - SENSITIVITY_DBM + 1.2 * FADING_DB
                silent = ndtr((law[1] + bias - edge) / np.hypot(SIGMA_DB, 0.7 * FADING_DB))
                total[node] = pdf.sum(1) + np.log(np.maximum(silent, 1e-4)).sum(1) + np.log(_WEIGHTS[node])
            return np.asarray(logsumexp(total, axis=0))[None]

        hub = j[np.argmin(level)]
        scale_m = 1000.0 * max(float(np.median(np.linalg.norm(made.claimed_km[j] - made.claimed_km[hub], axis=1))), 1.0)
        found = search(place_m[row][None], place_m[hub][None], np.array([scale_m]), likelihood)
        here = likelihood(place_m[row][None, None])[0, 0]
        elsewhere = log_likelihood_elsewhere(found, place_m[row][None], _TOLERANCE_M, _FARTHEST_M)[0]
        ratio[row], point_m[row] = elsewhere - here, estimate_from(found).point_m[0]
    return ratio, point_m


def _plane_km(point_m: Array) -> Array:
    latitude_deg = np.degrees(np.arcsin(point_m[:, 2] / np.linalg.norm(point_m, axis=1)))
    longitude_deg = np.degrees(np.arctan2(point_m[:, 1], point_m[:, 0]))
    return np.column_stack(
        [(longitude_deg - 11.0) * 111.195 * np.cos(np.radians(48.0)), (latitude_deg - 48.0) * 111.195]
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=list(WORLDS))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print("| world | median witnesses | informed | relocation | fusion | fusion / informed | error [m] | skill |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.worlds:
        print(_line(name, [world(WORLDS[name], FIRST_SEED + seed) for seed in range(options.seeds)]), flush=True)


def _line(name: str, worlds: list[World]) -> str:
    from poc.metrics.ranking import log_loss_skill

    ranks: dict[str, list[Array]] = {"informed": [], "relocation": [], "fusion": []}
    errors: dict[str, list[Array]] = {"informed": [], "fusion": []}
    probability = []
    for made in worlds:
        ratio, point_m = informed(made)
        ranks["informed"].append(ratio)
        errors["informed"].append(_error_m(made, _plane_km(point_m)))
        for detector in ("relocation", "fusion"):
            scores = DETECTORS[detector]().score(made.evidence)
            ranks[detector].append(scores["log_likelihood_ratio"])
        probability.append(scores["probability"])
        estimate = unit_vectors(scores["estimated_latitude_deg"], scores["estimated_longitude_deg"])
        errors["fusion"].append(_error_m(made, _plane_km(estimate)))
    lies = [made.lies for made in worlds]
    pairs = {
        detector: paired_rates(list(zip(ranks[detector], ranks["informed"], lies, strict=True)), n_draws=400)
        for detector in ("relocation", "fusion")
    }
    fusion = pairs["fusion"]
    low, high = fusion.ratio_interval or (np.nan, np.nan)
    witnesses = np.median(
        np.concatenate(
            [
                np.bincount(np.searchsorted(m.evidence.hotspots["hotspot"], m.evidence.links["beaconer"]), minlength=N)
                for m in worlds
            ]
        )
    )
    error = " / ".join(f"{np.median(np.concatenate(errors[test])):.0f}" for test in ("fusion", "informed"))
    return (
        f"| {name} | {witnesses:.0f} | {fusion.reference:.2f} | {pairs['relocation'].rate:.2f} | {fusion.rate:.2f} "
        f"| {fusion.ratio or np.nan:.2f} [{low:.2f}, {high:.2f}] | {error} "
        f"| {log_loss_skill(np.concatenate(probability), np.concatenate(lies)):.2f} |"
    )


def _error_m(made: World, place_km: Array) -> Array:
    return 1000.0 * np.linalg.norm(place_km - made.true_km, axis=1)[made.lies]


if __name__ == "__main__":
    main()
