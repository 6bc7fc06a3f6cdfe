"""The netCDF file of one planet's transit fit: written atomically, read back without loss."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.netcdf import DAMAGE, NetcdfGroup, netcdf_group
from spectramind.survey.instruments import N_CHANNELS, InstrumentName
from spectramind.transit.posterior import DepthPosterior, EstimatorName, WhiteLightCurve

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "spectramind transit posterior 1"
_REMEDY = "delete the file and fit this planet again"
_SERIES = ("flux", "model", "sigma")


def _short(instrument: InstrumentName) -> str:
    return "fgs1" if instrument == "FGS1" else "airs"


def _white_variables(curve: WhiteLightCurve) -> dict[str, tuple[str, np.ndarray, dict[str, str]]]:
    prefix = f"white_{_short(curve.instrument)}_{curve.visit}"
    axis = f"{prefix}_time"
    label = f"{curve.instrument} white light, visit {curve.visit}"
    variables = {axis: (axis, curve.time, {"units": "hour", "long_name": f"{label}: mid-bin time"})}
    for name in _SERIES:
        attributes = {"units": "1", "long_name": f"{label}: relative {name}"}
        variables[f"{prefix}_{name}"] = (axis, getattr(curve, name), attributes)
    return variables


def _dataset(posterior: DepthPosterior, attributes: Mapping[str, str | int | float]) -> xr.Dataset:
    import xarray as xr

    unit = {"units": "1"}
    variables: dict[str, tuple[str | tuple[str, ...], np.ndarray, dict[str, str]]] = {
        "channel": (
            "channel",
            np.arange(1, posterior.depth.size + 1, dtype=np.int32),
            {"units": "1", "long_name": "wl_<channel>: 1 is FGS1, 2.. AIRS-CH0 ascending"},
        ),
        "depth": ("channel", posterior.depth, unit | {"long_name": "transit depth (Rp/Rs)^2"}),
        "sigma": ("channel", posterior.sigma, unit | {"long_name": "standard deviation of depth"}),
        "variance_diagonal": (
            "channel",
            posterior.variance_diagonal,
            unit | {"long_name": "variance independent between channels"},
        ),
    }
    if posterior.factors.shape[1]:
        variables["factors"] = (
            ("channel", "rank"),
            posterior.factors,
            unit | {"long_name": "common-mode errors: covariance = diag + factors factors^T"},
        )
    for curve in posterior.white:
        variables.update(_white_variables(curve))
    header: dict[str, str | int | float] = {
        "format": FORMAT,
        "planet_id": posterior.planet_id,
        "estimator": posterior.estimator,
        "flags": " ".join(posterior.flags),
        "white_curves": " ".join(f"{c.instrument}:{c.visit}" for c in posterior.white),
        "code_version": importlib.metadata.version("spectramind"),
    }
    header |= {f"geometry_{key}": float(value) for key, value in posterior.geometry.items()}
    return xr.Dataset(variables, attrs=header | dict(attributes))


def write_posterior(
    path: Path,
    posterior: DepthPosterior,
    attributes: Mapping[str, str | int | float],
    groups: Mapping[str, xr.Dataset] | None = None,
) -> None:
    """Write `posterior` as netCDF to `path`; equal content gives equal bytes.

    Parameters
    ----------
    path : target, replaced when it exists
    posterior : the fit of one planet
    attributes : provenance, e.g. config hash and input digest, written as file attributes
    groups : what an estimator adds beyond the posterior, one netCDF group each

    Raises
    ------
    OutputError : the file cannot be written
    """
    with atomic_path(path) as temporary:
        _dataset(posterior, attributes).to_netcdf(temporary, engine="h5netcdf")
        for name, dataset in (groups or {}).items():
            dataset.to_netcdf(temporary, engine="h5netcdf", mode="a", group=name)


def _white_curve(group: NetcdfGroup, name: str) -> WhiteLightCurve:
    label, visit = name.split(":")
    instrument = next(n for n in get_args(InstrumentName) if n == label)
    prefix = f"white_{_short(instrument)}_{visit}"
    time, flux, model, sigma = (group[f"{prefix}_{part}"] for part in ("time", *_SERIES))
    return WhiteLightCurve(instrument, int(visit), time, flux, model, sigma)


def _posterior(group: NetcdfGroup) -> DepthPosterior:
    attributes = group.attributes
    depth, prefix = group["depth"], "geometry_"
    return DepthPosterior(
        planet_id=int(attributes["planet_id"]),
        estimator=next(n for n in get_args(EstimatorName) if n == attributes["estimator"]),
        depth=depth,
        variance_diagonal=group["variance_diagonal"],
        factors=group["factors"] if "factors" in group else np.zeros((depth.size, 0)),
        flags=tuple(str(attributes["flags"]).split()),
        geometry={
            key.removeprefix(prefix): float(value)
            for key, value in attributes.items()
            if key.startswith(prefix)
        },
        white=tuple(_white_curve(group, n) for n in str(attributes["white_curves"]).split()),
    )


def read_posterior(path: Path) -> DepthPosterior:
    """Read what `write_posterior` wrote.

    Raises
    ------
    DataError : the file is missing, damaged, or not a transit posterior of 283 channels
    """
    if not path.is_file():
        raise DataError(path, "a transit posterior", "no such file", "run `spectramind fit`")
    try:
        with netcdf_group(path) as group:
            found = str(group.attributes.get("format", "another file"))
            if found != FORMAT:
                raise DataError(path, FORMAT, found, _REMEDY)
            posterior = _posterior(group)
    except DAMAGE as error:
        raise DataError(path, "a readable transit posterior", str(error), _REMEDY) from error
    if posterior.depth.size != N_CHANNELS:
        found = f"{posterior.depth.size} channels"
        raise DataError(path, f"{N_CHANNELS} channels", found, _REMEDY)
    return posterior
