"""`itmlogic` and `pycraf` beside ours: links per second of one call after the other, on the same profiles.

They are no dependencies of this project. They are installed into a throw-away virtual environment (or taken from the
one that POC_PEERS names) and run there by their own process; without network this is skipped with a message.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

PACKAGES = ("itmlogic==1.2", "pycraf==2.1.0")

_ITMLOGIC = """
import sys, time, math
import numpy as np
from itmlogic.misc.qerfi import qerfi
from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl
from itmlogic.statistics.avar import avar
profiles, step_m = np.load(sys.argv[1]), float(sys.argv[2])
z = qerfi([0.5])[0]
started, n = time.process_time(), 0
for heights in profiles.tolist():
    p = dict(fmhz=868.0, hg=[25.0, 2.0], ipol=1, eps=15.0, sgm=0.005, klim=5, ens0=301.0, lvar=5, gma=157e-9, kwx=0)
    p["wn"] = p["fmhz"] / 47.7
    p["pfl"] = [len(heights) - 1, step_m, *heights]
    inner = heights[len(heights) // 10 : len(heights) - len(heights) // 10]
    p["ens"] = p["ens0"] * math.exp(-sum(inner) / len(inner) / 9460.0)
    p["gme"] = p["gma"] * (1.0 - 0.04665 * math.exp(p["ens"] / 179.3))
    zq = complex(p["eps"], 376.62 * p["sgm"] / p["wn"])
    p["zgnd"] = np.sqrt(zq - 1.0) / zq
    p["klimx"], p["mdvarx"] = 0, 12
    p = qlrpfl(p)
    avar(z, 0, z, p)
    n += 1
print(n / (time.process_time() - started))
"""

_PYCRAF = """
import sys, time
import numpy as np
from astropy import units as u
from pycraf import conversions as cnv, pathprof
profiles, step_m = np.load(sys.argv[1]), float(sys.argv[2])
n_points = profiles.shape[1]
along = np.arange(n_points) * step_m / 1000.0 * u.km
def one(heights):
    path = pathprof.PathProp(
        0.868 * u.GHz, 290.0 * u.K, 1013.0 * u.hPa, 9.0 * u.deg, 47.0 * u.deg, 9.1 * u.deg, 47.0 * u.deg, 25.0 * u.m,
        2.0 * u.m, step_m * u.m, 50.0 * u.percent, hprof_dists=along, hprof_heights=heights * u.m,
        hprof_bearing=90.0 * u.deg, hprof_backbearing=-90.0 * u.deg, delta_N=45.0 * cnv.dimless / u.km,
        N0=325.0 * cnv.dimless, polarization=1, version=16,
    )
    pathprof.loss_complete(path, 0.0 * cnv.dBi, 0.0 * cnv.dBi)
one(profiles[0])
started, n = time.process_time(), 0
for heights in profiles:
    one(heights)
    n += 1
print(n / (time.process_time() - started))
"""


def environment() -> Path | None:
    """The interpreter of an environment that has the peers, or None with a message."""
    given = os.environ.get("POC_PEERS")
    if given:
        return Path(given) / "bin" / "python"
    home = Path(tempfile.mkdtemp(prefix="poc-peers-"))
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
        python = home / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"peers: {' and '.join(PACKAGES)} could not be installed, so they are left out")
        return None
    return python


def tell(python: Path, profiles: npt.NDArray[np.float64], step_m: float, ours_per_s: dict[str, float]) -> None:
    """Run both on the profiles; `ours_per_s` are our links per CPU second by the name of the peer."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "profiles.npy"
        np.save(file, profiles)
        for name, text in (("itmlogic", _ITMLOGIC), ("pycraf", _PYCRAF)):
            if name not in ours_per_s:
                continue
            run = subprocess.run([str(python), "-c", text, str(file), str(step_m)], capture_output=True, text=True)
            if run.returncode:
                print(f"{name}: did not run ({run.stderr.strip().splitlines()[-1]})")
                continue
            theirs = float(run.stdout)
            rates = f"{theirs:,.0f} links per CPU second, ours {ours_per_s[name] / theirs:,.0f} times as many"
            print(f"{name}, {profiles.shape[1]} points: {rates}")
