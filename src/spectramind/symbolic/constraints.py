"""The four constraints under the names that configuration, tables and report know them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spectramind.symbolic.alignment import molecular_alignment
from spectramind.symbolic.coherence import fft_coherence
from spectramind.symbolic.nonnegativity import nonnegativity
from spectramind.symbolic.smoothness import smoothness
from spectramind.symbolic.violation import Array, Violation

_CONSTRAINTS: dict[str, Callable[[Any, Any], Violation[Any]]] = {
    "smoothness": smoothness,
    "nonnegativity": nonnegativity,
    "fft": fft_coherence,
    "molecular": molecular_alignment,
}
NAMES = tuple(_CONSTRAINTS)


def violations(mu: Array, sigma: Array) -> dict[str, Violation[Array]]:
    """Violation of every constraint, by its name.

    Parameters
    ----------
    mu : (planet, 283) transit depth
    sigma : (planet, 283) standard deviation of what is independent between channels. As a loss
        term it should carry no gradient, or a large sigma would be rewarded
    """
    return {name: constraint(mu, sigma) for name, constraint in _CONSTRAINTS.items()}
