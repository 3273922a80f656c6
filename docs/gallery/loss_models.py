"""What five path-loss models say about one kilometre after another: 868 MHz, antennas at 30 m and 2 m."""

import matplotlib.pyplot as plt
import numpy as np

from radio_models.model import PATH_LOSS
from radio_models.paths import Paths

distance_m = np.geomspace(300.0, 20_000.0, 100)
paths = Paths(distance_m=distance_m, frequency_hz=868e6, tx_height_m=30.0, rx_height_m=2.0)

figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
for name in ("free-space", "two-ray", "log-distance", "hata", "ehata"):
    axes.semilogx(distance_m / 1000.0, PATH_LOSS[name]().loss_db(paths), label=name)
axes.invert_yaxis()
axes.grid(color="#d5dae0")
axes.set(xlabel="distance [km]", ylabel="path loss [dB]", title="868 MHz, antennas at 30 m and 2 m")
axes.legend(frameon=False)
figure.savefig("loss_models.png", dpi=110)
