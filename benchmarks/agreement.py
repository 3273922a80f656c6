"""How far ITM, P.1812 and extended Hata are from their reference codes, on inputs drawn afresh.

    .venv/bin/python benchmarks/agreement.py [--seed 0] [--links 64000] [--itm LIBRARY.so] [--p1812 FOLDER]
                                             [--ehata LIBRARY.so]

Nothing of the references is part of this repository: `--itm` is NTIA/itm and `--ehata` NTIA/ehata, built as shared
libraries with the `__declspec` of their headers taken away; `--p1812` is the folder that holds the package Py1812, with
an empty `P1812.npz` in place of the ITU's maps. Inputs are meant to hurt: flat, all but flat, planes, ties in whole
metres, lone edges, sea, cliffs and ground below the sea, 3 to 700 points, steps from decimetres to kilometres, heights
and frequencies at and beyond the ends of their ranges, all climates, modes and polarisations. For ITM the loss of the
reversed path is compared too, in both codes.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from radio_models import itm
from radio_models.ehata import extended_hata_loss_db
from radio_models.p1812 import basic_transmission_loss

Rng = np.random.Generator
Array = np.ndarray
_GROUND: tuple[Callable[[Array, Rng], Array], ...] = (
    lambda x, rng: np.cumsum(rng.normal(size=x.size)) * np.exp(rng.uniform(0.0, 3.0)) + rng.uniform(0.0, 2000.0),
    lambda x, rng: np.zeros(x.size),
    lambda x, rng: np.full(x.size, rng.uniform(0.0, 3000.0)),
    lambda x, rng: rng.uniform(0.0, 300.0) + rng.uniform(-500.0, 500.0) * x,
    lambda x, rng: np.round(np.cumsum(rng.normal(size=x.size)) * 5.0 + 200.0),
    lambda x, rng: np.where(np.arange(x.size) == rng.integers(1, x.size - 1), rng.uniform(1.0, 800.0), 0.0),
    lambda x, rng: 100.0 * np.isin(np.arange(x.size), rng.integers(1, x.size - 1, 3)),
    lambda x, rng: -3.0 * np.abs(np.cumsum(rng.normal(size=x.size))),
    lambda x, rng: np.where(x < rng.uniform(0.2, 0.8), 0.0, np.round(rng.uniform(0.0, 300.0))),
    lambda x, rng: 300.0 * (2.0 * x - 1.0) ** 2 * rng.uniform(0.1, 5.0),
    lambda x, rng: rng.uniform(0.0, 1e-3, x.size),
    lambda x, rng: rng.choice([0.0, 1.0], x.size),
)
_ITM_PARAMETERS = (
    "tx_height_m", "rx_height_m", "climate", "surface_refractivity", "frequency_mhz", "polarization",
    "relative_permittivity", "conductivity_s_per_m", "mdvar", "time_pct", "location_pct", "situation_pct",
)  # fmt: skip


def profiles(n_links: int, n_points: int, rng: Rng) -> Array:
    """One kind of ground for each link, (links, points) [m]."""
    along = np.linspace(0.0, 1.0, n_points)
    return np.stack([_GROUND[rng.integers(len(_GROUND))](along, rng) for _ in range(n_links)])


def mostly(usual: Array, edges: list[float], rng: Rng, share: float = 0.3) -> Array:
    """Usual values, some of them replaced by edges of a range."""
    return np.where(rng.random(usual.size) < share, rng.choice(edges, usual.size), usual)


def itm_links(n: int, rng: Rng) -> dict[str, Any]:
    """Parameters of `n` links, some out of range."""
    percent = [mostly(rng.uniform(0.1, 99.9, n), [50.0, 1.0, 99.0, 0.01, 99.99], rng) for _ in range(3)]
    heights = [mostly(10.0 ** rng.uniform(-0.5, 2.2, n), [0.5, 0.49, 1.0, 1000.0, 3000.0, 3001.0], rng) for _ in "tr"]
    values = (
        *heights, rng.integers(1, 8, n), mostly(rng.uniform(250.0, 400.0, n), [250.0, 400.0, 249.9], rng, 0.1),
        mostly(10.0 ** rng.uniform(1.302, 4.301, n), [20.0, 19.99, 20000.0, 20001.0], rng, 0.1), rng.integers(0, 2, n),
        10.0 ** rng.uniform(0.0, 2.0, n), 10.0 ** rng.uniform(-6.0, 1.0, n),
        rng.choice([tens + mode for tens in (0, 10, 20, 30) for mode in range(4)], n), *percent,
    )  # fmt: skip
    return dict(zip(_ITM_PARAMETERS, (np.asarray(value, np.float64) for value in values), strict=True))


def itm_reference(library: ctypes.CDLL, ground: Array, step_m: Array, links: dict[str, Any]) -> tuple[Array, Array]:
    """Loss [dB], and (warnings, return code), link by link."""
    loss, words = ctypes.c_double(), ctypes.c_long()
    losses, codes = np.zeros(len(ground)), np.zeros((len(ground), 2), np.int64)
    whole = {"climate", "polarization", "mdvar"}
    for i, profile in enumerate(ground):
        pfl = np.concatenate([[len(profile) - 1.0, step_m[i]], profile])
        given = [
            ctypes.c_int(int(links[name][i])) if name in whole else ctypes.c_double(links[name][i])
            for name in _ITM_PARAMETERS
        ]
        pointer = pfl.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        codes[i, 1] = library.ITM_P2P_TLS(*given[:2], pointer, *given[2:], ctypes.byref(loss), ctypes.byref(words))
        losses[i], codes[i, 0] = loss.value, words.value
    return losses, codes


def compare_itm(path: str, n_links: int, rng: Rng) -> None:
    library, worst, n_words, n_here, n_there, n_same, n = ctypes.CDLL(path), 0.0, 0, 0, 0, 0, 0
    while n < n_links:
        m, n_points = 64, int(rng.choice([3, 4, 5, 10, 11, 50, 101, 200, 201, 500, 700]))
        ground, links = profiles(m, n_points, rng), itm_links(m, rng)
        step_m = mostly(10.0 ** rng.uniform(-1.0, 4.2, m), [1.0, 10.0, 30.0, 90.0, 92.6, 1000.0], rng, 0.5)
        ours, (theirs, codes) = (
            itm.point_to_point(ground, step_m, **links),
            itm_reference(library, ground, step_m, links),
        )
        fine = codes[:, 1] < 1000
        worst = max(worst, float(np.max(np.abs(ours.loss_db - theirs), where=fine, initial=0.0)))
        n_words += int(np.sum((ours.return_code != codes[:, 1]) | (fine & (ours.warnings != codes[:, 0]))))
        turned = links | {"tx_height_m": links["rx_height_m"], "rx_height_m": links["tx_height_m"]}
        back = itm.point_to_point(ground[:, ::-1], step_m, **turned).loss_db
        here = np.abs(np.subtract(ours.loss_db, back, where=fine, out=np.zeros(m))) > 1e-9
        there = fine & (np.abs(theirs - itm_reference(library, ground[:, ::-1], step_m, turned)[0]) > 1e-9)
        n_here, n_there, n_same, n = n_here + here.sum(), n_there + there.sum(), n_same + (here & there).sum(), n + m
    print(f"ITM: {n} links, worst {worst:.1e} dB, {n_words} with other return codes or warnings")
    print(f"     reversed, more than 1e-9 dB apart: {n_here} here, {n_there} in the reference, {n_same} in both")


def compare_p1812(folder: str, n_links: int, rng: Rng) -> None:
    sys.path.insert(0, folder)
    reference: Any = import_module("Py1812.P1812")
    worst = 0.0
    for _ in range(n_links):
        n_points = int(rng.choice([5, 6, 10, 50, 100, 200]))
        end_km, latitude = 10.0 ** rng.uniform(-0.602, 3.477), rng.uniform(-90.0, 90.0)
        d = np.linspace(0.0, end_km, n_points)
        if rng.random() < 0.5:
            d[1:-1] = np.sort(rng.uniform(0.0, end_km, n_points - 2))
        h, zone = profiles(1, n_points, rng)[0], np.sort(rng.choice([1, 3, 4], n_points))[:: rng.choice([-1, 1])]
        clutter = np.where(rng.random(n_points) < rng.random(), rng.choice([3.0, 10.0, 15.0, 30.0], n_points), 0.0)
        f, p, at = 10.0 ** rng.uniform(-1.522, 0.778), rng.uniform(1.0, 50.0), rng.uniform(1.0, 99.0)
        tx, rx, polarization = 10.0 ** rng.uniform(0.0, 2.5), 10.0 ** rng.uniform(0.0, 2.5), int(rng.integers(0, 2))
        lapse, n0, coast = rng.uniform(0.0, 150.0), rng.uniform(250.0, 400.0), 10.0 ** rng.uniform(-2.0, 3.0, 2)
        reference.great_circle_path = lambda *_, at=latitude: (0.0, at, 0.0, 0.0)  # the latitude is given, not the ends
        theirs = reference.bt_loss(
            f, p, d, h, clutter, zone, tx, rx, polarization + 1, latitude, latitude, 0.0, 0.0, pL=at, DN=lapse, N0=n0,
            dct=coast[0], dcr=coast[1], sigmaL=reference.stdDev(f, rx, clutter[-1], 100.0),
        )[0]  # fmt: skip
        ours = basic_transmission_loss(
            d, h, clutter, frequency_ghz=f, time_pct=p, location_pct=at, tx_height_m=tx, rx_height_m=rx,
            polarization=polarization, latitude_deg=latitude, refractivity_lapse=lapse, surface_refractivity=n0,
            tx_coast_distance_km=coast[0], rx_coast_distance_km=coast[1], zone=zone,
        )  # fmt: skip
        worst = max(worst, abs(float(ours.loss_db) - float(theirs)))
    print(f"P.1812: {n_links} links, worst {worst:.1e} dB")


def compare_ehata(path: str, n_links: int, rng: Rng) -> None:
    library, worst, found = ctypes.CDLL(path), 0.0, ctypes.c_double()
    for _ in range(n_links):
        n_points, kind = int(rng.choice([50, 101, 200, 333, 600])), rng.choice(["urban", "suburban", "rural"])
        h = np.maximum(profiles(1, n_points, rng)[0], 0.0)
        step_m = 10.0 ** rng.uniform(3.0, 5.0) / (n_points - 1)
        f, base, mobile, share = rng.uniform(1500.0, 3700.0), *10.0 ** rng.uniform([0.5, 0.0], [2.3, 1.0]), rng.random()
        pfl = np.concatenate([[n_points - 1.0, step_m], h])
        code = {"urban": 24, "suburban": 22, "rural": 20}[str(kind)]
        library.ExtendedHata(
            pfl.ctypes.data_as(ctypes.POINTER(ctypes.c_double)), *map(ctypes.c_double, (f, base, mobile)), code,
            ctypes.c_double(share), ctypes.byref(found),
        )  # fmt: skip
        ours = extended_hata_loss_db(h, step_m, f, base, mobile, environment=kind, reliability=float(share))
        worst = max(worst, abs(float(ours) - found.value))
    print(f"extended Hata: {n_links} links, worst {worst:.1e} dB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--links", type=int, default=64_000, help="for ITM; P.1812 and extended Hata take a tenth")
    parser.add_argument("--itm")
    parser.add_argument("--p1812")
    parser.add_argument("--ehata")
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    if asked.itm:
        compare_itm(asked.itm, asked.links, rng)
    if asked.p1812:
        compare_p1812(asked.p1812, asked.links // 10, rng)
    if asked.ehata:
        compare_ehata(asked.ehata, asked.links // 10, rng)


if __name__ == "__main__":
    main()
