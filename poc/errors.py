"""What can be wrong with the input of a run; a bad *report* is never an error, it gets a reason (design §7).

    PocError
    ├── ScenarioError (ValueError)   a scenario, sweep or option that cannot be a run
    ├── DataError (ValueError)       a file that is cut short, foreign or inconsistent
    ├── DomainError (ValueError)     a radio model asked for what it does not describe
    └── StoreError (OSError)         a run folder that cannot be written

Every message is one sentence: what was given, what was expected, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PocError(Exception):
    """Any error that a user can cure; the command line prints it without a traceback."""


class ScenarioError(PocError, ValueError):
    """The scenario, sweep file or an option cannot be turned into a run."""


class DataError(PocError, ValueError):
    """A file given as data is not what it should be."""


class DomainError(PocError, ValueError):
    """A radio model was asked for a frequency or height outside its domain."""


class StoreError(PocError, OSError):
    """A run folder could not be written or is already there."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The clause that ends a message about an unknown name: the nearest known one, else all of them.

    >>> did_you_mean("exponnent", ["exponent", "sigma_db"])
    "did you mean 'exponent'?"
    """
    known = sorted(known)
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else f"known are: {', '.join(known) or 'none'}."
