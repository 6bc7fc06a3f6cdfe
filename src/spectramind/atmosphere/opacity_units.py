"""Opacity tables in the units that public tables come in: which one a table must be in.

A table's mean over wavelength does not depend on its resolution, and is known within a factor of a
few for the molecules that come embedded. A square metre is 1e4 square centimetres and a gram of gas
1e21 to 1e23 molecules, so that other units lie decades away; so do wavelengths in anything but
micrometre.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.molecules import MOLECULES, molecule
from spectramind.errors import DataError

FloatArray = NDArray[np.float64]

_DECADES = 2.5
"""Line lists and temperatures differ by less, units by more."""
_PER_MOLECULE = {
    "m2 / molecule": (-4.0, "multiply cross_section by 1e4"),
    "cm2 / g": (22.5, "multiply cross_section by the molecule's mass in gram"),
}
"""Decades by which a mean in this unit lies above one in cm2 / molecule."""
_STRONGEST = (1e-30, 1e-9)
"""cm2 / molecule that the strongest line of any molecule or atom may have."""
_NEAR_INFRARED = (0.1, 300.0)
"""Micrometre; some of a table for this instrument lies about 2 to 4."""
_SEEN = (0.6, 4.2)
_LEAST_SAMPLES = 50
_WAVELENGTHS = {"nanometre": 1e-3, "angstrom": 1e-4, "metre": 1e6, "centimetre": 1e4}


def _covers(wavelength: FloatArray) -> bool:
    """Whether wavelengths hold some of what AIRS-CH0 or FGS1 sees, in micrometre."""
    return bool(wavelength.min() < 4.0 and wavelength.max() > 0.6)


def check_wavelength_unit(path: Path, wavelength: FloatArray) -> None:
    """See that wavelengths are in micrometre.

    Raises
    ------
    DataError : they would cover the instrument in another unit alone
    """
    if _covers(wavelength) and wavelength.max() <= _NEAR_INFRARED[1]:
        return
    expected = "wavelength in micrometre, some of it between 0.6 and 4"
    found = f"{wavelength.min():.4g} to {wavelength.max():.4g}"
    for unit, factor in _WAVELENGTHS.items():
        scaled = wavelength * factor
        if _covers(scaled) and scaled.max() <= _NEAR_INFRARED[1]:
            remedy = f"multiply wavelength by {factor:g}"
            raise DataError(path, expected, f"{found}, which would fit {unit}", remedy)
    if not _covers(wavelength):
        raise DataError(path, expected, found, "take a table of the instrument's wavelengths")


def _decades(
    name: str, wavelength: FloatArray, temperature: float, section: FloatArray
) -> float | None:
    """Decades by which a table's mean lies above the embedded molecule's; None where none is known.

    Parameters
    ----------
    wavelength, section : (wavelength,) ascending, of one temperature
    """
    if name not in MOLECULES:
        return None
    inside = (wavelength > _SEEN[0]) & (wavelength < _SEEN[1])
    if inside.sum() < _LEAST_SAMPLES:
        return None
    x = wavelength[inside]
    own = float(np.trapezoid(section[inside], x))
    known = float(np.trapezoid(molecule(name).profile(x, temperature), x))
    return float(np.log10(own / known)) if own > 0.0 and known > 0.0 else None


def check_section_unit(
    path: Path, name: str, wavelength: FloatArray, temperature: float, section: FloatArray
) -> None:
    """See that cross-sections are in cm2 / molecule.

    Parameters
    ----------
    wavelength, section : (wavelength,) ascending, of one temperature

    Raises
    ------
    DataError : they are decades off; the unit that would fit is named
    """
    strongest = float(section.max())
    decades = _decades(name, wavelength, temperature, section)
    if decades is None:
        possible = strongest == 0.0 or _STRONGEST[0] <= strongest <= _STRONGEST[1]
        decades = 0.0 if possible else np.log10(strongest) + 19.0
    if abs(decades) <= _DECADES and strongest <= _STRONGEST[1]:
        return
    expected = f"cross_section of {name[:40]} in cm2 / molecule"
    found = f"at most {strongest:.3g}"
    for unit, (above, remedy) in _PER_MOLECULE.items():
        if abs(decades - above) <= _DECADES:
            raise DataError(path, expected, f"{found}, which would fit {unit}", remedy)
    raise DataError(path, expected, found, "bring it to cm2 / molecule")
