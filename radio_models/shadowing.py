"""Shadowing: a frozen, reciprocal field of the two places of a link, the same in every epoch.

The whole world is tiled three times over by cubes, each tiling turned and shifted at random by the seed. A link draws
one standard normal number from each tiling, hashed from the unordered pair of cubes that its ends lie in, and adds
the three. So both directions are bit-identical, radios in one place share everything, and the variance is exactly one
at every point and every separation: nothing is interpolated, so nothing needs to be renormalised.

Cubes of side s that lie at random keep two points r·s apart together with probability g(r) = 1 − 1.5 r + (2/π) r² −
r³/(4π) for r ≤ 1. The mean of g over three sides follows exp(−δ / correlation_m) within 0.011 for every δ, is 0.358
at correlation_m and exactly 0 beyond 6.4 correlation_m. This holds when one end moves; when both move, each component
needs both ends to stay. Within a cube a component is constant: the field has steps, as sharp as the exponential model
(which is not differentiable either) has them on average.

Draws of links are in single precision (radio_models/float32.py), so that all forms give the same bits.

Sources: Gudmundson, Electronics Letters 27 (1991) 2145 (exponential correlation); Wang, Tameh and Nix, IEEE Trans.
Veh. Tech. 57 (2008) 94 (links whose both ends move, site cross-correlation). The tiling is our own construction.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from radio_models.errors import RadioError
from radio_models.float32 import normal

Array = npt.NDArray[np.float64]

SIDES = (0.92702779, 2.04393459, 3.64846358)  # least largest deviation from exp(−δ) for three equal shares
COMPILED_FROM = 10_000  # links, once somebody has loaded the compiler: starting it takes longer than most runs
_AXIS_BITS = 21


class Keys(Protocol):
    """Keyed draws; `poc.keys.Keys` is one."""

    def of(self, purpose: str) -> Keys: ...
    def bits(self, *ids: Any) -> npt.NDArray[np.uint64]: ...
    def uniform(self, *ids: Any) -> Array: ...
    def normal(self, *ids: Any) -> Array: ...


class Field(Protocol):
    """The shadowing among fixed places, by their row."""

    def link_db(self, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]) -> Array:
        """Gain over the median [dB], (links,), of links between the places `tx` and `rx` (rows)."""


class Shadowing(Protocol):
    """A frozen dataclass whose fields are the settings of the model."""

    @property
    def sigma_db(self) -> float:
        """Standard deviation of every link [dB]."""

    def field(self, xyz_m: npt.ArrayLike, keys: Keys) -> Field:
        """The field among places: Earth-centred x, y, z [m], (places, 3). Made once, it costs little a link."""

    def shadowing_db(self, tx_xyz_m: npt.ArrayLike, rx_xyz_m: npt.ArrayLike, keys: Keys) -> Array:
        """Gain over the median [dB], (links,), of links between two places: Earth-centred x, y, z [m], (links, 3)."""


@dataclass(frozen=True, slots=True)
class NoShadowing:
    """Every place is as good as its distance."""

    sigma_db: ClassVar[float] = 0.0

    def field(self, xyz_m: npt.ArrayLike, keys: Keys) -> Field:
        return self

    def link_db(self, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]) -> Array:
        return np.zeros(np.broadcast_shapes(np.shape(tx), np.shape(rx)))

    def shadowing_db(self, tx_xyz_m: npt.ArrayLike, rx_xyz_m: npt.ArrayLike, keys: Keys) -> Array:
        return np.zeros(np.broadcast_shapes(np.shape(tx_xyz_m), np.shape(rx_xyz_m))[:-1])


@dataclass(frozen=True, slots=True)
class CorrelatedShadowing:
    """Log-normal shadowing with exponential correlation in space.

    sigma_db           standard deviation of a link [dB], exact at every place and separation
    correlation_m      distance [m] at which the correlation has fallen to about 1/e when one end moves
    site_correlation   correlation of two links that share one end and whose other ends are far apart, 0 to 0.5. The
                       literature's site cross-correlation of 0.5 is the upper limit when every radio is a site.

    >>> from poc.keys import Keys
    >>> here, there = [[6.371e6, 0.0, 0.0]], [[6.371e6, 900.0, 0.0]]
    >>> model = CorrelatedShadowing(sigma_db=8.0, correlation_m=100.0, site_correlation=0.25)
    >>> bool(model.shadowing_db(here, there, Keys(1)) == model.shadowing_db(there, here, Keys(1)))
    True
    """

    sigma_db: float = 8.0
    correlation_m: float = 110.0
    site_correlation: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.sigma_db <= 40.0:
            raise RadioError(f"shadowing: sigma_db is {self.sigma_db}, expected 0 to 40 dB; correct it.")
        if not 1.0 <= self.correlation_m <= 100_000.0:
            raise RadioError(f"shadowing: correlation_m is {self.correlation_m}, expected 1 to 100000 m; correct it.")
        if not 0.0 <= self.site_correlation <= 0.5:
            raise RadioError(f"shadowing: site_correlation is {self.site_correlation}, expected 0 to 0.5; correct it.")

    def field(self, xyz_m: npt.ArrayLike, keys: Keys) -> CorrelatedField:
        """The field among places, (places, 3) [m]."""
        cubes = _cubes(xyz_m, self.correlation_m, keys)
        pair, site = keys.of("pair"), keys.of("site")
        return CorrelatedField(
            words=np.stack([pair.bits(tiling, cubes[tiling]) for tiling in range(len(SIDES))]),
            site=np.sum([site.normal(tiling, cubes[tiling]) for tiling in range(len(SIDES))], axis=0, dtype=np.float32),
            pair_cdb=np.float32(100.0 * self.sigma_db * np.sqrt((1.0 - 2.0 * self.site_correlation) / 3.0)),
            site_cdb=np.float32(100.0 * self.sigma_db * np.sqrt(2.0 * self.site_correlation)),
        )

    def shadowing_db(self, tx_xyz_m: npt.ArrayLike, rx_xyz_m: npt.ArrayLike, keys: Keys) -> Array:
        """Gain over the median [dB], (links,); both directions of a link get the same bits."""
        return _between(self, tx_xyz_m, rx_xyz_m, keys)


@dataclass(frozen=True, slots=True)
class IndependentShadowing:
    """Log-normal shadowing without correlation: every pair of places draws its own, the same in both directions.

    >>> from poc.keys import Keys
    >>> here, there = [[6.371e6, 0.0, 0.0]], [[6.371e6, 900.0, 0.0]]
    >>> model = IndependentShadowing(sigma_db=6.0)
    >>> bool(model.shadowing_db(here, there, Keys(1)) == model.shadowing_db(there, here, Keys(1)))
    True
    """

    sigma_db: float = 8.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.sigma_db <= 40.0:
            raise RadioError(f"shadowing: sigma_db is {self.sigma_db}, expected 0 to 40 dB; correct it.")

    def field(self, xyz_m: npt.ArrayLike, keys: Keys) -> CorrelatedField:
        """The field among places, (places, 3) [m]; places within a millimetre are one place."""
        x, y, z = np.moveaxis(np.rint(1000.0 * np.asarray(xyz_m, np.float64)).astype(np.int64), -1, 0)
        return CorrelatedField(
            words=keys.of("independent").bits(x, y, z)[None],
            site=np.zeros(len(x), np.float32),
            pair_cdb=np.float32(100.0 * self.sigma_db),
            site_cdb=np.float32(0.0),
        )

    def shadowing_db(self, tx_xyz_m: npt.ArrayLike, rx_xyz_m: npt.ArrayLike, keys: Keys) -> Array:
        """Gain over the median [dB], (links,); both directions of a link get the same bits."""
        return _between(self, tx_xyz_m, rx_xyz_m, keys)


@dataclass(frozen=True, slots=True)
class CorrelatedField:
    """The correlated field among fixed places.

    words     random word of the cube of each place in each tiling, (tilings, places); equal words mean one cube
    site      what is peculiar to each place: the sum of one standard normal a tiling, (places,) float32
    pair_cdb, site_cdb   what the two parts weigh [0.01 dB]
    """

    words: npt.NDArray[np.uint64]
    site: npt.NDArray[np.float32]
    pair_cdb: np.float32
    site_cdb: np.float32

    def link_db(self, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]) -> Array:
        """Gain over the median [dB] of links between places by row; compiled for many links, with the same bits."""
        if len(tx) >= COMPILED_FROM and "numba" in sys.modules:
            from radio_models.shadowing_compiled import link_cdb

            return link_cdb(self, tx, rx).astype(np.float64) / 100.0
        return self.link_db_in_numpy(tx, rx)

    def link_db_in_numpy(self, tx: npt.NDArray[np.integer[Any]], rx: npt.NDArray[np.integer[Any]]) -> Array:
        """The plain form, which the compiled one is held to."""
        pair = np.zeros(np.shape(tx), np.float32)
        shared = np.zeros(np.shape(tx), np.float32)
        for words in self.words:
            one, two = words[tx], words[rx]
            pair += normal((_mix64(one + two) >> np.uint64(32)).astype(np.uint32).view(np.int32))
            shared += one == two
        # variance of the site part: 3 tilings × (2 if the cubes differ, 4 if they are one)
        both = (self.site[tx] + self.site[rx]) / np.sqrt(np.float32(6.0) + np.float32(2.0) * shared)
        return np.asarray(self.pair_cdb * pair + self.site_cdb * both).astype(np.float64) / 100.0


def _between(model: Shadowing, tx_xyz_m: npt.ArrayLike, rx_xyz_m: npt.ArrayLike, keys: Keys) -> Array:
    tx, rx = np.broadcast_arrays(np.asarray(tx_xyz_m, np.float64), np.asarray(rx_xyz_m, np.float64))
    row = np.arange(tx[..., 0].size)
    field = model.field(np.concatenate([tx.reshape(-1, 3), rx.reshape(-1, 3)]), keys)
    return field.link_db(row, row + len(row)).reshape(tx.shape[:-1])


def _mix64(word: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): the sum of two places' words becomes the pair's own."""
    word = word + np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def _cubes(xyz_m: npt.ArrayLike, correlation_m: float, keys: Keys) -> npt.NDArray[np.int64]:
    """The cube of each place in each tiling, as one whole number: (..., 3) metres → (3 tilings, ...).

    The number repeats after 2^21 cubes along an axis: 1,900 km for correlation_m = 1, more than any link spans.
    """
    xyz_m = np.asarray(xyz_m, np.float64)
    cubes = np.empty((len(SIDES), *xyz_m.shape[:-1]), np.int64)
    for tiling, side in enumerate(SIDES):
        turn = _turn(keys.of("turn").normal(tiling, np.arange(4)))
        shift = keys.of("shift").uniform(tiling, np.arange(3))
        # written out, because a matrix product may round differently for different numbers of links
        x, y, z = xyz_m[..., 0], xyz_m[..., 1], xyz_m[..., 2]
        number = np.zeros(xyz_m.shape[:-1], np.int64)
        for axis in range(3):
            along_m = turn[axis, 0] * x + turn[axis, 1] * y + turn[axis, 2] * z
            step = np.floor(along_m / (side * correlation_m) + shift[axis]).astype(np.int64)
            number = (number << _AXIS_BITS) | (step & ((1 << _AXIS_BITS) - 1))
        cubes[tiling] = number
    return cubes


def _turn(normals: Array) -> Array:
    """A random rotation from four standard normal numbers: a unit quaternion as a matrix (Shoemake 1992)."""
    w, x, y, z = normals / np.sqrt((normals**2).sum())
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


SHADOWING: dict[str, type] = {
    "none": NoShadowing,
    "correlated": CorrelatedShadowing,
    "independent": IndependentShadowing,
}
