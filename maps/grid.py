"""H3 on whole numpy columns: cells are uint64, coordinates are degrees, shapes are kept.

The layout of an index (mode bits 59–62, resolution bits 52–55, base cell bits 45–51, fifteen 3-bit digits) is that of
the H3 documentation, "H3 index representations", https://h3geo.org/docs/core-library/h3Indexing. h3ronpy (the Rust port
h3o) does the geometry, numpy the bits; tests/property/test_maps_grid.py holds the results equal to the C library.
"""

from __future__ import annotations

from typing import Any

import h3ronpy
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy import vector
from shapely.geometry.base import BaseGeometry

from maps.errors import MapError

Cells = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FINEST_RESOLUTION = 15
#: The 12 base cells whose centre is a pentagon (H3 documentation, "Base cells").
_PENTAGON_BASE_CELLS = np.array([4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117], np.uint64)
_RESOLUTION_SHIFT, _BASE_CELL_SHIFT = np.uint64(52), np.uint64(45)
_DIGITS = np.uint64((1 << 45) - 1)
#: h3o walks longitudes the short way round, so wider shapes are cut into strips that leave no doubt.
_STRIP_DEG = 60.0


def cells_from_coordinates(latitude_deg: npt.ArrayLike, longitude_deg: npt.ArrayLike, resolution: int) -> Cells:
    """The cell of each place; any longitude is taken round the globe. MapError for a place off the earth.

    >>> hex(cells_from_coordinates(37.7749, -122.4194, 9))
    '0x89283082803ffff'
    """
    _check_resolution(resolution)
    latitude, longitude = np.broadcast_arrays(np.asarray(latitude_deg, float), np.asarray(longitude_deg, float))
    bad = ~((np.abs(latitude) <= 90.0) & np.isfinite(longitude))
    if bad.any():
        i = np.flatnonzero(bad.ravel())[0]
        raise MapError(
            f"place {i} has latitude {latitude.ravel()[i]} and longitude {longitude.ravel()[i]}: "
            "latitudes are −90 to 90 degrees and longitudes finite; correct the coordinates."
        )
    found = vector.coordinates_to_cells(
        np.ascontiguousarray(latitude.ravel()), np.ascontiguousarray(longitude.ravel()), int(resolution)
    )
    return np.asarray(found, np.uint64).reshape(latitude.shape)[()]


def coordinates_from_cells(cells: npt.ArrayLike) -> tuple[Floats, Floats]:
    """(latitude_deg, longitude_deg) of the cells' centres. MapError for what is not a cell.

    >>> latitude_deg, longitude_deg = coordinates_from_cells(0x89283082803FFFF)
    >>> round(float(latitude_deg), 4), round(float(longitude_deg), 4)
    (37.7735, -122.4183)
    """
    array = _valid_cells(cells)
    found = vector.cells_to_coordinates(array.ravel())
    latitude, longitude = (np.asarray(found[name], np.float64).reshape(array.shape)[()] for name in ("lat", "lng"))
    return latitude, longitude


def resolutions(cells: npt.ArrayLike) -> Integers:
    """The resolution bits, 0 to 15; meaningless for what is not a cell.

    >>> int(resolutions(0x89283082803FFFF))
    9
    """
    return ((_cells(cells) >> _RESOLUTION_SHIFT) & np.uint64(0xF)).astype(np.int64)[()]


def parents(cells: npt.ArrayLike, resolution: int) -> Cells:
    """The ancestors at a coarser (or the same) resolution, by bits alone. MapError where it would be finer.

    >>> hex(parents(0x89283082803FFFF, 7))
    '0x872830828ffffff'
    """
    _check_resolution(resolution)
    array = _cells(cells)
    finer = resolutions(array) < resolution
    if np.any(finer):
        cell = int(array.ravel()[np.flatnonzero(finer)[0]])
        raise MapError(
            f"cell {cell:x} has resolution {int(resolutions(cell))} and so no parent at {resolution}: "
            "ask for a coarser resolution, or for children."
        )
    kept = array & ~np.uint64(0xF << 52)
    blank = np.uint64((1 << 3 * (FINEST_RESOLUTION - resolution)) - 1)
    return (kept | np.uint64(resolution << 52) | blank)[()]


def are_valid(cells: npt.ArrayLike) -> Flags:
    """Whether each value is an H3 cell.

    >>> are_valid([0x89283082803FFFF, 7]).tolist()
    [True, False]
    """
    array = _cells(cells)
    valid = h3ronpy.cells_valid(array.ravel(), booleanarray=True).to_numpy()  # by way of pyarrow it would load pandas
    return np.asarray(valid, np.bool_).reshape(array.shape)[()]


def are_pentagons(cells: npt.ArrayLike) -> Flags:
    """Whether each cell is one of the 12 pentagons of its resolution: all digits zero on a pentagonal base cell.

    >>> bool(are_pentagons(0x8009FFFFFFFFFFF))
    True
    """
    array = _valid_cells(cells)
    base_cell = (array >> _BASE_CELL_SHIFT) & np.uint64(0x7F)
    unused_bits = np.uint64(3) * (np.uint64(FINEST_RESOLUTION) - ((array >> _RESOLUTION_SHIFT) & np.uint64(0xF)))
    digits = (array & _DIGITS) >> unused_bits
    return np.asarray(np.isin(base_cell, _PENTAGON_BASE_CELLS) & (digits == 0), np.bool_)[()]


def disks(cells: npt.ArrayLike, k: int) -> tuple[Integers, Cells]:
    """All cells within grid distance k of each cell, flattened: (row of the origin, cell), rows ascending.

    Near a pentagon a disk has fewer than 3k(k + 1) + 1 cells.

    >>> row, cell = disks([0x89283082803FFFF], 1)
    >>> len(cell)
    7
    """
    if k < 0:
        raise MapError(f"a disk of radius {k} was asked for: give a radius of 0 or more.")
    array = _valid_cells(cells).ravel()
    if array.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    lists = pa.array(h3ronpy.grid_disk(array, int(k)))
    n_found = np.diff(_whole(lists.offsets))
    return np.repeat(np.arange(len(array)), n_found), _whole(lists.values).astype(np.uint64)


def distances(a: npt.ArrayLike, b: npt.ArrayLike) -> Integers:
    """Grid distance of pairs of cells; −1 where H3 has none (other resolution, too far, pentagon, no cell).

    In the IJ frame of the first cell the distance is the largest of |Δi|, |Δj| and |Δi − Δj|, which is what
    gridDistance of the C library computes in cube coordinates (H3 documentation, "Coordinate systems").

    >>> row, cell = disks([0x89283082803FFFF], 2)
    >>> int(distances(0x89283082803FFFF, cell).max())
    2
    """
    left, right = np.broadcast_arrays(_cells(a), _cells(b))
    shape = left.shape
    left, right = left.ravel(), right.ravel()
    found = np.full(left.shape, -1, np.int64)
    usable = np.flatnonzero((resolutions(left) == resolutions(right)) & are_valid(left) & are_valid(right))
    if usable.size:
        left, right = left[usable], right[usable]
        origin_i, origin_j, _ = _local_ij(left, left)
        other_i, other_j, known = _local_ij(right, left)
        i, j = other_i - origin_i, other_j - origin_j
        steps = np.maximum(np.maximum(np.abs(i), np.abs(j)), np.abs(i - j))
        found[usable] = np.where(known, steps, -1)
    return found.reshape(shape)[()]


def text_from_cells(cells: npt.ArrayLike) -> npt.NDArray[np.str_]:
    """Hex text as the rest of the world writes cells. MapError for what is not a cell.

    >>> str(text_from_cells(0x89283082803FFFF))
    '89283082803ffff'
    """
    array = _valid_cells(cells)
    text = pa.array(h3ronpy.cells_to_string(array.ravel())).to_pylist()  # as numpy array it would load pandas
    return np.asarray(text, np.str_).reshape(array.shape)[()]


def cells_from_text(text: npt.ArrayLike) -> Cells:
    """Cells from hex text (upper or lower case, `0x` allowed). MapError names the first that is none.

    >>> int(cells_from_text("89283082803ffff"))
    617700169957507071
    """
    words = np.asarray(text, np.str_)
    values = np.zeros(words.size, np.uint64)
    for i, word in enumerate(words.ravel().tolist()):
        digits = word.strip().lower().removeprefix("0x")
        # int() alone would let "_" and signs through
        plain = 1 <= len(digits) <= 16 and all(digit in "0123456789abcdef" for digit in digits)
        values[i] = int(digits, 16) if plain else 0
    bad = np.flatnonzero(~are_valid(values))
    if bad.size:
        word = str(words.ravel()[bad[0]])
        raise MapError(
            f"entry {bad[0]} is {word!r}, which is not an H3 cell: give 15 hex digits such as 89283082803ffff."
        )
    return values.reshape(words.shape)[()]


def children(cell: int, resolution: int) -> Cells:
    """All descendants of one cell at a finer (or the same) resolution, sorted.

    >>> len(children(0x89283082803FFFF, 11))
    49
    """
    _check_resolution(resolution)
    array = _valid_cells([cell])
    if resolution < int(resolutions(array)[0]):
        raise MapError(
            f"cell {int(cell):x} has no children at the coarser resolution {resolution}: "
            "ask for a finer resolution, or for parents."
        )
    return np.sort(np.asarray(h3ronpy.change_resolution(array, int(resolution)), np.uint64))


def boundaries(cells: npt.ArrayLike) -> list[Floats]:
    """The corners of each cell, counter-clockwise and not closed: arrays (n_corners, 2) of latitude, longitude [deg].

    Longitudes lie in [−180, 180], so a cell on the antimeridian jumps.

    >>> boundaries([0x89283082803FFFF])[0].shape
    (6, 2)
    """
    array = _valid_cells(cells).ravel()
    if array.size == 0:
        return []
    shapes = shapely.from_wkb(pa.array(vector.cells_to_wkb_polygons(array)).to_pylist())
    return [shapely.get_coordinates(shape)[:-1, ::-1] for shape in shapes]


def polyfill(geometry: BaseGeometry, resolution: int) -> Cells:
    """Cells whose centre lies in a geometry (longitude, latitude [deg], straight edges in those), sorted.

    Shapes across the antimeridian are given in pieces on either side of it (RFC 7946, §3.1.9).

    >>> len(polyfill(shapely.box(9.5, 47.1, 9.6, 47.2), 7))
    17
    """
    _check_resolution(resolution)
    west, south, east, north = geometry.bounds if not geometry.is_empty else (0.0, 0.0, 0.0, 0.0)
    pieces = [geometry]
    if east - west > _STRIP_DEG:
        edges = np.arange(-180.0, 180.0, _STRIP_DEG)
        pieces = [geometry.intersection(shapely.box(edge, south, edge + _STRIP_DEG, north)) for edge in edges]
    filled = [
        np.asarray(vector.geometry_to_cells(part, int(resolution)), np.uint64)
        for piece in pieces
        for part in shapely.get_parts(piece)
        if shapely.get_dimensions(part) == 2
    ]
    return np.unique(np.concatenate(filled)) if filled else np.zeros(0, np.uint64)


def areas_m2(cells: npt.ArrayLike) -> Floats:
    """Area of each cell [m²].

    >>> float(areas_m2(0x8A1F8E41800FFFF).round(-3))
    15000.0
    """
    array = _valid_cells(cells)
    return np.asarray(h3ronpy.cells_area_m2(array.ravel()), np.float64).reshape(array.shape)[()]


def _local_ij(cells: Cells, anchors: Cells) -> tuple[Integers, Integers, Flags]:
    """IJ coordinates of cells in the frames of their anchors, and whether they have any."""
    batch = h3ronpy.cells_to_localij(cells, anchors, set_failing_to_invalid=True)
    i, j = (pa.array(batch[name]) for name in ("i", "j"))
    known = np.ones(len(i), np.bool_) if not i.null_count else np.array(i.is_valid().to_pylist(), np.bool_)
    left, right = (np.where(known, _whole(column), 0).astype(np.int64) for column in (i, j))
    return left, right, known


def _whole(values: pa.Array) -> npt.NDArray[Any]:
    """Whole numbers, anything where one is missing; Arrow's own conversion would load pandas."""
    end = values.offset + len(values)
    return np.frombuffer(values.buffers()[1], values.type.to_pandas_dtype(), end)[values.offset :]


def _cells(cells: npt.ArrayLike) -> Cells:
    array = np.asarray(cells)
    if array.dtype == np.uint64:
        return array
    if array.size and array.dtype.kind not in "iu":
        raise MapError(f"cells of type {array.dtype} were given: cells are uint64; read hex text with cells_from_text.")
    return array.astype(np.uint64)


def _valid_cells(cells: npt.ArrayLike) -> Cells:
    array = _cells(cells)
    bad = np.flatnonzero(~np.atleast_1d(are_valid(array)))
    if bad.size:
        raise MapError(
            f"entry {bad[0]} is {int(array.ravel()[bad[0]])}, which is not an H3 cell: "
            "give valid cells (see are_valid)."
        )
    return array


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= FINEST_RESOLUTION:
        raise MapError(f"H3 resolution {resolution} was given: resolutions are 0 to {FINEST_RESOLUTION}.")
