"""A slice shuffled as rust-random/rand 0.8.5 does it, one word after the other."""

import hashlib

from poc.beacon.chacha import chacha12_words


def place_below(n, words):
    zone = ((n << (32 - n.bit_length())) - 1) & 0xFFFFFFFF
    while True:
        high, low = divmod(next(words) * n, 2**32)
        if low <= zone:
            return high


def shuffled(items, words):
    items = list(items)
    for last in reversed(range(1, len(items))):
        place = place_below(last + 1, words)
        items[last], items[place] = items[place], items[last]
    return items


def drawn(items, poc_id, n_most):
    """Those that Helium's verifier of 2023-06 kept."""
    if len(items) <= n_most:
        return items
    return shuffled(items, chacha12_words(hashlib.sha256(poc_id).digest()))[:n_most]
