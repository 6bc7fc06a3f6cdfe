"""Does a quantity change its level somewhere along a list of planets?

A survey is taken for one instrument. Where its drift doubles half-way through, all planets are
still described, each visit having a drift size of its own, but somebody ought to know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_FEWEST = 5
"""Values on either side of a change."""
_CLEAR = 4.0
"""Standard errors; by chance one list of a thousand has one split like that."""


@dataclass(frozen=True)
class ListShift:
    """A change of level.

    place       number of values before it
    difference  of the means, after less before
    clarity     in standard errors
    """

    place: int
    difference: float
    clarity: float


def list_shift(values: FloatArray) -> ListShift | None:
    """The clearest change of level, if there is one.

    Parameters
    ----------
    values : (n,) finite, in the order of the list
    """
    n = values.size
    if n < 2 * _FEWEST:
        return None
    place = np.arange(_FEWEST, n - _FEWEST + 1)
    total = np.cumsum(values)
    before, after = total[place - 1] / place, (total[-1] - total[place - 1]) / (n - place)
    squares = float(np.sum(values**2)) - place * before**2 - (n - place) * after**2
    spread = np.sqrt(np.maximum(squares, 1e-30) / (n - 2))
    clarity = np.abs(after - before) / (spread * np.sqrt(1.0 / place + 1.0 / (n - place)))
    best = int(np.argmax(clarity))
    if clarity[best] < _CLEAR:
        return None
    return ListShift(int(place[best]), float(after[best] - before[best]), float(clarity[best]))
