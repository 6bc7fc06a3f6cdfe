"""A user's own opacities in place of the embedded ones.

Array format (`.npz`, never with pickled objects), cross-sections in cm2 / molecule:

    molecule        ()  text, e.g. "H2O"
    wavelength      (wavelength,) um, or `wavenumber` (wavelength,) 1/cm
    temperature     (temperature,) K
    pressure        (pressure,) bar, optional
    cross_section   (temperature, wavelength), or (pressure, temperature, wavelength)

TauREx 3 cross-section tables (`.pickle`, keys name, wno, t, p, xsecarr) load through
`numpy_pickle`, which reads the arrays in them and runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.numpy_pickle import read_numpy_pickle
from spectramind.atmosphere.opacity_units import check_section_unit, check_wavelength_unit
from spectramind.errors import DataError
from spectramind.survey.npz import read_npz

FloatArray = NDArray[np.float64]

PRESSURE = 0.01
"""bar, where a table with a pressure axis is taken: that of a spectrum's photosphere."""
RESOLUTION = 1200.0
"""Cross-sections are means over wavelength / RESOLUTION, so that lines are not aliased."""
_REMEDY = "see the format in spectramind.atmosphere.opacity_table"


@dataclass(frozen=True)
class OpacityTable:
    """Tabulated cross-sections of one molecule; answers `profile` as `Molecule` does.

    wavelength      (wavelength,) um, ascending
    temperature     (temperature,) K, ascending
    cross_section   (temperature, wavelength) cm2 / molecule
    """

    name: str
    wavelength: FloatArray
    temperature: FloatArray
    cross_section: FloatArray

    def profile(self, wavelength: FloatArray, temperature: float) -> FloatArray:
        """Cross-section averaged over wavelength / RESOLUTION; zero outside the table.

        Interpolated linearly in ln T between the table's temperatures, held beyond them.

        Parameters
        ----------
        wavelength : (...) um
        temperature : K

        Returns
        -------
        (...) cm2 / molecule
        """
        place = np.interp(
            np.log(temperature), np.log(self.temperature), np.arange(self.temperature.size)
        )
        low = int(place)
        high = min(low + 1, self.temperature.size - 1)
        k = (1 - (place - low)) * self.cross_section[low] + (place - low) * self.cross_section[high]
        steps = 0.5 * np.diff(self.wavelength) * (k[1:] + k[:-1])
        integral = np.concatenate([[0.0], np.cumsum(steps)])
        centre = np.asarray(wavelength, dtype=np.float64)
        red, blue = centre * (1 + 0.5 / RESOLUTION), centre * (1 - 0.5 / RESOLUTION)
        mean = (
            np.interp(red, self.wavelength, integral) - np.interp(blue, self.wavelength, integral)
        ) / (red - blue)
        return np.asarray(np.maximum(mean, 0.0))


def read_opacity_table(path: Path) -> OpacityTable:
    """Read an opacity table, `.npz` or TauREx `.pickle`.

    Raises
    ------
    DataError : not readable, not in the format, or holding impossible values
    """
    arrays: dict[str, Any]
    if path.suffix in (".pickle", ".pkl"):
        content = read_numpy_pickle(path)
        names = {"name": "molecule", "wno": "wavenumber", "t": "temperature", "p": "pressure"}
        names["xsecarr"] = "cross_section"
        arrays = {names[k]: v for k, v in content.items() if k in names}
    else:
        arrays = dict(read_npz(path, "an .npz archive of plain arrays", _REMEDY))
    return _table(path, arrays)


def _table(path: Path, arrays: Mapping[str, Any]) -> OpacityTable:
    missing = {"molecule", "temperature", "cross_section"} - set(arrays)
    if missing or not {"wavelength", "wavenumber"} & set(arrays):
        wanted = "molecule, temperature, cross_section and wavelength or wavenumber"
        raise DataError(path, wanted, f"{', '.join(sorted(arrays)) or 'nothing'}", _REMEDY)
    try:
        temperature = np.asarray(arrays["temperature"], dtype=np.float64)
        section = np.asarray(arrays["cross_section"], dtype=np.float64)
        if "wavelength" in arrays:
            wavelength = np.asarray(arrays["wavelength"], dtype=np.float64)
        else:
            with np.errstate(divide="ignore", over="ignore"):
                wavelength = 1e4 / np.asarray(arrays["wavenumber"], dtype=np.float64)
        pressure = np.atleast_1d(np.asarray(arrays.get("pressure", PRESSURE), dtype=np.float64))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, MemoryError) as error:
        raise DataError(path, "numeric arrays", str(error), _REMEDY) from error
    if section.ndim == 2:
        section = section[None]
        pressure = np.array([PRESSURE])
    _check(path, wavelength, temperature, pressure, section)
    section = section[int(np.argmin(np.abs(np.log(pressure / PRESSURE))))]
    by_temperature, by_wavelength = np.argsort(temperature), np.argsort(wavelength)
    section = section[by_temperature][:, by_wavelength]
    name = str(np.asarray(arrays["molecule"]))
    wavelength, temperature = wavelength[by_wavelength], temperature[by_temperature]
    middle = temperature.size // 2
    check_section_unit(path, name, wavelength, float(temperature[middle]), section[middle])
    return OpacityTable(name, wavelength, temperature, section)


def _check(
    path: Path,
    wavelength: FloatArray,
    temperature: FloatArray,
    pressure: FloatArray,
    section: FloatArray,
) -> None:
    shape = (pressure.size, temperature.size, wavelength.size)
    if section.shape != shape or wavelength.size < 2:
        raise DataError(path, f"cross_section of shape {shape}", f"{section.shape}", _REMEDY)
    axes = {"wavelength": wavelength, "temperature": temperature, "pressure": pressure}
    for name, values in axes.items():
        if (
            not np.all(np.isfinite(values))
            or np.any(values <= 0)
            or len(np.unique(values)) < len(values)
        ):
            raise DataError(path, f"{name} above 0 without repeats", "other values", _REMEDY)
    if not np.all(np.isfinite(section)) or np.any(section < 0):
        raise DataError(path, "cross_section of at least 0", "negative or NaN values", _REMEDY)
    check_wavelength_unit(path, wavelength)
