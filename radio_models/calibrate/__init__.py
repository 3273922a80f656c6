"""Calibration: what one's own measurements say about exponent, loss at a kilometre, sigma and biases.

See `fit` for the estimator and `likelihood` for what it maximises.
"""

from radio_models.calibrate.fit import Estimate, LinkCounts, LogDistanceFit, fit_log_distance

__all__ = ["Estimate", "LinkCounts", "LogDistanceFit", "fit_log_distance"]
