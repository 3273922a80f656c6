"""The difference that does not overflow, and every check file holding what a profile can list."""

import importlib
import pkgutil

import numpy as np
import pytest

from poc.profiles import PROFILES
from poc.reasons import Side
from poc.schema import JOINED_BEACONS, RECEPTIONS
from poc.validator import checks
from poc.validator.checks.check import Check, Memory, difference
from poc.validator.state import Denylist

CHECKS = {
    f"{module.name}.{name}": value
    for module in pkgutil.iter_modules(checks.__path__)
    for name, value in vars(importlib.import_module(f"poc.validator.checks.{module.name}")).items()
    if isinstance(value, Check)
}


def limits_of(check):
    """Limits that have what the check asks for: those of a profile that lists it."""
    for profile in PROFILES.values():
        for kind in profile.evidence_kinds:
            if any(check in checks for checks in kind.checks.values()):
                return profile.limits
    raise AssertionError(f"no profile lists the check {check.rule!r}")


def test_difference_is_exact_or_held_at_the_ends():
    ends = np.array([-(2**63), -(2**63) + 1, -1, 0, 1, 2**63 - 1])
    a, b = (grid.ravel() for grid in np.meshgrid(ends, ends))
    exact = [x - y for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert difference(a, b).tolist() == [max(-(2**63), min(2**63 - 1, value)) for value in exact]


@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.parametrize("status", ["absent", "unloaded", "loaded"])
def test_a_check_of_nothing_fails_nothing(name, status):
    check = CHECKS[name]
    schemas = [JOINED_BEACONS, RECEPTIONS] if check.side == Side.beaconer else [RECEPTIONS]
    tried = 0
    for schema in schemas:
        try:
            flags = check.fails(schema.empty(), limits_of(check), Memory(Denylist(status)))
        except ValueError:  # a check of beacons asked for a column that receptions lack
            continue
        tried += 1
        assert (flags.dtype, flags.shape) == (np.dtype(bool), (0,))
    assert tried
