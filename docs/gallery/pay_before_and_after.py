"""The same world under two rule sets: each dot is a hotspot, above the line it earns more under the second."""

import matplotlib.pyplot as plt
import numpy as np

import poc

world = {"time": {"n_epochs": 3, "warm_up_epochs": 2}, "fleet": {"n_hotspots": 80}}
world["attacks"] = [{"name": "location-spoof", "share": 0.1, "min_km": 2.0, "max_km": 6.0}]
runs = {profile: poc.run(world, profile=profile) for profile in ("helium-iot", "guarded")}

truth = runs["guarded"].pandas("truth").drop_duplicates("hotspot").set_index("hotspot")
pay = {
    profile: run.pandas("rewards").groupby("hotspot")["amount_bones"].sum().reindex(truth.index, fill_value=0) / 1e8
    for profile, run in runs.items()
}
liar = truth["attack"] != ""

figure, axes = plt.subplots(figsize=(5.5, 5), layout="constrained")
axes.plot(np.array([1, 1e5]), np.array([1, 1e5]), color="#d5dae0", zorder=0)
for rows, marker, name in ((~liar, "o", "honest"), (liar, "^", "liars")):
    axes.scatter(
        pay["helium-iot"][rows] + 1, pay["guarded"][rows] + 1, marker=marker, s=18, label=f"{rows.sum()} {name}"
    )
axes.set(xscale="log", yscale="log", xlabel="pay under helium-iot [HNT + 1]", ylabel="pay under guarded [HNT + 1]")
axes.legend(frameon=False, loc="lower right")
figure.savefig("pay_before_and_after.png", dpi=110)
