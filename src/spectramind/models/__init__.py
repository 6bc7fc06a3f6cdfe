"""Predicted spectra: what every estimator, network or physics, hands to calibration."""
