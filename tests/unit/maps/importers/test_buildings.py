import pytest

from maps.importers.buildings import heights_m, lived_in, positive_number
from maps.importers.osm_tags import DEFAULT_LEVELS, LAND_COVER, land_cover_of


def test_heights_in_order_of_trust():
    height, source = heights_m(
        [{"height": "20", "building:levels": "3"}, {"building:levels": "3"}, {"building": "apartments"}, {}]
    )
    assert height.tolist() == pytest.approx([20.0, 9.6, DEFAULT_LEVELS["apartments"] * 3.2, 6.4])
    assert source.tolist() == [0, 1, 2, 2]


def test_ten_tagged_neighbours_of_a_kind_speak_for_the_rest():
    tagged = [{"building": "yes", "building:levels": "5"}] * 10
    height, source = heights_m([*tagged, {"building": "yes"}, {"building": "house"}])
    assert height[-2:].tolist() == pytest.approx([16.0, 6.4]) and source[-2:].tolist() == [2, 2]
    assert heights_m([*tagged[1:], {"building": "yes"}])[0][-1] == pytest.approx(6.4)


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("12.5 m", 12.5), ("3,5", 3.5), ("4;5", 4), ("0", None), ("-3", None)]
)
def test_tagged_numbers(text, number):
    assert positive_number(text) == number


@pytest.mark.parametrize("text", ["", "three", "nan", "inf", "1e9", "12'4\""])
def test_tags_that_are_no_numbers(text):
    assert positive_number(text) is None


def test_homes_and_workplaces():
    assert lived_in({"building": "yes"}) and lived_in({"building": "apartments"})
    assert not lived_in({"building": "garage"}) and not lived_in({"building": "hospital"})


def test_the_first_known_key_decides_the_land_cover():
    assert land_cover_of({"natural": "wood", "landuse": "residential"}).name == "FOREST"
    assert land_cover_of({"natural": "nonsense", "landuse": "basin"}).name == "WATER"
    assert land_cover_of({"shop": "bakery"}) is None
    assert next(iter(LAND_COVER)) == "natural"
