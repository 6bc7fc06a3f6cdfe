"""Predictions of a survey: mean, raw and calibrated sigma of 283 depths for each planet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.digest import canonical_json

FloatArray = NDArray[np.float64]
Status = Literal["ok", "fallback"]

FILE_NAME = "predictions.nc"
_VARIABLES = {
    "mu": "transit depth (Rp/Rs)^2, mean",
    "sigma_raw": "standard deviation as the estimator states it",
    "sigma": "standard deviation after calibration",
}


@dataclass(frozen=True)
class Predictions:
    """Spectra of all planets of one split, in submission order.

    planet_ids   (planet,)
    wavelength   (channel,) micrometre; channel 0 is FGS1, then AIRS ascending
    mu           (planet, channel) transit depth
    sigma_raw    (planet, channel) before calibration
    sigma        (planet, channel) after calibration; equals sigma_raw until then
    status       (planet,) "fallback" where no spectrum could be inferred
    note         (planet,) flags of the fit, or the reason of the fallback
    attributes   provenance: estimator, run hash, data digest, calibrators applied
    """

    planet_ids: tuple[int, ...]
    wavelength: FloatArray
    mu: FloatArray
    sigma_raw: FloatArray
    sigma: FloatArray
    status: tuple[Status, ...]
    note: tuple[str, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)

    def fallbacks(self) -> dict[int, str]:
        """Reason of the fallback by planet id."""
        rows = zip(self.planet_ids, self.status, self.note, strict=True)
        return {planet: note for planet, status, note in rows if status == "fallback"}


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write `predictions` as netCDF, atomically; equal predictions give equal bytes."""
    import xarray as xr

    grid = ("planet", "channel")
    dataset = xr.Dataset(
        {
            name: (grid, getattr(predictions, name), {"units": "1", "long_name": text})
            for name, text in _VARIABLES.items()
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
    import json

    import xarray as xr

    remedy = "run `spectramind predict` with this paths.out first"
    if not path.is_file():
        raise DataError(path, "predictions", "no such file", remedy)
    try:
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            attributes = {str(key): str(value) for key, value in dataset.attrs.items()}
            return Predictions(
                planet_ids=tuple(int(planet) for planet in dataset["planet"].values),
                wavelength=np.asarray(dataset["wavelength"].values, dtype=np.float64),
                mu=np.asarray(dataset["mu"].values, dtype=np.float64),
                sigma_raw=np.asarray(dataset["sigma_raw"].values, dtype=np.float64),
                sigma=np.asarray(dataset["sigma"].values, dtype=np.float64),
                status=cast(tuple[Status, ...], tuple(json.loads(attributes.pop("status")))),
                note=tuple(json.loads(attributes.pop("note"))),
                attributes=attributes,
            )
    except (OSError, KeyError, ValueError) as error:
        raise DataError(path, "predictions", f"{type(error).__name__}: {error}", remedy) from error
