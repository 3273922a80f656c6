"""Heard or not heard, by distance: what tells a liar is often who should have heard it and did not."""

import matplotlib.pyplot as plt
import numpy as np

import poc
from maps.geodesy import great_circle_m
from maps.grid import coordinates_from_cells

run = poc.run({"time": {"n_epochs": 2, "warm_up_epochs": 1}, "fleet": {"n_hotspots": 120}}, seed=2)
hotspots = run.pandas("hotspots", epoch=1)
latitude, longitude = coordinates_from_cells(hotspots["cell"].to_numpy())
heard = run.pandas("link_statistics", epoch=1)
row = {hotspot: number for number, hotspot in enumerate(hotspots["hotspot"])}

distance_km = great_circle_m(latitude[:, None], longitude[:, None], latitude, longitude) / 1000.0
linked = np.zeros(distance_km.shape, bool)
linked[heard["beaconer"].map(row), heard["witness"].map(row)] = True
pairs = ~np.eye(len(hotspots), dtype=bool)
edges = np.geomspace(0.3, 20.0, 12)
bin_of = np.digitize(distance_km[pairs], edges)
share = [linked[pairs][bin_of == number].mean() for number in range(1, len(edges))]

figure, axes = plt.subplots(figsize=(6.5, 4), layout="constrained")
axes.stairs(100 * np.array(share), edges, fill=True, color="#56b4e9")
axes.set(xscale="log", xlabel="distance of the asserted places [km]", ylabel="pairs with at least one report [%]")
axes.set_xticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
axes.set_title("Two days, 120 hotspots in Liechtenstein", loc="left", fontsize=10)
figure.savefig("who_stays_silent.png", dpi=110)
