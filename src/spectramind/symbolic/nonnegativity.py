"""Non-negativity: a planet blocks light; no channel has a depth below zero."""

from __future__ import annotations

from typing import Any

from spectramind.symbolic.violation import Array, Violation


def nonnegativity(mu: Array, sigma: Array) -> Violation[Array]:
    """Square of the depth below zero in units of sigma.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    """
    below: Any = 0.5 * (abs(mu) - mu) / sigma
    return Violation((below**2).mean(-1), below**2)
