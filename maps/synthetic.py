"""Seeded made-up cities of any size and place, for tests, teaching and what-if studies.

A city is laid out on a plane of metres around its centre (azimuthal equidistant, `maps.geodesy.local_metres`), so that
it looks the same at the equator, on the antimeridian and at a pole. People follow the classic decline of density with
the distance from the centre (C. Clark, "Urban Population Densities", J. R. Statist. Soc. A 114, 1951); the rest is
ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from maps import grid
from maps.city import City
from maps.clutter import DEFAULT_HEIGHT_M, Clutter
from maps.errors import MapError
from maps.geodesy import coordinates_from_local_metres, local_metres
from maps.outline import outline_from_ring
from maps.polylines import Polylines
from maps.regions import region_of
from maps.terrain import Terrain

Floats = npt.NDArray[np.float64]

#: Persons per km² in the very centre, and share of the half width over which density falls by 1/e.
CENTRE_PERSONS_PER_KM2 = 8000.0
DECLINE_SHARE = 0.4
#: Density [persons per km²] from which a cell is suburban, urban, dense urban.
CLASS_FROM_DENSITY = ((50.0, Clutter.SUBURBAN), (2500.0, Clutter.URBAN), (6000.0, Clutter.DENSE_URBAN))
MOST_CELLS = 3_000_000
_ROAD_STEP_M = 500.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A place on the plane: metres from the centre and the half width and half height that it is measured by."""

    east_m: Floats
    north_m: Floats
    half_east_m: float
    half_north_m: float
    seed: int

    @property
    def outwards(self) -> Floats:
        """0 in the centre, 1 on the ellipse that touches the sides."""
        return np.hypot(self.east_m / self.half_east_m, self.north_m / self.half_north_m)

    def bends(self, purpose: int, position: Floats) -> Floats:
        """A smooth seeded curve of a position in half widths, roughly within ±1."""
        random = np.random.default_rng([self.seed, purpose])
        phase, amplitude = random.uniform(0.0, 2.0 * np.pi, 4), np.array([0.5, 0.25, 0.15, 0.1])
        waves = np.sin(np.multiply.outer(position, [1.5, 3.1, 5.3, 8.9]) + phase)
        return np.asarray(waves @ amplitude, np.float64)


def _grid(layout: Layout) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Blocks of even density with parks between them; flat."""
    block = np.floor(layout.east_m / 700.0).astype(np.int64) + 9973 * np.floor(layout.north_m / 700.0).astype(np.int64)
    park = np.abs(np.sin(block * 12.9898 + layout.seed * 78.233) * 43758.5453) % 1.0 < 0.06
    density = np.where(park, 0.0, 0.5 * CENTRE_PERSONS_PER_KM2 * np.ones_like(layout.east_m))
    return density, np.zeros(density.shape, np.bool_), np.zeros_like(density)


def _radial(layout: Layout) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """One centre, arms along the main roads; flat."""
    angle = np.arctan2(layout.north_m, layout.east_m)
    arms = 1.0 + 0.5 * np.cos(5.0 * angle + layout.seed % 360) * np.minimum(layout.outwards, 1.0)
    density = CENTRE_PERSONS_PER_KM2 * np.exp(-layout.outwards / DECLINE_SHARE) * arms
    return density, np.zeros(density.shape, np.bool_), np.zeros_like(density)


def _valley(layout: Layout) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Towns along a winding river from south to north, mountains on both sides."""
    along = layout.north_m / layout.half_north_m
    river_m = 0.25 * layout.half_east_m * layout.bends(1, along)
    aside = np.abs(layout.east_m - river_m) / layout.half_east_m
    towns = np.clip(layout.bends(2, 3.0 * along) + 0.3, 0.0, None)
    density = CENTRE_PERSONS_PER_KM2 * towns * np.exp(-((aside / 0.22) ** 2))
    water = np.abs(layout.east_m - river_m) < 60.0
    slope = np.clip(aside - 0.2, 0.0, None)
    ridge = 1.0 + 0.3 * layout.bends(3, 4.0 * along)
    height_m = 450.0 + 40.0 * along + 1800.0 * slope / (slope + 0.5) * ridge
    return np.where(water, 0.0, density), water, height_m


def _coastal(layout: Layout) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """A town on the shore; the sea lies in the south, hills rise in the north."""
    along = layout.east_m / layout.half_east_m
    shore_m = layout.half_north_m * (-0.3 + 0.12 * layout.bends(4, along))
    inland_m = layout.north_m - shore_m
    density = CENTRE_PERSONS_PER_KM2 * np.exp(-np.hypot(along, inland_m / layout.half_north_m) / DECLINE_SHARE)
    water = inland_m < 0.0
    height_m = np.clip(inland_m, 0.0, None) * 0.03 * (1.0 + 0.4 * layout.bends(5, along))
    return np.where(water, 0.0, density), water, height_m


#: kind → (persons per km², water, metres above sea) on the plane.
KINDS: dict[str, Callable[[Layout], tuple[Floats, npt.NDArray[np.bool_], Floats]]] = {
    "grid": _grid,
    "radial": _radial,
    "valley": _valley,
    "coastal": _coastal,
}


def synthetic_city(
    kind: str = "radial",
    width_km: float = 10.0,
    height_km: float = 10.0,
    seed: int = 1,
    latitude_deg: float = 0.0,
    longitude_deg: float = 0.0,
    region: str | None = None,
    resolution: int = 9,
    terrain: bool | None = None,
) -> City:
    """A city of a kind (`KINDS`) around a centre; equal settings give an equal city.

    `terrain` adds an elevation raster; by default the hilly kinds have one wherever no pole is near (a raster on
    degrees makes no sense there). A city smaller than one cell becomes that cell. MapError for settings that make no
    city.

    >>> city = synthetic_city("valley", width_km=4.0, height_km=6.0, seed=3, latitude_deg=47.0, longitude_deg=9.5)
    >>> city.region, city.terrain is not None
    ('EU868', True)
    """
    _check(kind, width_km, height_km, seed, latitude_deg, longitude_deg, resolution)
    centre = (float(latitude_deg), float(longitude_deg))
    half_east_m, half_north_m = 500.0 * width_km, 500.0 * height_km
    boundary = outline_from_ring(*coordinates_from_local_metres(*_rectangle(half_east_m, half_north_m), *centre))
    cells = grid.polyfill(boundary, resolution)
    if not cells.size:
        cells = np.atleast_1d(grid.cells_from_coordinates(*centre, resolution))
        boundary = outline_from_ring(*grid.boundaries(cells)[0].T)
        half_east_m = half_north_m = float(np.sqrt(grid.areas_m2(cells)[0]))  # the cell is the middle of town

    def layout(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Layout:
        return Layout(*local_metres(latitude, longitude, *centre), half_east_m, half_north_m, int(seed))

    density, water, _ = KINDS[kind](layout(*grid.coordinates_from_cells(cells)))
    clutter = _clutter(density, water, np.random.default_rng([int(seed), 6]).random(len(cells)))
    heights = np.array([DEFAULT_HEIGHT_M[Clutter(i)] for i in range(len(Clutter))])
    built = np.isin(clutter, [Clutter.SUBURBAN, Clutter.URBAN, Clutter.DENSE_URBAN])
    return City(
        name=f"synthetic-{kind}-{seed}",
        region=region or str(region_of(*centre)),
        boundary=boundary,
        resolution=resolution,
        cells=cells,
        clutter=clutter,
        building_height_m=np.where(built, heights[clutter], 0.0).astype(np.float32),
        population=(density * grid.areas_m2(cells) / 1e6).astype(np.float32),
        population_source=f"made up: {CENTRE_PERSONS_PER_KM2:g} persons per km² in the centre of a {kind} city",
        attribution="made up by poc-emulator",
        licence="CC0-1.0",
        terrain=_raster(kind, layout, boundary, terrain),
        roads=_roads(half_east_m, half_north_m, centre),
    )


def _check(
    kind: str, width_km: float, height_km: float, seed: int, latitude_deg: float, longitude_deg: float, resolution: int
) -> None:
    numbers = (width_km, height_km, seed, latitude_deg, longitude_deg, resolution)
    if any(isinstance(value, bool) or not isinstance(value, int | float | np.number) for value in numbers):
        raise MapError(f"a synthetic city was given {numbers}: sizes, seed, coordinates and resolution are numbers.")
    if kind not in KINDS:
        raise MapError(f"there is no synthetic city of kind {kind!r}: choose one of {', '.join(KINDS)}.")
    if not (0.0 < width_km <= 5000.0 and 0.0 < height_km <= 5000.0):
        raise MapError(
            f"a synthetic city of {width_km} × {height_km} km was asked for: sides are above 0 and up to 5000 km."
        )
    if not (abs(latitude_deg) <= 90.0 and abs(longitude_deg) <= 180.0):
        raise MapError(
            f"a synthetic city was put at latitude {latitude_deg}, longitude {longitude_deg}: "
            "latitudes are −90 to 90 and longitudes −180 to 180 degrees."
        )
    if seed < 0 or seed != int(seed) or resolution != int(resolution) or not 0 <= resolution <= grid.FINEST_RESOLUTION:
        raise MapError(
            f"a synthetic city was given seed {seed} and resolution {resolution}: whole numbers are expected, the seed "
            f"from 0 on and the resolution 0 to {grid.FINEST_RESOLUTION}."
        )
    n_cells = width_km * height_km / (4.357e6 / 7.0**resolution)  # mean cell of resolution 0: 4.357 million km²
    if n_cells > MOST_CELLS:
        raise MapError(
            f"a synthetic city of {width_km:g} × {height_km:g} km at resolution {resolution} has about {n_cells:,.0f} "
            f"cells, {MOST_CELLS:,} are the most: choose a coarser resolution or a smaller city."
        )


def _rectangle(half_east_m: float, half_north_m: float) -> tuple[Floats, Floats]:
    """(east_m, north_m) around the edge, counter-clockwise, 32 steps a side so that it stays straight on the globe."""
    step = np.linspace(-1.0, 1.0, 33)[:-1]
    one = np.ones_like(step)
    east, north = np.concatenate([step, one, -step, -one]), np.concatenate([-one, step, one, -step])
    return half_east_m * east, half_north_m * north


def _clutter(density: Floats, water: npt.NDArray[np.bool_], chance: Floats) -> npt.NDArray[np.uint8]:
    """By persons per km²; where nobody lives, a third of the cells is forest."""
    empty = np.where(chance < 1 / 3, int(Clutter.FOREST), int(Clutter.OPEN))
    clutter = np.where(density < CLASS_FROM_DENSITY[0][0], empty, 0)
    for least, name in CLASS_FROM_DENSITY:
        clutter = np.where(density >= least, int(name), clutter)
    return np.where(water, int(Clutter.WATER), clutter).astype(np.uint8)


def _raster(
    kind: str,
    layout: Callable[[npt.ArrayLike, npt.ArrayLike], Layout],
    boundary: shapely.Geometry,
    wanted: bool | None,
) -> Terrain | None:
    """Posts every 1/200 of the sides over the box of the boundary; none where the box runs round a pole."""
    parts = shapely.bounds(shapely.get_parts(boundary))
    crossing = len(parts) > 1 and parts[:, 0].min() == -180.0 and parts[:, 2].max() == 180.0
    turned = parts + np.array([360.0, 0.0, 360.0, 0.0])
    boxes = np.where(crossing & (parts[:, [0]] < 0.0), turned, parts)
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    near_pole = max(abs(south), abs(north)) > 89.0
    if wanted is False or near_pole or (wanted is None and kind not in ("valley", "coastal")):
        if wanted and near_pole:
            raise MapError("a synthetic city within a degree of a pole was asked for terrain: leave it out there.")
        return None
    latitude, longitude = np.meshgrid(np.linspace(north, south, 201), np.linspace(west, east, 201), indexing="ij")
    _, _, height_m = KINDS[kind](layout(latitude, longitude))
    return Terrain(np.round(height_m).astype(np.float32), south, north, west, east)


def _roads(half_east_m: float, half_north_m: float, centre: tuple[float, float]) -> Polylines:
    """A main street each way and, in between, at most 20 streets a side; pieces end on the antimeridian."""
    lines: list[Floats] = []
    kinds: list[int] = []
    for across in (False, True):
        length, breadth = (half_east_m, half_north_m) if across else (half_north_m, half_east_m)
        n_streets = int(np.clip(breadth / _ROAD_STEP_M, 0, 20))
        for k in range(-n_streets, n_streets + 1):
            along, aside = np.linspace(-length, length, 33), np.full(33, k * breadth / (n_streets + 1))
            east_m, north_m = (along, aside) if across else (aside, along)
            latitude, longitude = coordinates_from_local_metres(east_m, north_m, *centre)
            breaks = np.flatnonzero(np.abs(np.diff(longitude)) > 180.0) + 1
            pieces = np.split(np.column_stack([longitude, latitude]), breaks)
            lines += [piece for piece in pieces if len(piece) > 1]
            kinds += [1 if k == 0 else 2 for piece in pieces if len(piece) > 1]
    return Polylines.from_lines(lines, kinds)
