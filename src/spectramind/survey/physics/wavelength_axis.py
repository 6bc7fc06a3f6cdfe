"""Wavelengths: micrometre, and the same in every file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.dispersion import channel_wavelengths
from spectramind.survey.instruments import AIRS_COLUMNS

FloatArray = NDArray[np.float64]

_UNITS = {"nanometre": 1e-3, "angstrom": 1e-4, "metre": 1e6, "millimetre": 1e3, "centimetre": 1e4}
_TOLERANCE = 0.05
"""Relative: editions of the instrument move its channels by less, another unit by far more."""
_SAME = 1e-3
_FGS1 = (0.4, 1.2)
"""Micrometre within which the photometer's one channel lies."""


def _unit_of(values: FloatArray, nominal: FloatArray) -> tuple[str, float] | None:
    """Unit and factor to micrometre with which `values` are `nominal`; None for micrometre."""
    for unit, factor in _UNITS.items():
        if np.allclose(values * factor, nominal, rtol=_TOLERANCE):
            return unit, factor
    return None


def check_micrometre(file: Path | str, name: str, values: FloatArray, nominal: FloatArray) -> None:
    """See that wavelengths are about the instrument's own.

    Raises
    ------
    DataError : another unit, which is named with its factor, or other channels
    """
    if np.allclose(values, nominal, rtol=_TOLERANCE):
        return
    expected = f"micrometre in {name}, from {nominal[0]:.4g} to {nominal[-1]:.4g}"
    found = f"{values[0]:.6g} to {values[-1]:.6g}"
    if known := _unit_of(values, nominal):
        unit, factor = known
        raise DataError(file, expected, f"{found}: {unit}", f"multiply them by {factor:g}")
    if np.allclose(values[::-1], nominal, rtol=_TOLERANCE):
        raise DataError(file, expected, f"{found}: reversed", "turn their order round")
    raise DataError(file, expected, found, "restore the wavelengths of this instrument")


def check_channels(file: Path | str, wavelength: FloatArray) -> None:
    """See that `wavelengths.csv` (283,) holds FGS1 and the AIRS channels in micrometre.

    Raises
    ------
    DataError : another unit or other channels
    """
    nominal = channel_wavelengths()
    check_micrometre(file, "wl_2..wl_283", wavelength[1:], nominal[1:])
    if not _FGS1[0] < wavelength[0] < _FGS1[1]:
        expected = f"FGS1 in wl_1, {_FGS1[0]} to {_FGS1[1]} micrometre"
        raise DataError(file, expected, f"{wavelength[0]:.6g}", f"write {nominal[0]:g}")


def check_agreement(file: Path | str, wavelength: FloatArray, airs_um: FloatArray) -> None:
    """See that channels and detector columns name the same wavelengths.

    Parameters
    ----------
    wavelength : (283,) micrometre, of `wavelengths.csv`
    airs_um : (356,) micrometre of every detector column

    Raises
    ------
    DataError : they differ
    """
    columns = airs_um[AIRS_COLUMNS][::-1]
    off = np.abs(wavelength[1:] / columns - 1.0)
    if off.max() > _SAME:
        worst = int(np.argmax(off))
        expected = f"{columns[worst]:.6g} in wl_{worst + 2}, as axis_info.parquet has it"
        remedy = "take wavelengths.csv and axis_info.parquet of the same survey"
        raise DataError(file, expected, f"{wavelength[1 + worst]:.6g}", remedy)
