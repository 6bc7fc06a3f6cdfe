"""Light curves of someone's own reduction: a folder of arrays beside the competition's tables.

* times.npz: airs_hours (time,) and fgs1_hours (time,)
* {train,test}/<planet>_<visit>.npz: airs_1e5 (time, 282) int16, flux = 1 + 1e-5 value, -32768
  missing; airs_level (282,) electron / pair; fgs1 (time,) electron / pair
* wavelengths.csv, *_star_info.csv, train.csv, sample_submission.csv as in the competition
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curve_files import (
    Layout,
    LightCurveFiles,
    VisitFile,
    open_light_curves,
)
from spectramind.detector.light_curves import LightCurve, VisitLightCurves
from spectramind.errors import DataError
from spectramind.survey.discovery import Split
from spectramind.survey.instruments import N_AIRS
from spectramind.survey.npz import npz_faults, read_npz
from spectramind.survey.physics.time_axis import checked_hours, visit_clock
from spectramind.survey.tables import read_wavelengths
from spectramind.transit.imported_check import check_codes, check_electrons

FloatArray = NDArray[np.float64]
TIMES = "times.npz"
_MISSING = -32768
_PAIR_SECONDS = {"AIRS-CH0": 4.8, "FGS1": 0.4}
_READ_NOISE = 13.0
# Pixels whose read noise is in the flux: a sum over 16 rows of AIRS, over 15 x 15 pixels of FGS1.
# Only masks and diagnoses rest on it; the inference measures the noise itself.
_PIXELS = {"AIRS-CH0": 16, "FGS1": 225}


def has_imported_light_curves(root: Path) -> bool:
    """Whether a folder is of this layout."""
    return (root / TIMES).is_file()


def _arrays(path: Path, names: tuple[str, ...]) -> list[FloatArray]:
    expected = f"arrays {', '.join(names)}"
    remedy = "write the arrays named in the layout's description"
    found = read_npz(path, expected, remedy)
    with npz_faults(path, expected, remedy):
        return [np.asarray(found[name], dtype=np.float64) for name in names]


def _expect(path: Path, name: str, values: FloatArray, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise DataError(
            path, f"{name} of shape {shape}", str(values.shape), "bring it to times.npz"
        )


def _light_curve(
    instrument: Literal["FGS1", "AIRS-CH0"],
    time: FloatArray,
    wavelength: FloatArray,
    flux: FloatArray,
) -> LightCurve:
    """Light curve with photon and read noise as its variance."""
    step = 3600.0 * float(np.median(np.diff(time)))
    pairs = max(1, round(step / _PAIR_SECONDS[instrument]))
    mask = ~np.isfinite(flux) | (flux <= 0.0)
    read = 2.0 * _READ_NOISE**2 * _PIXELS[instrument]
    variance = np.where(mask, np.inf, (np.where(mask, 0.0, flux) + read) / pairs)
    return LightCurve(instrument, time, wavelength, flux, variance, mask, pairs)


def visit_from_arrays(
    planet_id: int,
    visit: int,
    times: tuple[FloatArray, FloatArray],
    wavelength: FloatArray,
    flux: tuple[FloatArray, FloatArray],
) -> VisitLightCurves:
    """Both instruments of one visit from plain arrays.

    Parameters
    ----------
    times : (time,) hour of FGS1 and of AIRS
    wavelength : (283,) micrometre
    flux : FGS1 (time,) and AIRS (time, 282), electron / pair; NaN where missing
    """
    return VisitLightCurves(
        planet_id=planet_id,
        visit=visit,
        fgs1=_light_curve("FGS1", times[0], wavelength[:1], flux[0][:, None]),
        airs=_light_curve("AIRS-CH0", times[1], wavelength[1:], flux[1]),
    )


def imported_hours(path: Path) -> tuple[FloatArray, FloatArray]:
    """Times of FGS1 and of AIRS as `times.npz` has them, (time,) each, ascending.

    Raises
    ------
    DataError : missing or damaged file, a NaN, times that do not ascend
    """
    fgs1, airs = _arrays(path, ("fgs1_hours", "airs_hours"))
    return checked_hours(path, "fgs1_hours", fgs1), checked_hours(path, "airs_hours", airs)


def check_imported(path: Path, code: FloatArray, level: FloatArray, white: FloatArray) -> None:
    """See that the arrays of one visit are in the units of the layout.

    Raises
    ------
    DataError : relative flux, or electrons where there should be none
    """
    check_codes(path, code)
    check_electrons(path, "airs_level", level)
    check_electrons(path, "fgs1", white)


def imported_arrays(path: Path) -> tuple[FloatArray, FloatArray, FloatArray]:
    """airs_1e5, airs_level and fgs1 of one visit.

    Raises
    ------
    DataError : missing or damaged file, or one without these arrays
    """
    code, level, white = _arrays(path, ("airs_1e5", "airs_level", "fgs1"))
    return code, level, white


def open_imported(root: Path, split: Split) -> LightCurveFiles:
    """Open a folder of imported light curves.

    Raises
    ------
    DataError : a table or the split's folder is missing or damaged
    """
    times, wavelength = root / TIMES, read_wavelengths(root / "wavelengths.csv")

    def read(file: VisitFile) -> VisitLightCurves:
        fgs1, airs = visit_clock(*imported_hours(times))
        code, level, white = imported_arrays(file.path)
        _expect(file.path, "airs_1e5", code, (airs.size, N_AIRS))
        _expect(file.path, "airs_level", level, (N_AIRS,))
        _expect(file.path, "fgs1", white, (fgs1.size,))
        check_imported(file.path, code, level, white)
        spectrum = np.where(code == _MISSING, np.nan, 1.0 + 1e-5 * code) * level
        return visit_from_arrays(
            file.planet_id, file.visit, (fgs1, airs), wavelength, (white, spectrum)
        )

    return open_light_curves(root, split, Layout(root / split, ".npz", read, (times,)))
