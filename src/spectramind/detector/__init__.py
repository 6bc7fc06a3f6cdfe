"""Detector frames to electrons to light curves, one visit at a time."""

from __future__ import annotations

from spectramind.detector.light_curves import DetectorHealth, LightCurve, VisitLightCurves
from spectramind.detector.reduce import reduce_visit
from spectramind.detector.reference import calibrate_frames

__all__ = ["DetectorHealth", "LightCurve", "VisitLightCurves", "calibrate_frames", "reduce_visit"]
