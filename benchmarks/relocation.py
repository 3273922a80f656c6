"""Speed of the relocation scan: coarse to fine and compiled, beside a plain numpy full grid: `make bench-relocation`.

Both look for the most likely place of the same hotspots with the same evidence: receptions, misses, the own bias
integrated out. The full grid has the spacing of the finest lattice over the whole of the coarse one. CPU time of one
thread, rounds interleaved, the best of each. "Same place": the two best points are within one cell of each other, or
the coarse-to-fine one is at least as likely.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.detection_worlds import lone, world
from poc.detectors.candidates import REACH, REFINEMENT, RINGS, lattice, search
from poc.detectors.network import SAME_PLACE_M
from poc.detectors.relocation import _scale_m
from poc.detectors.scan import log_likelihoods
from poc.detectors.survey import survey_of
from poc.table import Array

N_SUBJECTS, N_ROUNDS = 60, 3


def main() -> None:
    evidence, _, _ = world(501, 15, [lone(2.0, 0.12)])
    survey = survey_of(evidence)
    network, sightings = survey.network, survey.sightings
    heard = np.flatnonzero(sightings.hub >= 0)
    subjects = heard[:: max(1, len(heard) // N_SUBJECTS)][:N_SUBJECTS]
    law = (survey.channel.intercept_db, 10.0 * survey.channel.exponent)
    scale_m = _scale_m(network, survey.channel, sightings)[subjects]
    asserted_m, hub_m = network.place_m[subjects], network.place_m[sightings.hub[subjects]]
    fine_m = REACH * scale_m / RINGS[0] / REFINEMENT ** (len(RINGS) - 1)
    n_rings = round(RINGS[0] * REFINEMENT ** (len(RINGS) - 1))

    def full_grid() -> tuple[Array, Array]:
        points_m = np.concatenate([lattice(hub_m, fine_m, n_rings), lattice(asserted_m, fine_m, n_rings // 3)], axis=1)
        return points_m, log_likelihoods(sightings, subjects, points_m, law, SAME_PLACE_M, compiled=False)

    def coarse_to_fine() -> tuple[Array, Array]:
        found = search(
            asserted_m, hub_m, scale_m,
            lambda points_m: log_likelihoods(sightings, subjects, points_m, law, SAME_PLACE_M, compiled=True),
        )  # fmt: skip
        return found.point_m, found.log_likelihood

    coarse_to_fine()  # compile
    seconds: dict[str, list[float]] = {"full": [], "fine": []}
    for _ in range(N_ROUNDS):
        for name, way in (("full", full_grid), ("fine", coarse_to_fine)):
            begin = time.process_time()
            result = way()
            seconds[name].append(time.process_time() - begin)
            if name == "full":
                full_points, full_values = result
            else:
                points, values = result
    row = np.arange(len(subjects))
    apart_m = np.linalg.norm(points[row, values.argmax(1)] - full_points[row, full_values.argmax(1)], axis=-1)
    same = (apart_m <= 1.01 * fine_m) | (values.max(1) >= full_values.max(1) - 1e-6)
    near = values.max(1) >= full_values.max(1) - 0.5
    per_hotspot = {name: 1e3 * min(some) / len(subjects) for name, some in seconds.items()}
    print(f"{len(subjects)} hotspots, {full_points.shape[1]} points of the full grid, {points.shape[1]} coarse to fine")
    print(f"full grid in numpy {per_hotspot['full']:.2f} ms a hotspot, coarse to fine {per_hotspot['fine']:.3f} ms")
    print(f"ratio {per_hotspot['full'] / per_hotspot['fine']:.0f}; same place {100.0 * same.mean():.1f} %, ", end="")
    print(f"likelihood within half a nat of the grid's best {100.0 * near.mean():.1f} %")


if __name__ == "__main__":
    main()
