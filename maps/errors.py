"""The one error that this package raises for input that cannot be a map."""

from __future__ import annotations


class MapError(ValueError):
    """What was given, what was expected, what to do: one sentence.

    >>> issubclass(MapError, ValueError)
    True
    """
