"""Measurements behind the figures that the documentation quotes: `python -m bench [NAME...]`."""
