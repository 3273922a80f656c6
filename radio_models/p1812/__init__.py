"""ITU-R P.1812: path-specific loss over terrain and clutter, 30 MHz–6 GHz."""

from radio_models.p1812.columns import PROBLEM_BITS, BasicTransmissionLoss
from radio_models.p1812.loss import basic_transmission_loss
from radio_models.p1812.model import P1812

__all__ = ["P1812", "PROBLEM_BITS", "BasicTransmissionLoss", "basic_transmission_loss"]
