"""Does a calibration belong to the detector that took the frames?

Its flat field is a fingerprint: along the dispersion each pixel's light, over what its neighbours
would have it be, follows the flat of the same pixel. With the right flat the two correlate to 0.87
and more (real AIRS-CH0 frames, 25 pairs), with that of another detector to 0.00 +- 0.03. FGS1 is
too small and its star too steep for that; there, as everywhere, the levels have to be possible.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.calibration import Calibration

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_LEAST_CORRELATION = 0.3
_LEAST_PIXELS = 200
_FAINT = 0.02
_USABLE_FLAT = 0.3
_REMEDY = "restore the calibration folders that belong to these frames"
_LEVELS = {
    "dark": (-0.1, 10.0, "electron / s"),
    "flat": (0.5, 2.0, "of the mean response"),
    "read": (1.0, 300.0, "electron"),
}


def check_levels(folder: Path, calibration: Calibration) -> None:
    """See that the medians of dark, flat, read noise and linearity are those of a detector.

    Raises
    ------
    DataError : one is not, as where files are exchanged or in another unit
    """
    for name, (low, high, unit) in _LEVELS.items():
        median = float(np.median(getattr(calibration, name)))
        if not low <= median <= high:
            expected = f"a median of {low:g} to {high:g} {unit}"
            raise DataError(folder / f"{name}.parquet", expected, f"{median:.4g}", _REMEDY)
    dead, linear = float(calibration.dead.mean()), float(np.median(calibration.linear_corr[1]))
    if dead > 0.5:
        found = f"{dead:.0%}"
        raise DataError(folder / "dead.parquet", "few dead pixels", found, _REMEDY)
    if not 0.7 <= linear <= 1.4:
        expected = "coefficients of x near 1"
        raise DataError(folder / "linear_corr.parquet", expected, f"{linear:.4g}", _REMEDY)


def _beside_neighbours(image: FloatArray) -> FloatArray:
    """ln(pixel) less a cubic through its four neighbours along the row; (row, column - 4)."""
    log = np.log(np.maximum(image, 1e-3))
    near, far = log[:, 1:-3] + log[:, 3:-1], log[:, :-4] + log[:, 4:]
    return np.asarray(log[:, 2:-2] - (4.0 * near - far) / 6.0)


def flat_correlation(light: FloatArray, flat: FloatArray, bad: BoolArray) -> float | None:
    """Correlation of pixel-to-pixel light with the flat, or None where there is too little of it.

    Parameters
    ----------
    light : (row, column) mean light of a pair, rows of the trace
    flat, bad : (row, column) of the same pixels
    """
    bad = bad | (flat < _USABLE_FLAT) | (light < _FAINT * light.max())
    touched = np.stack([bad[:, k : bad.shape[1] - 4 + k] for k in range(5)]).any(axis=0)
    seen = _beside_neighbours(light)[~touched]
    wanted = _beside_neighbours(np.where(flat < _USABLE_FLAT, 1.0, flat))[~touched]
    # A flat without structure is nobody's; one fainter than the noise cannot be seen.
    if seen.size < _LEAST_PIXELS or wanted.std() < 0.2 * _clipped_scatter(seen):
        return None
    limit = 5.0 * _clipped_scatter(seen)
    kept = np.abs(seen) < limit
    return float(np.corrcoef(seen[kept], wanted[kept])[0, 1])


def _clipped_scatter(values: FloatArray) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def check_flat(folder: Path, light: FloatArray, flat: FloatArray, bad: BoolArray) -> None:
    """See that the light of AIRS-CH0 carries the pattern of its flat.

    Raises
    ------
    DataError : it does not
    """
    found = flat_correlation(light, flat, bad)
    if found is not None and found < _LEAST_CORRELATION:
        expected = "the pixel pattern of the frames (correlation 0.9)"
        text = f"a correlation of {found:.2f}: another detector's"
        raise DataError(folder / "flat.parquet", expected, text, _REMEDY)
