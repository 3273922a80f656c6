"""The default radio can be built, holds where Helium works, and says nothing that its members do not know."""

import pytest

from poc.plugin import build
from radio_models.fading import FADING
from radio_models.lora.region_plans import REGION_PLANS
from radio_models.model import PATH_LOSS
from radio_models.presets import DEFAULT_RADIO
from radio_models.shadowing import SHADOWING


def test_every_member_can_be_built() -> None:
    for key, members in (("path_loss", PATH_LOSS), ("shadowing", SHADOWING), ("fading", FADING)):
        build(key, members, DEFAULT_RADIO[key], f"radio.{key}")
    assert set(DEFAULT_RADIO) == {"path_loss", "shadowing", "fading"}


@pytest.mark.parametrize("plan", REGION_PLANS.values(), ids=lambda plan: plan.name)
def test_the_path_loss_holds_in_every_region(plan) -> None:
    model = build("path loss", PATH_LOSS, DEFAULT_RADIO["path_loss"], "radio.path_loss")
    model.domain.check_setup(plan.channels_hz, 8.0, 8.0)
