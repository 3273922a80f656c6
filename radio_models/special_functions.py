"""Functions of `scipy.special` that are loaded when they are first called: loading them takes longer than a small run.

>>> float(ndtr(0.0)), float(expit(0.0))
(0.5, 0.5)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _late(name: str) -> Callable[..., Any]:
    def function(*arguments: Any, **options: Any) -> Any:
        import scipy.special

        return getattr(scipy.special, name)(*arguments, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"See `scipy.special.{name}`."
    return function


expit, logit = _late("expit"), _late("logit")
ndtr, log_ndtr, ndtri = _late("ndtr"), _late("log_ndtr"), _late("ndtri")
logsumexp, xlogy = _late("logsumexp"), _late("xlogy")
chndtr, gammaincc, gammaincinv = _late("chndtr"), _late("gammaincc"), _late("gammaincinv")
