"""Speed of the relocation scan: coarse to fine and compiled, beside a plain numpy full grid: `make bench-relocation`.

Both look for the most likely place of the same hotspots with the same evidence: receptions, misses, the own bias
integrated out. The full grid has the spacing of the finest whole lattice (two smaller ones only polish the best point)
over the whole of the coarse one. CPU time of one thread, rounds interleaved, the best of each. "Same place": the two
best points are within one cell of each other, or the coarse-to-fine one is at least as likely; counted at three
densities, where the full grid is scanned by the compiled kernel.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from benchmarks.detection_worlds import lone, world
from poc.detectors.candidates import REACH, REFINEMENT, RINGS, lattice, search
from poc.detectors.network import SAME_PLACE_M
from poc.detectors.relocation import _scale_m
from poc.detectors.scan import log_likelihoods
from poc.detectors.sightings import Sightings
from poc.detectors.survey import survey_of
from poc.table import Array

N_TIMED, N_ROUNDS, N_COMPARED = 60, 3, 400


@dataclass(frozen=True, slots=True)
class Case:
    """Some hotspots of a world that somebody heard."""

    sightings: Sightings
    subjects: Array
    law: tuple[float, float]
    asserted_m: Array
    hub_m: Array
    scale_m: Array

    @property
    def fine_m(self) -> Array:
        """Spacing of the full grid."""
        return self.scale_m * (REACH / RINGS[0][0] / REFINEMENT**2)

    def first(self, n: int) -> Case:
        return Case(self.sightings, self.subjects[:n], self.law, self.asserted_m[:n], self.hub_m[:n], self.scale_m[:n])

    def values(self, points_m: Array, compiled: bool) -> Array:
        return log_likelihoods(self.sightings, self.subjects, points_m, self.law, SAME_PLACE_M, compiled=compiled)

    def full_grid(self, compiled: bool = False) -> tuple[Array, Array]:
        """(best point, its log-likelihood) of the full grid."""
        n_rings = round(RINGS[0][0] * REFINEMENT**2)
        points_m = np.concatenate(
            [lattice(self.hub_m, self.fine_m, n_rings), lattice(self.asserted_m, self.fine_m, n_rings // 3)], axis=1
        )
        return _best(points_m, self.values(points_m, compiled))

    def coarse_to_fine(self) -> tuple[Array, Array]:
        """The same of the scan."""
        found = search(self.asserted_m, self.hub_m, self.scale_m, lambda points_m: self.values(points_m, True))
        return _best(found.point_m, found.log_likelihood)


def case(seed: int, median: int, n: int) -> Case:
    """About n hotspots of one world."""
    evidence, _, _ = world(seed, median, [lone(2.0, 0.12)])
    survey = survey_of(evidence)
    network, sightings = survey.network, survey.sightings
    heard = np.flatnonzero(sightings.hub >= 0)
    subjects = heard[:: max(1, len(heard) // n)][:n]
    law = (survey.channel.intercept_db, 10.0 * survey.channel.exponent)
    scale_m = _scale_m(network, survey.channel, sightings)[subjects]
    hub_m = network.place_m[sightings.hub[subjects]]
    return Case(sightings, subjects, law, network.place_m[subjects], hub_m, scale_m)


def main() -> None:
    timed = case(501, 15, N_COMPARED).first(N_TIMED)
    timed.coarse_to_fine()  # compile
    seconds: dict[str, list[float]] = {"full": [], "fine": []}
    for _ in range(N_ROUNDS):
        for name, way in (("full", timed.full_grid), ("fine", timed.coarse_to_fine)):
            begin = time.process_time()
            way()
            seconds[name].append(time.process_time() - begin)
    full_ms, fine_ms = (1e3 * min(some) / len(timed.subjects) for some in seconds.values())
    print(
        f"full grid in numpy {full_ms:.1f} ms a hotspot, coarse to fine {fine_ms:.3f} ms: ratio {full_ms / fine_ms:.0f}"
    )
    for median in (8, 15, 40):
        some = case(502, median, N_COMPARED)
        (full_m, full), (found_m, found) = some.full_grid(compiled=True), some.coarse_to_fine()
        apart_m = np.linalg.norm(found_m - full_m, axis=-1)
        same = (apart_m <= 1.01 * some.fine_m) | (found >= full - 1e-6)
        near = found >= full - 0.5
        print(
            f"median {median}: of {len(same)} hotspots same place {100.0 * same.mean():.1f} %, likelihood within half "
            f"a nat of the grid's best {100.0 * near.mean():.1f} %"
        )


def _best(points_m: Array, values: Array) -> tuple[Array, Array]:
    best = values.argmax(axis=1)
    row = np.arange(len(best))
    return points_m[row, best], values[row, best]


if __name__ == "__main__":
    main()
