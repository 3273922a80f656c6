"""Fit the fusion's weights on mixed worlds and write poc/detectors/fusion_weights.py: `make fit-fusion`.

Logistic regression with a ridge; hinges of tests may only accuse more as they grow. Seeds 301 to 304, three densities,
both radios in turn: twelve worlds. The last seed is also left out once, to say how the fit does on worlds unseen.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.detection_worlds import MIXTURE, world
from poc.detectors.fusion import KNOTS, Fusion, basis, log_odds
from poc.detectors.network import network_of
from poc.metrics.ranking import equal_mass_calibration_error, log_loss_skill
from poc.table import Array

TARGET = Path(__file__).parents[1] / "poc" / "detectors" / "fusion_weights.py"
_RIDGE = 1.0
_FREE = ("confirmed",)


def main() -> None:
    features: dict[tuple[int, int], dict[str, Array]] = {}
    lies: dict[tuple[int, int], Array] = {}
    first: tuple[float, ...] = ()
    worlds = [(seed, median) for seed in (301, 302, 303, 304) for median in (8, 15, 40)]
    evidence = {}
    for seed, median in worlds:
        evidence[seed, median], truth, _ = world(seed, median, MIXTURE, "urban" if seed % 2 else "default")
        lies[seed, median] = truth.sort("hotspot")["attack"] != ""
    for final in (False, True):
        for key in worlds:
            network = network_of(evidence[key])
            believed = expit(log_odds(features[key], first)) if final else np.full(len(network), 0.1)
            features[key] = Fusion().look(network, believed, final).features
        if not final:
            first = tuple(_fit([features[key] for key in worlds], [lies[key] for key in worlds]))
    known = [key for key in worlds if key[0] != 304]
    trial = tuple(_fit([features[key] for key in known], [lies[key] for key in known]))
    for key in worlds:
        probability = expit(log_odds(features[key], trial))
        print(
            f"seed {key[0]}, median {key[1]:2d}, {'fitted' if key in known else 'unseen'}: calibration error "
            f"{equal_mass_calibration_error(probability, lies[key]):.3f}, "
            f"log-loss skill {log_loss_skill(probability, lies[key]):.3f}"
        )
    second = tuple(_fit([features[key] for key in worlds], [lies[key] for key in worlds]))
    TARGET.write_text(
        '"""Weights of the fusion, in the order of `fusion.basis`: fitted by `make fit-fusion`."""\n\n'
        f"FIRST: tuple[float, ...] = {_text(first)}\nSECOND: tuple[float, ...] = {_text(second)}\n"
    )


def _fit(features: list[dict[str, Array]], lies: list[Array]) -> Array:
    x = np.concatenate([basis(part) for part in features])
    y = np.concatenate(lies).astype(float)
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for name, knots in KNOTS.items():
        bounds += [(None, None) if name in _FREE else (0.0, None)] * (len(knots) - 1)

    def cost(w: Array) -> tuple[float, Array]:
        z = x @ w
        ridge = _RIDGE * np.append(0.0, w[1:])
        return float(np.logaddexp(0.0, z).sum() - (y * z).sum() + 0.5 * (ridge * w).sum()), x.T @ (expit(z) - y) + ridge

    start = np.append(-2.2, np.zeros(x.shape[1] - 1))
    return np.asarray(minimize(cost, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 2000}).x)


def _text(weights: tuple[float, ...]) -> str:
    lines = [", ".join(f"{w:.3f}" for w in weights[at : at + 10]) for at in range(0, len(weights), 10)]
    return "(\n    " + ",\n    ".join(lines) + ",\n)"


if __name__ == "__main__":
    main()
