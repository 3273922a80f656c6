"""What a device and a region leave open of a site."""

import pytest

from poc.coverage.presets import SitePreset, site_preset
from poc.errors import DataError


def test_what_is_given_counts_before_presets():
    assert site_preset("rak-v2", "EU868", 8.0, None, None) == SitePreset(8.0, 8.0, 867.8e6)
    assert site_preset("rak-v2", "EU868", None, 10.0, 868.1) == SitePreset(2.8, 10.0, 868.1e6)
    assert site_preset("", "", None, None, None) == SitePreset(3.0, 14.0, 868e6)


def test_a_region_changes_antenna_and_power():
    american = site_preset("rak-v2", "US915", None, None, None)
    assert (american.gain_dbi, american.power_dbm) == (2.3, 27.0)  # 33 dBm of EIRP are left, a radio conducts 27


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rak-v2", "", None, None, None), "add --region"),
        (("rak-v3", "EU868", None, None, None), "no device is called 'rak-v3', expected one of helium, rak-v2"),
        (("", "EU86", None, None, None), "did you mean 'EU868'?"),
        (("bobcat-300", "CN470", None, None, None), "expected 863 to 870 or 902 to 928 MHz"),
        (("", "EU868", 30.0, None, None), "leaves no power"),
    ],
)
def test_what_cannot_be_is_said(words, said):
    with pytest.raises(DataError, match=said.replace("?", r"\?")):
        site_preset(*words)
