"""The greater or lesser of two numbers, for loops of which a compiler shall make vector instructions. Compiled.

A running maximum written as a condition breaks up the loop around it, because of NaN and of zeros with a sign. These
choices promise that there is no NaN: give them none.
"""

# mypy: disable-error-code="no-any-return, no-untyped-call, no-untyped-def, untyped-decorator"

from __future__ import annotations

import numba
from numba.extending import intrinsic

_NEVER_NAN = ("nnan", "nsz")


def _choice_of(numbers, sign):
    """A choice for one type of number."""

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
