"""Predictions of a survey: mean, raw and calibrated sigma of 283 depths for each planet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES
from spectramind.models.prediction_check import prediction_fault, text_fault
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.digest import canonical_json
from spectramind.provenance.netcdf import DAMAGE, NetcdfGroup, netcdf_group

FloatArray = NDArray[np.float64]
Status = Literal["ok", "doubtful", "fallback"]

FILE_NAME = "predictions.nc"
_REMEDY = "run `spectramind predict` with this paths.out again"
_GRID = ("planet", "channel")
_VARIABLES = {
    "mu": (_GRID, "transit depth (Rp/Rs)^2, mean"),
    "sigma_raw": (_GRID, "standard deviation as the estimator states it"),
    "sigma_common": (("planet",), "part of sigma_raw that all AIRS channels share"),
    "sigma": (_GRID, "standard deviation after calibration"),
    "channel_features": (
        (*_GRID, "channel_feature"),
        "what the fit says about each channel: " + ", ".join(CHANNEL_FEATURES),
    ),
    "planet_features": (
        ("planet", "planet_feature"),
        "what the fit says about the planet: " + ", ".join(PLANET_FEATURES),
    ),
}
_OPTIONAL = {
    "truth": (_GRID, "transit depth (Rp/Rs)^2, known"),
    "lower": ((*_GRID, "level"), "lower end of the central interval of each coverage"),
    "upper": ((*_GRID, "level"), "upper end of the central interval of each coverage"),
    "band": (_GRID, "half-width around mu of the band that holds whole spectra"),
    "level": (("level",), "coverage of the intervals"),
}


@dataclass(frozen=True)
class Predictions:
    """Spectra of all planets of one split, in submission order.

    planet_ids   (planet,)
    wavelength   (channel,) micrometre; channel 0 is FGS1, then AIRS ascending
    mu           (planet, channel) transit depth
    sigma_raw    (planet, channel) before calibration
    sigma_common (planet,) standard deviation of the error that all AIRS channels share; its square
                 is a part of sigma_raw squared
    sigma        (planet, channel) after calibration; equals sigma_raw until then
    channel_features, planet_features
                 (planet, channel, feature), (planet, feature) as in `fit_features`; NaN where the
                 transit fit fell back, which no calibrator touches
    status       (planet,) "fallback" where no spectrum could be inferred, "doubtful" where the fit
                 has raised a flag that is more than a remark
    note         (planet,) flags of the fit, or the reason of the fallback
    truth        (planet, channel) known depths, in out-of-fold predictions
    lower, upper (planet, channel, level) conformal intervals of the depth, after calibration
    band         (planet, channel) half-width around mu; whole spectra lie within
    level        (level,) coverage of the intervals
    attributes   provenance: estimator, run hash, data digest, calibrators applied
    """

    planet_ids: tuple[int, ...]
    wavelength: FloatArray
    mu: FloatArray
    sigma_raw: FloatArray
    sigma_common: FloatArray
    sigma: FloatArray
    channel_features: FloatArray
    planet_features: FloatArray
    status: tuple[Status, ...]
    note: tuple[str, ...]
    truth: FloatArray | None = None
    lower: FloatArray | None = None
    upper: FloatArray | None = None
    band: FloatArray | None = None
    level: FloatArray | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def fallbacks(self) -> dict[int, str]:
        """Reason of the fallback by planet id."""
        rows = zip(self.planet_ids, self.status, self.note, strict=True)
        return {planet: note for planet, status, note in rows if status == "fallback"}

    def doubtful(self) -> dict[int, str]:
        """Flags of the doubtful planets by planet id."""
        rows = zip(self.planet_ids, self.status, self.note, strict=True)
        return {planet: note for planet, status, note in rows if status == "doubtful"}


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write `predictions` as netCDF, atomically; equal predictions give equal bytes."""
    import xarray as xr

    there = {k: v for k, v in _OPTIONAL.items() if getattr(predictions, k) is not None}
    variables = {**_VARIABLES, **there}
    dataset = xr.Dataset(
        {
            name: (axes, getattr(predictions, name), {"units": "1", "long_name": text})
            for name, (axes, text) in variables.items()
        },
        coords={
            "planet": np.array(predictions.planet_ids, dtype=np.int64),
            "wavelength": ("channel", predictions.wavelength, {"units": "micrometer"}),
        },
        attrs={
            **predictions.attributes,
            "status": canonical_json(predictions.status),
            "note": canonical_json(predictions.note),
        },
    )
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf")


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote.

    Raises
    ------
    DataError : the file is missing, unreadable or not a prediction of this package
    """
    if not path.is_file():
        raise DataError(path, "predictions", "no such file", _REMEDY)
    try:
        with netcdf_group(path) as group:
            return _predictions(path, group)
    except DAMAGE as error:
        found = f"{type(error).__name__}: {error}"
        raise DataError(path, "predictions", found, _REMEDY) from error


def _predictions(path: Path, group: NetcdfGroup) -> Predictions:
    """Predictions that are whole and possible."""
    attributes = {
        # Names that begin so are the library's own.
        key: str(value)
        for key, value in group.attributes.items()
        if not key.startswith("_")
    }
    status, note = (json.loads(attributes.pop(name)) for name in ("status", "note"))
    planets = tuple(map(int, group.integers("planet")))
    wavelength = group["wavelength"]
    arrays = {name: group[name] for name in _VARIABLES}
    optional = {name: group[name] for name in _OPTIONAL if name in group}
    fault = prediction_fault(planets, wavelength, arrays)
    fault = fault or text_fault(len(planets), status, note, get_args(Status))
    if fault:
        raise DataError(path, "spectra that can be meant", fault, _REMEDY)
    return Predictions(
        planet_ids=planets,
        wavelength=wavelength,
        **arrays,
        status=cast(tuple[Status, ...], tuple(status)),
        note=tuple(note),
        **optional,
        attributes=attributes,
    )
