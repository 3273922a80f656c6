"""The link budget: from conducted power to received power and margin, in decibels."""

from __future__ import annotations

from numpy.typing import ArrayLike

from radio_models.floats import Floats, floats


def eirp_dbm_from(conducted_dbm: ArrayLike, gain_dbi: ArrayLike, cable_loss_db: ArrayLike = 0.0) -> Floats:
    """Power that an isotropic antenna would have to radiate [dBm]; any shapes that broadcast.

    >>> float(eirp_dbm_from(27.0, 5.8, 0.8))
    32.0
    """
    return floats(conducted_dbm) - floats(cable_loss_db) + floats(gain_dbi)


def received_dbm_from(
    eirp_dbm: ArrayLike, loss_db: ArrayLike, gain_dbi: ArrayLike, cable_loss_db: ArrayLike = 0.0
) -> Floats:
    """Power at the receiver's port [dBm]; `loss_db` is path loss less the gains of shadowing and fading.

    >>> float(received_dbm_from(32.0, 140.0, 3.0, 1.0))
    -106.0
    """
    return floats(eirp_dbm) - floats(loss_db) + floats(gain_dbi) - floats(cable_loss_db)


def margin_db(received_dbm: ArrayLike, sensitivity_dbm: ArrayLike) -> Floats:
    """Decibels above what the receiver needs; negative where it does not hear.

    >>> float(margin_db(-106.0, -129.5))
    23.5
    """
    return floats(received_dbm) - floats(sensitivity_dbm)
