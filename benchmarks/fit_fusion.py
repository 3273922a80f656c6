"""Fit the fusion's weights and write poc/detectors/fusion_weights.py: `make fit-fusion`.

Logistic regression with a ridge; hinges of tests may only accuse more as they grow. Mixed worlds of seeds 301 to 304
and worlds of small lone lies, 0.5 and 1 km, of seeds 305 and 306, each at three densities and with both radios in turn:
twenty-four worlds. Without the small lies the fit would lean on tests that have nothing to say of them; their share of
liars is no base rate, so probabilities are set on the mixed worlds alone, by a line in the log-odds.

Two tables are printed. Of each mixed world the calibration by a fit on all seeds but its own; and of each family of
attacks the share found at 1 % of the honest accused, by such fits and by the same with the family's liars left out of
the fit as well (`make study-left-out` prints it alone). `--features DIR` keeps what the tests say of each world, so
that another fit costs seconds; the weights of the first look have seen all families and seeds.
"""

from __future__ import annotations

import argparse
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.detection_worlds import FAMILIES, world
from poc.detectors.fusion import KNOTS, Fusion, basis, log_odds, lone_log_odds
from poc.detectors.network import network_of
from poc.metrics.ranking import equal_mass_calibration_error, log_loss_skill
from poc.metrics.references.paired import rate_at
from poc.table import Array

TARGET = Path(__file__).parents[1] / "poc" / "detectors" / "fusion_weights.py"
MEDIANS = (8, 15, 40)
MIXED, SMALL = (301, 302, 303, 304), (305, 306)
WORLDS = [("mixture", median, seed) for seed in MIXED for median in MEDIANS] + [
    (family, median, seed) for seed in SMALL for family in ("lone 0.5 km", "lone 1 km") for median in MEDIANS
]
_RIDGE = 1.0
_FREE = ("confirmed",)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tests say of one world: features by name, and the attack of each row, "" for the honest."""

    features: dict[str, Array]
    attack: Array

    @property
    def lies(self) -> Array:
        return np.asarray(self.attack != "")

    def without(self, family: str) -> Seen:
        """The same without the liars of a family."""
        keep = self.attack != family
        return Seen({name: column[keep] for name, column in self.features.items()}, self.attack[keep])


def look(key: tuple[str, int, int], first: tuple[float, ...]) -> Seen:
    """One world seen twice with given weights of the first look, or once where there are none yet."""
    family, median, seed = key
    evidence, truth, _ = world(seed, median, FAMILIES[family], "urban" if seed % 2 else "default")
    network = network_of(evidence)
    seen = Fusion().look(network, np.full(len(network), 0.1), False).features
    if first:
        seen = Fusion().look(network, expit(log_odds(seen, first)), True).features
    attack = truth.sort("hotspot")["attack"]
    return Seen(seen, np.array([str(name).split("#")[0] for name in attack]))


def looks(first: tuple[float, ...], kept: Path | None, jobs: int) -> dict[tuple[str, int, int], Seen]:
    """All worlds, from the folder where they were kept."""
    file = kept / ("second.pickle" if first else "first.pickle") if kept else None
    if file and file.exists():
        weights, found = pickle.loads(file.read_bytes())
        if weights == first:
            return dict(found)
    with ProcessPoolExecutor(jobs) as pool:
        found = dict(zip(WORLDS, pool.map(partial(look, first=first), WORLDS), strict=True))
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps((first, found)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--features", type=Path)
    parser.add_argument("--left-out", action="store_true", help="print the tables only; write no weights")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    first = _fit(list(looks((), options.features, options.jobs).values()))
    seen = looks(first, options.features, options.jobs)
    _print_unseen(seen)
    _print_left_out(seen)
    if not options.left_out:
        TARGET.write_text(
            '"""Weights of the fusion, in the order of `fusion.basis`: fitted by `make fit-fusion`."""\n\n'
            f"FIRST: tuple[float, ...] = {_text(first)}\n"
            f"SECOND: tuple[float, ...] = {_text(_calibrated(seen))}\n"
        )


def _print_unseen(seen: dict[tuple[str, int, int], Seen]) -> None:
    print("| median witnesses | calibration error, worst seed | log-loss skill, worst seed |\n|---|---|---|")
    errors: dict[int, list[float]] = {median: [] for median in MEDIANS}
    skills: dict[int, list[float]] = {median: [] for median in MEDIANS}
    for seed in MIXED:
        weights = _calibrated({key: part for key, part in seen.items() if key[2] != seed})
        for median in MEDIANS:
            part = seen["mixture", median, seed]
            probability = expit(log_odds(part.features, weights))
            errors[median].append(equal_mass_calibration_error(probability, part.lies) or 0.0)
            skills[median].append(log_loss_skill(probability, part.lies) or 0.0)
    for median in MEDIANS:
        error, skill = errors[median], skills[median]
        print(f"| {median} | {np.mean(error):.3f}, {max(error):.3f} | {np.mean(skill):.2f}, {min(skill):.2f} |")


def _print_left_out(seen: dict[tuple[str, int, int], Seen]) -> None:
    print("| family | " + " | ".join(f"median {median}" for median in MEDIANS) + " |")
    print("|---|" + "---|" * len(MEDIANS))
    families = sorted({str(name) for part in seen.values() for name in part.attack} - {""})
    known = {seed: _fit([part for key, part in seen.items() if key[2] != seed]) for seed in MIXED}
    for family in families:
        scores: dict[int, list[tuple[Array, Array, Array]]] = {median: [] for median in MEDIANS}
        for seed in MIXED:
            left_out = _fit([part.without(family) for key, part in seen.items() if key[2] != seed])
            for median in MEDIANS:
                part = seen["mixture", median, seed]
                asked = (part.attack == family) | ~part.lies
                both = [log_odds(part.features, weights)[asked] for weights in (left_out, known[seed])]
                scores[median].append((both[0], both[1], part.lies[asked]))
        cells = []
        for median in MEDIANS:
            # each world's own threshold: 1 % of its honest hotspots
            rates = np.array([[rate_at(score, lies) for score in both] for *both, lies in scores[median]])
            cells.append(f"{rates[:, 0].mean():.2f} / {rates[:, 1].mean():.2f}")
        print(f"| {family} | " + " | ".join(cells) + " |", flush=True)


def _fit(parts: list[Seen]) -> tuple[float, ...]:
    x = np.concatenate([basis(part.features) for part in parts])
    y = np.concatenate([part.lies for part in parts]).astype(float)
    lone = np.concatenate([lone_log_odds(part.features) for part in parts])
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for name, knots in KNOTS.items():
        bounds += [(None, None) if name in _FREE else (0.0, None)] * (len(knots) - 1)

    def cost(w: Array) -> tuple[float, Array]:
        model = x @ w
        z = np.logaddexp(model, lone)
        ridge = _RIDGE * np.append(0.0, w[1:])
        slope = x.T @ ((expit(z) - y) * expit(model - lone)) + ridge
        return float(np.logaddexp(0.0, z).sum() - (y * z).sum() + 0.5 * (ridge * w).sum()), slope

    start = np.append(-2.2, np.zeros(x.shape[1] - 1))
    found = minimize(cost, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 2000}).x
    return tuple(round(float(w), 3) for w in found)


def _calibrated(seen: dict[tuple[str, int, int], Seen]) -> tuple[float, ...]:
    """The fit on all worlds, its model's log-odds mapped by the line that fits the mixed ones best (Platt 1999)."""
    weights = np.array(_fit(list(seen.values())))
    mixed = [part for key, part in seen.items() if key[0] == "mixture"]
    model = np.concatenate([basis(part.features) for part in mixed]) @ weights
    lone = np.concatenate([lone_log_odds(part.features) for part in mixed])
    lies = np.concatenate([part.lies for part in mixed])

    def cost(line: Array) -> float:
        z = np.logaddexp(line[0] + line[1] * model, lone)
        return float((np.logaddexp(0.0, z) - lies * z).sum())

    offset, slope = minimize(cost, [0.0, 1.0], method="Nelder-Mead").x
    mapped = slope * weights + np.append(offset, np.zeros(len(weights) - 1))
    return tuple(round(float(w), 3) for w in mapped)


def _text(weights: tuple[float, ...]) -> str:
    return "(\n" + "".join(f"    {w:.3f},\n" for w in weights) + ")"


if __name__ == "__main__":
    main()
