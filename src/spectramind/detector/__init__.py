"""Detector frames to electrons to light curves, one visit at a time."""
