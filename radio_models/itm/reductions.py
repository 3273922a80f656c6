"""Sums, greatest and least of many numbers, written so that a compiler makes vector instructions of them. Compiled.

Strict arithmetic adds one number after the other. `reordered` functions may add in any order, which moves a sum by a
few units in the last place. The greatest of numbers none of which is NaN does not depend on the order at all.
"""

# mypy: disable-error-code="no-any-return, no-untyped-call, no-untyped-def, untyped-decorator"

from __future__ import annotations

import numba
from numba.extending import intrinsic

from .compiled import OPTIONS

_NEVER_NAN = ("nnan", "nsz")
reordered = numba.njit(fastmath={"reassoc", "nsz"}, **OPTIONS)


def _choice_of(numbers, sign):
    """The greater (or lesser) of two numbers of a type; as a plain condition it would break up the loop around it."""

    @intrinsic
    def choice(typing_context, one, other):
        def generate(context, builder, signature, arguments):
            if numbers != numba.types.int32:
                first = builder.fcmp_ordered(sign, *arguments, flags=_NEVER_NAN)
                return builder.select(first, *arguments, flags=_NEVER_NAN)
            return builder.select(builder.icmp_signed(sign, *arguments), *arguments)

        return numbers(numbers, numbers), generate

    return choice


greater, lesser = (_choice_of(numba.types.float64, sign) for sign in "><")
greater_single = _choice_of(numba.types.float32, ">")
greater_word, lesser_word = (_choice_of(numba.types.int32, sign) for sign in "><")


@reordered
def sums_about(heights_m, first, n_heights):
    """Σ height and Σ height · (index − middle index) of `n_heights` values from `first` on."""
    part = heights_m[first : first + n_heights]
    half = 0.5 * (n_heights - 1)
    total, moment = 0.0, 0.0
    for i in range(n_heights):
        total += part[i]
        moment += part[i] * (i - half)
    return total, moment
