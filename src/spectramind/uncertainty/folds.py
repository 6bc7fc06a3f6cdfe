"""Folds of whole planets for choosing and judging calibrators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


def fold_numbers(planets: int, folds: int) -> IntArray:
    """(planet,) fold of each planet: shuffled, of equal size, the same for every call."""
    order = np.random.default_rng(planets).permutation(planets)
    return np.asarray(np.argsort(order) % min(folds, planets), dtype=np.intp)
