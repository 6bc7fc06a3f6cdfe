"""Imported light curves against what their arrays claim to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError

FloatArray = NDArray[np.float64]

_LARGEST_CHANGE = 0.5
_LEAST_ELECTRONS = 20.0
_WRITE = "write airs_1e5 = round(1e5 (flux - 1)) as int16, -32768 where missing"


def check_codes(path: Path, code: FloatArray) -> None:
    """See that `airs_1e5` holds whole hundred-thousandths of the flux's departure from 1.

    Raises
    ------
    DataError : relative flux, its departure from 1, or electrons
    """
    known = code[np.isfinite(code) & (code > -32768)]
    if not known.size:
        return
    expected = "airs_1e5 in hundred-thousandths above 1"
    median = float(np.median(known))
    whole = bool(np.all(known == np.round(known)))
    if not whole and abs(median - 1.0) < _LARGEST_CHANGE:
        raise DataError(path, expected, f"relative flux (a median of {median:.4g})", _WRITE)
    if not whole and np.abs(known).max() < _LARGEST_CHANGE:
        found = f"relative flux less 1 (at most {np.abs(known).max():.3g})"
        raise DataError(path, expected, found, _WRITE)
    if whole and np.all(known == 1.0):
        raise DataError(path, expected, "1 everywhere: relative flux, rounded", _WRITE)
    if abs(median) > 1e5 * _LARGEST_CHANGE:
        raise DataError(path, expected, f"a median of {median:.4g}", _WRITE)


def check_electrons(path: Path, name: str, values: FloatArray) -> None:
    """See that an array is in electrons a pair and not relative to something.

    Raises
    ------
    DataError : it is far too small for a star
    """
    known = values[np.isfinite(values)]
    if known.size and 0.0 < float(np.median(known)) < _LEAST_ELECTRONS:
        found = f"a median of {np.median(known):.4g}, as of relative flux"
        remedy = "multiply by the star's electrons in a pair"
        raise DataError(path, f"{name} in electrons a pair", found, remedy)
