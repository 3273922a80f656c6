from __future__ import annotations

import numpy as np
import pytest

from radio_models.errors import RadioError
from radio_models.inverse_normal import normal_deviate


def test_the_rational_form_is_within_its_published_error() -> None:
    p = np.linspace(1e-6, 1.0 - 1e-6, 20_001)
    assert np.max(np.abs(normal_deviate(p, "rational") - normal_deviate(p))) < 4.5e-4


def test_both_forms_are_odd_about_one_half() -> None:
    for form in ("exact", "rational"):
        assert float(normal_deviate(0.75, form)) == pytest.approx(-float(normal_deviate(0.25, form)), abs=1e-15)


@pytest.mark.parametrize("p", [0.0, 1.0, np.nan])
def test_impossible_probabilities_are_refused(p: float) -> None:
    with pytest.raises(RadioError, match="the probability is"):
        normal_deviate([0.5, p])
