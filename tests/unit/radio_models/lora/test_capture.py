import pytest

from radio_models.errors import RadioError
from radio_models.lora.capture import ISOLATION_DB, survives_interference


def pair(difference_db: float, factors: tuple[int, int], **more):
    return survives_interference(
        [-100.0 + difference_db, -100.0], factors, [0.0, 0.0], [0.3, 0.3], more.pop("channel", [0, 0]), **more
    )


@pytest.mark.parametrize("isolation", ISOLATION_DB)
def test_the_matrix_decides_between_two_that_overlap_wholly(isolation: str) -> None:
    for wanted in range(7, 13):
        for other in range(7, 13):
            needed_db = ISOLATION_DB[isolation][wanted - 7, other - 7]
            assert pair(needed_db + 0.01, (wanted, other), isolation=isolation)[0]
            assert not pair(needed_db - 0.01, (wanted, other), isolation=isolation)[0]


def test_other_channels_and_other_times_do_not_matter() -> None:
    assert pair(-30.0, (9, 9), channel=[0, 1]).all()
    assert survives_interference([-130.0, -100.0], [9, 9], [0.0, 0.3], [0.3, 0.6], [0, 0]).all()


def test_energy_counts_in_proportion_to_the_overlap() -> None:
    # a tenth of the packet is hit: the same as 10 dB less all along
    for difference_db, alive in ((-8.9, True), (-9.1, False)):
        found = survives_interference([-100.0 + difference_db, -100.0], [9, 9], [0.0, 0.9], [1.0, 1.9], [0, 0])
        assert found[0] == alive


def test_alone_nobody_dies_and_nonsense_is_refused() -> None:
    assert survives_interference([-140.0], [12], [0.0], [1.0], [0]).tolist() == [True]
    with pytest.raises(RadioError, match="spreading factor is 6"):
        survives_interference([-100.0], [6], [0.0], [1.0], [0])
    with pytest.raises(RadioError, match="ends before it begins"):
        survives_interference([-100.0], [7], [1.0], [1.0], [0])
    with pytest.raises(RadioError, match="isolation is 'x'"):
        survives_interference([-100.0], [7], [0.0], [1.0], [0], isolation="x")
