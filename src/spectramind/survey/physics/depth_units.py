"""Transit depths as fractions: what other numbers are taken for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError

FloatArray = NDArray[np.float64]

LARGEST_MEDIAN = 0.06
"""Above it half of a survey would be planets a quarter of their star's radius."""
_REMEDIES = {
    "Rp/Rs": "square the values",
    "percent": "divide the values by 100",
    "per mille": "divide the values by 1000",
    "ppm": "divide the values by 1,000,000",
}


def depth_unit(depth: FloatArray) -> str | None:
    """What depths are given as instead of (Rp/Rs)^2; None where they are that.

    Parameters
    ----------
    depth : (planet, channel); NaN is looked over
    """
    known = depth[np.isfinite(depth)]
    median = float(np.median(known)) if known.size else 0.0
    if median <= LARGEST_MEDIAN:
        return None
    if median < 0.4:
        return "Rp/Rs"
    if median < 7.0:
        return "percent"
    return "per mille" if median < 70.0 else "ppm"


def unit_remedy(unit: str) -> str:
    """How to come from a unit to (Rp/Rs)^2."""
    return _REMEDIES[unit]


def check_depths(file: Path | str, depth: FloatArray) -> None:
    """See that (planet, channel) depths are fractions of the star's light.

    Raises
    ------
    DataError : another unit, or no depth at all between 0 and 1
    """
    expected = "transit depths (Rp/Rs)^2 between 0 and 1"
    if unit := depth_unit(depth):
        found = f"a median of {np.nanmedian(depth):.4g}, as of {unit}"
        raise DataError(file, expected, found, unit_remedy(unit))
    known = np.isfinite(depth)
    inside = known & (depth > 0.0) & (depth < 1.0)
    if inside.sum() < 0.5 * depth.size:
        found = f"{inside.sum()} of {depth.size} of them"
        raise DataError(file, expected, found, "restore the table of true depths")
