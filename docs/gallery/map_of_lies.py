"""Where liars say they are, where they are, and where a detector puts them."""

import poc

run = poc.run(
    {
        "name": "map of lies",
        "map": {"city": "liechtenstein"},
        "time": {"n_epochs": 3, "warm_up_epochs": 2},
        "fleet": {"n_hotspots": 100},
        "attacks": [{"name": "location-spoof", "share": 0.1, "min_km": 2.0, "max_km": 6.0}],
    }
)
run.figure("map").figure.savefig("map_of_lies.png", dpi=100)
