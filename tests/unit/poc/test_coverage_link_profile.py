"""One link as drawn."""

import numpy as np
import pytest

from maps.city import load_city
from poc.errors import DataError
from poc.link_profile import Point, link_profile, point_from_text
from poc.link_profile_figure import draw_link
from radio_models.model import PATH_LOSS

A, B = Point(36.60, -84.30, 12.0), Point(36.55, -84.20, 2.0)


def test_every_model_has_a_row_with_a_loss_or_a_reason() -> None:
    link = link_profile(load_city("tennessee-ridges"), A, B, 915e6)
    assert [row["model"] for row in link.rows] == list(PATH_LOSS)
    assert all((row["loss_db"] is not None) or row["note"] for row in link.rows)
    by_name = {row["model"]: row for row in link.rows}
    assert by_name["free-space"]["over_free_space_db"] == 0.0
    # a ridge of 400 m stands between: terrain models know, free space and two rays do not
    assert link.clearance < -10.0
    assert by_name["itm"]["loss_db"] > by_name["two-ray"]["loss_db"] + 20.0


def test_fresnel_zone_and_bulge_of_the_earth() -> None:
    link = link_profile(load_city("liechtenstein"), Point(47.1, 9.5, 30.0), Point(47.2, 9.5, 30.0), 868e6)
    middle = len(link.along_m) // 2
    half_m = link.length_m / 2.0
    assert link.fresnel_m[middle] == pytest.approx(np.sqrt(299_792_458.0 / 868e6 * half_m / 2.0), rel=1e-9)
    assert link.ground_m[middle] == pytest.approx(half_m**2 / (2.0 * 4.0 / 3.0 * 6_371_007.18), rel=1e-6)
    assert link.fresnel_m[0] == link.fresnel_m[-1] == 0.0
    assert "no terrain" in link.verdict
    assert {row["loss_db"] for row in link.rows if row["model"] in ("itm", "p1812")} == {None}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("47.1", "expected latitude"),
        ("a,b", "expected latitude"),
        ("97,9", "expected latitude"),
        ("47,9,-3", "-3 m high"),
    ],
)
def test_points_are_refused_in_one_sentence(text, word) -> None:
    with pytest.raises(DataError, match=word):
        point_from_text(text, 10.0)


def test_ends_that_cannot_be() -> None:
    city = load_city("tennessee-ridges")
    with pytest.raises(DataError, match="one place"):
        link_profile(city, A, A, 915e6)
    with pytest.raises(DataError, match=r"second point 40,-84\.2 is not on the terrain"):
        link_profile(city, A, Point(40.0, -84.2, 2.0), 915e6)


def test_the_picture_is_the_same_to_the_byte(tmp_path) -> None:
    link = link_profile(load_city("tennessee-ridges"), A, B, 915e6)
    first, second = (draw_link(link, tmp_path / name).read_bytes() for name in ("a.svg", "b.svg"))
    assert first == second
    with pytest.raises(DataError, match="not written as 'gif'"):
        draw_link(link, tmp_path / "c.gif")
