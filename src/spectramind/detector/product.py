"""The light curves of one visit as a netCDF file that any astronomer opens.

One flat dataset: `airs_flux (airs_time, wavelength)`, `fgs1_flux (fgs1_time, fgs1_wavelength)` and
so on, with units and long names; where it came from stands in the attributes. The same light
curves always give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spectramind.detector.light_curves import DetectorHealth, LightCurve, VisitLightCurves
from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.netcdf import DAMAGE, require_hdf5
from spectramind.survey.instruments import InstrumentName

if TYPE_CHECKING:
    import xarray

_PREFIXES: dict[InstrumentName, str] = {"FGS1": "fgs1", "AIRS-CH0": "airs"}
_WAVELENGTHS = {"fgs1": "fgs1_wavelength", "airs": "wavelength"}
_OWN = ("Conventions", "title", "planet_id", "visit")
_REASON = "pixels_"
_REMEDY = "delete the file and reduce the visit again"


def _variables(curve: LightCurve, prefix: str) -> dict[str, Any]:
    time, wavelength = f"{prefix}_time", _WAVELENGTHS[prefix]
    grid, name = (time, wavelength), curve.instrument
    count = {"pairs_per_bin": curve.pairs}
    units = {"units": "electron", "comment": "per read pair, mean over the pairs of the bin"}
    square = {"units": "electron^2", "comment": "of the mean over the bin; inf where masked"}
    mask = {"long_name": f"{name} mask", "comment": "1 where there is no usable value"}
    hours = {"units": "hour", "long_name": f"{name} time since the start of the visit"}
    result: dict[str, Any] = {
        time: ((time,), curve.time, hours),
        wavelength: (
            (wavelength,),
            curve.wavelength,
            {"units": "micrometer", "long_name": f"{name} wavelength"},
        ),
        f"{prefix}_flux": (grid, curve.flux, units | count | {"long_name": f"{name} flux"}),
        f"{prefix}_variance": (
            grid,
            curve.variance,
            square | {"long_name": f"{name} variance of the flux"},
        ),
        f"{prefix}_mask": (grid, curve.mask.astype(np.int8), mask),
    }
    if curve.health is not None:
        result |= _health_variables(curve.health, prefix, name)
    return result


def _health_variables(health: DetectorHealth, prefix: str, name: str) -> dict[str, Any]:
    time = (f"{prefix}_time",)
    counts = {"bad_pixels": health.bad_pixels, "cosmic_rays": health.cosmic_rays}
    counts |= {f"{_REASON}{name}": number for name, number in health.reasons.items()}
    light = {"units": "electron", "long_name": f"{name} foreground per pixel and read pair"}
    place = {"units": "pixel", "long_name": f"{name} centroid along the rows"}
    return {
        f"{prefix}_foreground": (time, health.foreground, light | counts),
        f"{prefix}_centroid": (time, health.centroid, place),
    }


def to_dataset(visit: VisitLightCurves) -> xarray.Dataset:
    """Dataset with named dimensions, units, long names and provenance attributes."""
    import xarray  # loads pandas, which nothing else here needs

    variables = _variables(visit.airs, "airs") | _variables(visit.fgs1, "fgs1")
    coordinates = [name for name in variables if name.endswith(("_time", "wavelength"))]
    attributes: dict[str, Any] = {
        "Conventions": "CF-1.10",
        "title": "Ariel light curves of one visit",
        "planet_id": visit.planet_id,
        "visit": visit.visit,
    }
    attributes |= {key: visit.attributes[key] for key in sorted(visit.attributes)}
    return xarray.Dataset(variables, attrs=attributes).set_coords(coordinates)


def write_light_curves(path: Path, visit: VisitLightCurves) -> None:
    """Write the light curves of one visit, whole or not at all.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    dataset = to_dataset(visit)
    # No fill values: an infinite variance and a NaN flux are what they are.
    encoding: Any = {name: {"_FillValue": None} for name in dataset.variables}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)


def read_light_curves(path: Path) -> VisitLightCurves:
    """Read what `write_light_curves` wrote.

    Raises
    ------
    DataError : no such file, not netCDF, or without the variables of this product
    """
    import xarray

    try:
        require_hdf5(path)
        with xarray.open_dataset(path, engine="h5netcdf", decode_times=False) as opened:
            dataset = opened.load()
    except DAMAGE as error:
        found = (str(error).splitlines() or ["?"])[0] if path.exists() else "no such file"
        raise DataError(path, "a netCDF file with light curves", found, _REMEDY) from error
    try:
        attributes = {str(key): _plain(value) for key, value in dataset.attrs.items()}
        return VisitLightCurves(
            int(attributes["planet_id"]),
            int(attributes["visit"]),
            _light_curve(dataset, "FGS1"),
            _light_curve(dataset, "AIRS-CH0"),
            {key: value for key, value in attributes.items() if key not in _OWN},
        )
    except KeyError as error:
        raise DataError(
            path, f"{error.args[0]} of a light curve product", "none", _REMEDY
        ) from error
    except DAMAGE as error:
        raise DataError(path, "light curves", str(error), _REMEDY) from error


def _plain(value: Any) -> str | int | float:
    return value if isinstance(value, str) else np.asarray(value).item()


def _light_curve(dataset: xarray.Dataset, instrument: InstrumentName) -> LightCurve:
    prefix = _PREFIXES[instrument]
    flux = dataset[f"{prefix}_flux"]
    health = None
    if f"{prefix}_foreground" in dataset:
        foreground = dataset[f"{prefix}_foreground"]
        health = DetectorHealth(
            int(foreground.attrs["bad_pixels"]),
            int(foreground.attrs["cosmic_rays"]),
            foreground.to_numpy(),
            dataset[f"{prefix}_centroid"].to_numpy(),
            {
                str(name).removeprefix(_REASON): int(number)
                for name, number in foreground.attrs.items()
                if str(name).startswith(_REASON)
            },
        )
    return LightCurve(
        instrument,
        dataset[f"{prefix}_time"].to_numpy(),
        dataset[_WAVELENGTHS[prefix]].to_numpy(),
        flux.to_numpy(),
        dataset[f"{prefix}_variance"].to_numpy(),
        dataset[f"{prefix}_mask"].to_numpy().astype(np.bool_),
        int(flux.attrs["pairs_per_bin"]),
        health,
    )
