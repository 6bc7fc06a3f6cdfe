"""Molecules, their opacities, and the transmission spectrum of a planet."""
