"""The functions of `float32` for single numbers inside compiled loops, bit for bit the same; see there.

They are inlined into the loops that use them, so that these work on many links at once. Numba's cache does not see an
edit of this file: after one, delete the `__pycache__` folders of the kernels that import it.
"""

from __future__ import annotations

import numba
import numpy as np

from radio_models.float32 import LOG2, MINUS_LN_2, NORMAL_OVER, NORMAL_UNDER

_A, _B, _C, _D, _E, _F = LOG2
_N0, _N1, _N2, _N3, _N4 = NORMAL_OVER
_D0, _D1, _D2, _D3 = NORMAL_UNDER
_HALF, _ONE, _TWO, _FOUR, _BIAS = (np.float32(x) for x in (0.5, 1.0, 2.0, 4.0, 127.0))
_TO_UNIT = np.float32(2.0**-32)
_MANTISSA, _EXPONENT_OF_ONE, _SHIFT = np.int32(0x7FFFFF), np.int32(0x3F800000), np.int32(23)
_SIGN, _ZERO = np.int32(31), np.int32(0)
_MOST, _INFINITE, _BIAS_BITS = np.float32(126.0), np.float32(np.inf), np.int32(127)
_P0, _P1, _P2, _P3 = (np.float32(1.0005 * c) for c in (0.99992807, 0.69326099, 0.24261110, 0.05517164))
_ROUNDER = np.float32(12582912.0)  # 1.5 × 2^23: adding it leaves no room for a fraction

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1, _MULTIPLY_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)

_inlined = numba.njit(error_model="numpy", inline="always")


@_inlined
def log2(x):  # type: ignore[no-untyped-def]
    bits = np.float32(x).view(np.int32)
    exponent = np.float32(np.int32(bits >> _SHIFT)) - _BIAS
    m = np.int32((bits & _MANTISSA) | _EXPONENT_OF_ONE).view(np.float32) - _ONE
    return exponent + m * (_A + m * (_B + m * (_C + m * (_D + m * (_E + m * _F)))))


@_inlined
def above_exp2(x):  # type: ignore[no-untyped-def]
    """A little more than 2^x (by 0.02 to 0.08 %), infinite beyond x = 126: a bound, never a result."""
    within = x if x < _MOST else _MOST
    within = within if within > -_MOST else -_MOST
    whole = (within + _ROUNDER) - _ROUNDER
    f = within - whole
    power = np.int32((np.int32(whole) + _BIAS_BITS) << _SHIFT).view(np.float32)
    return power * (_P0 + f * (_P1 + f * (_P2 + f * _P3))) if x < _MOST else _INFINITE


@_inlined
def normal(word):  # type: ignore[no-untyped-def]
    p = (np.float32(np.int32(word ^ np.int32(word >> _SIGN))) + _HALF) * _TO_UNIT
    w = MINUS_LN_2 * log2(_FOUR * p * (_ONE - p))
    over = _N0 + w * (_N1 + w * (_N2 + w * (_N3 + w * _N4)))
    size = (_ONE - _TWO * p) * over / (_D0 + w * (_D1 + w * (_D2 + w * _D3)))
    return size if word < _ZERO else -size


@_inlined
def uniform_log(word):  # type: ignore[no-untyped-def]
    return MINUS_LN_2 * log2((np.float32(word) + _HALF) * _TO_UNIT)


@_inlined
def rounded(x):  # type: ignore[no-untyped-def]
    """Nearest whole number, ties to even, of magnitudes below 2^22; what np.rint gives."""
    return (x + _ROUNDER) - _ROUNDER


@_inlined
def mix64(word):  # type: ignore[no-untyped-def]
    """The finaliser of splitmix64, as in `poc.keys`."""
    word = word + _GOLDEN
    word = (word ^ (word >> _30)) * _MULTIPLY_1
    word = (word ^ (word >> _27)) * _MULTIPLY_2
    return word ^ (word >> _31)
