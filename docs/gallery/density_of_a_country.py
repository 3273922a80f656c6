"""Thirty thousand hotspots placed by the towns of Switzerland: how many lie within the same hexagon?"""

import matplotlib.pyplot as plt
import numpy as np

from maps.grid import boundaries, cells_from_coordinates
from maps.land import land
from maps.placement.towns import ByTowns
from poc.keys import Keys

swiss = land(["CH"])
places = ByTowns().place(swiss, 30_000, Keys(1))
cells, n = np.unique(cells_from_coordinates(places.latitude_deg, places.longitude_deg, 7), return_counts=True)

figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
for outline, count in zip(boundaries(cells), np.log10(n) / np.log10(n.max()), strict=True):
    axes.fill(outline[:, 1], outline[:, 0], color=plt.cm.cividis(count), linewidth=0)
for piece in swiss.boundary.geoms:
    axes.plot(*piece.exterior.xy, color="#5c6670", linewidth=0.8)
for row in np.argsort(-swiss.towns.population)[:5]:
    axes.annotate(swiss.towns.name[row], (swiss.towns.longitude_deg[row], swiss.towns.latitude_deg[row]), fontsize=8)
axes.set_aspect(1 / np.cos(np.radians(46.8)))
axes.set(
    xlabel="longitude [°]", ylabel="latitude [°]", title=f"30,000 hotspots, up to {n.max():,} in a hexagon of 5 km²"
)
figure.savefig("density_of_a_country.png", dpi=90)
