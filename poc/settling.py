"""What would decide a case: next beacons, powers and drive-test points by expected information per cost.

Two places stand against each other, the asserted one and the one that fits best elsewhere. An action is worth the
mutual information between them and what the action would show (D. Lindley, Ann. Math. Statist. 27, 1956), in bits, per
unit of cost. Shadowing is frozen, so the same beacon again tells nothing: a louder or a softer one may, because it
moves who hears it, and a measurement at a new point does, because its path is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.geodesy import EARTH_RADIUS_M, coordinates_from_vectors, unit_vectors
from poc.detectors.candidates import around, hexagon_offsets
from poc.detectors.censoring import never_heard
from poc.detectors.evidence import Case, Evidence, window
from poc.detectors.network import SAME_PLACE_M, network_of
from poc.detectors.survey import Survey, survey_with
from poc.errors import DataError
from poc.schema import ACTIVITY, HOTSPOTS, LINK_STATISTICS, RECEPTIONS, SCORES, WITNESS_VERDICTS
from poc.table import Array, Schema, Table, table_from_arrow
from radio_models.special_functions import ndtr, xlogy

if TYPE_CHECKING:
    from poc.store import RunData

#: Steps of power that a hotspot may be told to beacon with [dB], against what it claims now.
_POWER_STEPS_DB = (-12.0, -9.0, -6.0, -3.0, 3.0, 6.0)
#: A drive test hears as well as a hotspot with a car's antenna: spread of one averaged reading [dB].
_READING_DB = 2.0
_DRIVE_RINGS = 4


@dataclass(frozen=True, slots=True)
class Costs:
    """In units of one ordered beacon: a beacon, the way to a drive-test point and each kilometre between the places.

    >>> Costs().per_point
    30.0
    """

    beacon: float = 1.0
    n_beacons: int = 4
    per_point: float = 30.0
    per_km: float = 2.0


def settle(
    evidence: Evidence, scores: Table, hotspot: int, costs: Costs | None = None, most: int = 8
) -> list[dict[str, Any]]:
    """The best actions for one hotspot, most information per cost first; empty where the two places are one.

    scores: SCORES of one detector. Raises DataError for a hotspot without an asserted place or score.
    """
    network = network_of(evidence)
    row = int(np.searchsorted(network.hotspot, np.uint64(hotspot)))
    at = scores.rows_of(np.array([hotspot], np.uint64), "hotspot")[0]
    if row >= len(network) or network.hotspot[row] != hotspot or at < 0:
        raise DataError(f"the hotspot {hotspot} has no asserted place or no score, expected both; choose another.")
    trust = np.clip(1.0 - scores["probability"], 0.02, 1.0)[scores.rows_of(network.hotspot, "hotspot")]
    survey = survey_with(network, trust)
    places_m = np.stack([network.place_m[row], _estimate_m(scores, at)])
    apart_m = float(np.linalg.norm(places_m[0] - places_m[1]))
    if apart_m < 4.0 * SAME_PLACE_M:
        return []
    probability = float(np.clip(scores["probability"][at], 0.02, 0.98))
    costs = costs or Costs()
    found = _beacons(survey, row, places_m, probability, costs) + _drive(survey, row, places_m, probability, costs)
    found.sort(key=lambda action: (-action["bits_per_cost"], action["action"], action["latitude_deg"]))
    return found[:most]


def settle_run(
    run: RunData, hotspot: int, detectors: tuple[str, ...] = ("fusion", "relocation")
) -> list[dict[str, Any]]:
    """The same from the tables of a finished run: its newest scores, its window of evidence.

    Raises DataError where the run kept no scores of these detectors or no links.
    """
    for name in ("scores", "link_statistics", "activity"):
        if name not in run.tables:
            raise DataError(f"the run kept no table '{name}', expected it; run again with reports = [\"all\"].")
    newest = run.manifest["n_epochs"] - 1
    window_epochs = run.manifest["scenario"]["detectors"]["window_epochs"]

    def epochs(name: str, schema: Schema) -> list[Table]:
        table = run.tables[name]
        column = np.asarray(table.column("epoch"))
        return [
            table_from_arrow(schema, table.filter(column == epoch).drop_columns("epoch"))
            for epoch in range(max(0, newest - window_epochs + 1), newest + 1)
        ]

    scores = epochs("scores", SCORES)[-1]
    known = [name for name in detectors if (scores["detector"] == name).any()]
    if not known:
        raise DataError(f"the run has no scores of {' or '.join(detectors)}, expected one; add it to detectors.also.")
    activity, links = window(
        [
            Case(a, b)
            for a, b in zip(epochs("activity", ACTIVITY), epochs("link_statistics", LINK_STATISTICS), strict=True)
        ]
    )
    evidence = Evidence(
        hotspots=epochs("hotspots", HOTSPOTS)[-1], activity=activity, links=links,
        receptions=RECEPTIONS.empty(), witness_verdicts=WITNESS_VERDICTS.empty(), city=None,
    )  # fmt: skip
    return settle(evidence, scores.take(scores["detector"] == known[0]), hotspot)


def _beacons(survey: Survey, row: int, places_m: Array, probability: float, costs: Costs) -> list[dict[str, Any]]:
    """Ordered beacons at other powers: who of the living would hear at least one, under either place."""
    network, channel = survey.network, survey.channel
    others = np.flatnonzero(network.alive & (np.arange(len(network)) != row))
    heard = network.heard_beaconer == row
    level_db = np.full(len(network), np.nan)
    level_db[network.heard_witness[heard]] = channel.level_db[heard]
    offset_db, spread_db = (
        float(part[0])
        for part in never_heard(np.array([float(costs.n_beacons)]), channel.fading_db, channel.packet_loss)
    )
    actions = []
    for step_db in _POWER_STEPS_DB:
        edge_db = network.power_dbm[row] + step_db - channel.sensitivity_dbm[others] + network.gain_dbi[others]
        edge_db = edge_db + network.gain_dbi[row] + offset_db
        chances = []
        for place_m in places_m:
            law = channel.loss_db(_distance_m(place_m, network.place_m[others])) + channel.biases.receive_db[others]
            law = law + _own_bias_db(survey, row, place_m)
            spread = np.sqrt(channel.sigma_db**2 + channel.biases.receive_var_db2[others] + spread_db**2)
            chances.append(ndtr((edge_db - law) / spread))
        # a pair heard before is known: it is heard again, or not, whatever the place
        new = np.isnan(level_db[others])
        bits = _bits_of_coins(probability, chances[0][new], chances[1][new])
        expected = [float((survey.trust[others][new] * chance[new]).sum()) for chance in chances]
        price = costs.beacon * costs.n_beacons
        actions.append(
            {
                "action": f"{costs.n_beacons} beacons at {network.power_dbm[row] + step_db:.0f} dBm",
                "latitude_deg": float(network.latitude_deg[row]),
                "longitude_deg": float(network.longitude_deg[row]),
                "if_asserted": f"{expected[0]:.1f} new witnesses",
                "if_elsewhere": f"{expected[1]:.1f} new witnesses",
                "bits": float((bits * survey.trust[others][new]).sum()),
                "cost": price,
            }
        )
    return [_priced(action) for action in actions]


def _drive(survey: Survey, row: int, places_m: Array, probability: float, costs: Costs) -> list[dict[str, Any]]:
    """Drive-test points around both places: the level of the hotspot's beacons there."""
    channel, network = survey.channel, survey.network
    apart_m = float(np.linalg.norm(places_m[0] - places_m[1]))
    offsets = hexagon_offsets(_DRIVE_RINGS)[None] * (apart_m / _DRIVE_RINGS)
    points_m = np.concatenate([around(place_m[None], offsets)[0] for place_m in places_m])
    levels = [
        network.power_dbm[row] + network.gain_dbi[row] - _own_bias_db(survey, row, place_m)
        - channel.loss_db(_distance_m(place_m, points_m))
        for place_m in places_m
    ]  # fmt: skip
    spread = float(np.sqrt(channel.sigma_db**2 + _READING_DB**2 + channel.biases.transmit_var_db2[row]))
    bits = _bits_of_levels(probability, levels[0], levels[1], spread)
    nearest_m = np.minimum(*(_distance_m(place_m, points_m) for place_m in places_m))
    price = costs.per_point + costs.per_km * nearest_m / 1000.0
    latitude_deg, longitude_deg = coordinates_from_vectors(points_m)
    best = np.argsort(-bits / price, kind="stable")[:12]
    return [
        _priced(
            {
                "action": "drive-test point",
                "latitude_deg": round(float(latitude_deg[k]), 6),
                "longitude_deg": round(float(longitude_deg[k]), 6),
                "if_asserted": f"{levels[0][k]:.0f} dBm",
                "if_elsewhere": f"{levels[1][k]:.0f} dBm",
                "bits": float(bits[k]),
                "cost": float(price[k]),
            }
        )
        for k in best.tolist()
    ]


def _own_bias_db(survey: Survey, row: int, place_m: Array) -> float:
    """The hotspot's own bias if it stood there: the mean of what its links are off, drawn towards none."""
    network, channel = survey.network, survey.channel
    mine = network.heard_beaconer == row
    other = network.heard_witness[mine]
    off = channel.level_db[mine] - channel.loss_db(_distance_m(place_m, network.place_m[other]))
    off = off - channel.biases.receive_db[other]
    weight = survey.trust[other] / channel.sigma_db**2
    return float((weight * off).sum() / (weight.sum() + channel.biases.transmit_spread_db**-2))


def _bits_of_coins(probability: float, one: Array, two: Array) -> Array:
    """Mutual information of a yes or no with the two places [bit].

    >>> _bits_of_coins(0.5, np.array([0.0, 0.3]), np.array([1.0, 0.3])).tolist()
    [1.0, 0.0]
    """
    mixed = (1.0 - probability) * one + probability * two
    bits = _entropy(mixed) - (1.0 - probability) * _entropy(one) - probability * _entropy(two)
    return np.maximum(bits, 0.0)


def _entropy(p: Array) -> Array:
    return np.asarray(-(xlogy(p, p) + xlogy(1.0 - p, 1.0 - p)) / np.log(2.0))


def _bits_of_levels(probability: float, one: Array, two: Array, spread: float) -> Array:
    """Mutual information of a normal reading with the two places [bit], by the trapezoidal rule."""
    nodes = np.linspace(-6.0, 6.0, 241)
    bits = np.zeros(len(one))
    shares = (1.0 - probability, probability)
    for share, mean in zip(shares, (one, two), strict=True):
        y = mean[:, None] + spread * nodes
        parts = [np.exp(-0.5 * ((y - other[:, None]) / spread) ** 2) for other in (one, two)]
        mixed = shares[0] * parts[0] + shares[1] * parts[1]
        own = np.exp(-0.5 * nodes**2)
        weight = own / own.sum()
        bits += share * (weight * (np.log2(own) - np.log2(mixed))).sum(axis=1)
    return np.maximum(bits, 0.0)


def _priced(action: dict[str, Any]) -> dict[str, Any]:
    return {**action, "bits_per_cost": action["bits"] / action["cost"]}


def _distance_m(place_m: Array, others_m: Array) -> Array:
    return np.sqrt(np.square(others_m - place_m).sum(axis=-1) + SAME_PLACE_M**2)


def _estimate_m(scores: Table, at: int) -> Array:
    return np.asarray(
        unit_vectors(scores["estimated_latitude_deg"][at], scores["estimated_longitude_deg"][at]) * EARTH_RADIUS_M
    )
