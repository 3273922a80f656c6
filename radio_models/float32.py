"""Logarithm and normal quantile in single precision, from nothing but additions, products, one quotient and bits.

Every step is an exactly rounded IEEE operation, so the numpy form here and the compiled form in `float32_compiled` give
the same bits on every machine, and a compiler can work on many links at once: a library's logarithm does neither.
Polynomials fitted by us to least largest error: `log2` is right to 3e-6 absolute, `normal` to 4e-5 standard deviations
out to 6.3 of them, which is where 32 random bits end.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LOG2 = tuple(
    np.float32(c)
    for c in (1.442553144, -0.718281906, 0.458270748, -0.279538022, 0.123451381, -0.0264574135)
)  # fmt: skip
NORMAL_OVER = tuple(np.float32(c) for c in (1.2531310180, 0.4402309203, 0.0864878982, 0.0116261112, 6.3238431e-05))
NORMAL_UNDER = tuple(np.float32(c) for c in (1.0, 0.0886173548, 0.0340827547, 0.000975299154))
MINUS_LN_2 = np.float32(-0.6931471805599453)


def log2(x: Floats) -> Floats:
    """Binary logarithm of positive, normal numbers.

    >>> log2(np.float32([1.0, 8.0, 10.0])).round(4).tolist()
    [0.0, 3.0, 3.321899890899658]
    """
    bits = x.view(np.int32)
    exponent = (bits >> 23).astype(np.float32) - np.float32(127.0)
    m = ((bits & 0x7FFFFF) | 0x3F800000).view(np.float32) - np.float32(1.0)
    a, b, c, d, e, f = LOG2
    return np.asarray(exponent + m * (a + m * (b + m * (c + m * (d + m * (e + m * f))))))


def normal(word: npt.NDArray[np.int32]) -> Floats:
    """Standard normal deviates from 32 random bits each, read as a number in (0, 1) whose quantile is given.

    >>> normal(np.uint32([0, 2**31, 2**32 - 1]).view(np.int32)).round(3).tolist()
    [-6.3379998207092285, 0.0, 6.3379998207092285]
    """
    half, one = np.float32(0.5), np.float32(1.0)
    p = ((word ^ (word >> 31)).astype(np.float32) + half) * np.float32(2.0**-32)  # of a larger deviate, to one side
    w = MINUS_LN_2 * log2(np.float32(4.0) * p * (one - p))
    a, b, c, d, e = NORMAL_OVER
    f, g, h, i = NORMAL_UNDER
    over = a + w * (b + w * (c + w * (d + w * e)))
    size = (one - np.float32(2.0) * p) * over / (f + w * (g + w * (h + w * i)))
    return np.asarray(np.where(word < 0, size, -size))


def uniform_log(word: npt.NDArray[np.uint32]) -> Floats:
    """Exponential deviates of mean 1 from 32 random bits each: −ln of a uniform number in (0, 1].

    >>> uniform_log(np.uint32([2**31])).round(4).tolist()
    [0.6930999755859375]
    """
    u = (word.astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-32)
    return np.asarray(MINUS_LN_2 * log2(u))
