"""Order statistics of numbers of which a good guess is known, for Δh in a sweep. Compiled.

The pixel beside this one on the same ring sees nearly the same ground, so its 10 % and 90 % heights miss ours by a few
ranks only. Counting and stepping from number to number run over whole vectors, where sorting cannot. The result does
not depend on the guess, only the time does.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def"

from __future__ import annotations

import numpy as np

from radio_models.vector_choices import greater_word, lesser_word

from .compiled import compiled

_LEAST, _MOST = np.int32(-(2**31)), np.int32(2**31 - 1)
_FARTHEST = 2**30
_NEAR = 6  # ranks that are stepped over one by one
_MOST_JUMPS = 8


@compiled
def _count_below(keys, bound):
    n = np.int32(0)
    for i in range(keys.size):
        n = np.int32(n + np.int32(keys[i] < bound))  # kept at 32 bits, so that twice as many fit a vector
    return n


@compiled
def _greatest_below(keys, bound):
    found = _LEAST
    for i in range(keys.size):
        found = greater_word(found, keys[i] if keys[i] < bound else _LEAST)
    return found


@compiled
def _least_from(keys, bound):
    found = _MOST
    for i in range(keys.size):
        found = lesser_word(found, keys[i] if keys[i] >= bound else _MOST)
    return found


@compiled
def ranked_near(keys, rank, guess, spacing):
    """The `rank`-th smallest key (from 0) of magnitudes up to 2^30, sought from `guess` on; keys lie about `spacing`
    apart there."""
    bound = np.int32(guess)
    n_below = _count_below(keys, bound)
    for _ in range(_MOST_JUMPS):
        if abs(n_below - rank) <= _NEAR:
            break
        bound = np.int32(min(max(bound + spacing * (rank - n_below), -_FARTHEST), _FARTHEST))
        n_below = _count_below(keys, bound)
    while n_below <= rank:
        bound = np.int32(_least_from(keys, bound) + 1)
        n_below = _count_below(keys, bound)
    while n_below > rank:
        bound = _greatest_below(keys, bound)
        n_below = _count_below(keys, bound)
    return bound
