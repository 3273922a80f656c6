"""The link budget adds up, for scalars and arrays."""

import numpy as np
import pytest

from radio_models.free_space import free_space_loss_db
from radio_models.link import eirp_dbm_from, margin_db, received_dbm_from
from radio_models.lora.receiver import sensitivity_dbm


def test_a_whole_budget_by_hand() -> None:
    # 14 dBm, 0.5 dB cable, 2.5 dBi; 10 km of free space at 868 MHz: 111.218 dB; 3 dBi, 1 dB cable; SF12: −137.03 dBm
    eirp = eirp_dbm_from(14.0, 2.5, 0.5)
    received = received_dbm_from(eirp, free_space_loss_db(10e3, 868e6), 3.0, 1.0)
    assert eirp == 16.0
    assert received == pytest.approx(-93.218, abs=1e-3)
    assert margin_db(received, sensitivity_dbm(12)) == pytest.approx(43.81, abs=0.01)


def test_columns_broadcast() -> None:
    received = received_dbm_from([16.0, 30.0], np.array([[100.0], [120.0]]), 0.0)
    assert received.tolist() == [[-84.0, -70.0], [-104.0, -90.0]]
