"""The netCDF file of a joint fit: the posterior's file with one group more.

Group `joint` holds limb darkening per channel, drift, residual statistics and what priors are
learnt from. Whoever needs depths only reads the file with `read_posterior`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from spectramind.errors import DataError
from spectramind.provenance.netcdf import DAMAGE, NetcdfGroup, netcdf_group
from spectramind.survey.instruments import N_CHANNELS, InstrumentName
from spectramind.transit.belief import PriorJudgement
from spectramind.transit.light_information import LightInformation
from spectramind.transit.parameter_layout import DriftOrders, ParameterLayout
from spectramind.transit.phase_residuals import PHASES, PhaseResiduals
from spectramind.transit.planet_fit import (
    ORBIT_PARAMETERS,
    BandLightCurves,
    CurveFit,
    PlanetFit,
)
from spectramind.transit.prior_choices import PARTS
from spectramind.transit.product import read_posterior, write_posterior

if TYPE_CHECKING:
    import xarray as xr

GROUP = "joint"
_REMEDY = "delete the file and fit this planet again"
_STATISTICS = ("templates", "samples", "scatter", "stated")


def _drift_variable(curve: CurveFit) -> str:
    return f"drift_{'fgs1' if curve.instrument == 'FGS1' else 'airs'}_{curve.visit}"


Variables = dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]]


def _triangle(matrix: np.ndarray) -> np.ndarray:
    """A symmetric matrix: single precision is far finer than what it tells."""
    return matrix[np.triu_indices(len(matrix))].astype(np.float32)


def _square(packed: np.ndarray) -> np.ndarray:
    whole = np.zeros((N_CHANNELS, N_CHANNELS))
    upper = np.triu_indices(N_CHANNELS)
    whole[upper] = packed
    whole.T[upper] = packed
    return whole


def _information_variables(information: LightInformation) -> Variables:
    note = (
        "ln likelihood = -1/2 (w.matrix.w + 2 w.cross.d + d.depth_matrix.d) + w.vector"
        " + d.depth_vector; of depth_matrix the upper triangle"
    )
    row, told = "nuisance", {"long_name": note}
    return {
        "information_matrix": ((row, "nuisance_2"), information.matrix, told),
        "information_cross": ((row, "channel"), information.cross, told),
        "information_vector": ((row,), information.vector, told),
        "information_depth_matrix": (("pair",), _triangle(information.depth_matrix), told),
        "information_depth_vector": (("channel",), information.depth_vector, told),
        "drift_size": (
            ("visit", "drift_part"),
            information.drift_size,
            {"long_name": "precision of the drift relative to the typical one"},
        ),
    }


def _depth_information_variables(information: np.ndarray) -> Variables:
    note = "upper triangle of the inverse covariance of the depths, no prior of the spectrum"
    packed = _triangle(information)
    return {"depth_information": (("pair",), packed, {"units": "1", "long_name": note})}


def _judgement_variables(judgement: PriorJudgement, stage: str) -> Variables:
    """Of the priors of the fit (stage "prior") or of those with the survey's own ("adapted")."""
    table, note = ("part", f"{stage}_name"), ", ".join(PARTS)
    return {
        f"{stage}_log_evidence": (
            table,
            judgement.log_evidence,
            {"units": "1", "long_name": f"ln evidence relative to the last prior: {note}"},
        ),
        f"{stage}_weight": (table, judgement.weight, {"units": "1", "long_name": f"of {note}"}),
        f"{stage}_distance": (
            ("part",),
            judgement.distance,
            {
                "units": "1",
                "long_name": "squared distance of the light curves from the first prior",
            },
        ),
        f"{stage}_freedom": (
            ("part",),
            judgement.freedom,
            {"units": "1", "long_name": "what is expected of the distance"},
        ),
    }


def _residual_variables(
    residuals: PhaseResiduals,
) -> Variables:
    grid, phases = ("channel", "phase"), ", ".join(PHASES)
    return {
        "residual_mean": (
            grid,
            residuals.mean,
            {"units": "1", "long_name": f"mean residual / standard error, {phases}"},
        ),
        "residual_rms": (
            grid,
            residuals.rms,
            {"units": "1", "long_name": f"rms residual / white noise, {phases}"},
        ),
        "noise": (
            ("channel",),
            residuals.noise,
            {"units": "1", "long_name": "relative white noise of all samples averaged"},
        ),
    }


def _band_variables(
    bands: BandLightCurves,
) -> Variables:
    prefix = f"bands_{bands.visit}"
    series, note = (f"{prefix}_time", "band"), f"AIRS bands, visit {bands.visit}"
    return {
        f"{prefix}_wavelength": (("band",), bands.wavelength, {"units": "micrometer"}),
        f"{prefix}_time": ((f"{prefix}_time",), bands.time, {"units": "hour"}),
        f"{prefix}_flux": (series, bands.flux, {"units": "1", "long_name": f"{note}: flux"}),
        f"{prefix}_model": (series, bands.model, {"units": "1", "long_name": f"{note}: model"}),
    }


def _joint_dataset(fit: PlanetFit) -> xr.Dataset:
    import xarray as xr

    law = "I(mu) = 1 - u1 (1 - mu) - u2 (1 - mu)^2 - u3 (1 - sqrt(mu))"
    variables: Variables = {
        "limb_darkening": (
            ("channel", "term"),
            fit.limb_darkening,
            {"units": "1", "long_name": f"u1, u2, u3 of {law}"},
        )
    }
    variables["seen_errors"] = (
        ("instrument",),
        fit.seen_errors,
        {
            "units": "1",
            "long_name": "common error of FGS1, AIRS over the depth that residuals show",
        },
    )
    variables["orbit_covariance"] = (
        ("orbit", "orbit_2"),
        fit.orbit_covariance,
        {"units": "1", "long_name": f"covariance of {', '.join(ORBIT_PARAMETERS)}"},
    )
    variables |= _residual_variables(fit.residuals)
    for bands in fit.bands:
        variables |= _band_variables(bands)
    for curve in fit.curves:
        name = _drift_variable(curve)
        axes = (f"{name}_time_order", f"{name}_wavelength_order")
        note = "Legendre coefficients of relative drift, time order from 1, wavelength order from 0"
        variables[name] = (axes, curve.drift, {"units": "1", "long_name": note})
    for name in _STATISTICS:
        values = np.array([getattr(curve, name) for curve in fit.curves], dtype=np.float64)
        variables[name] = (("curve",), values, {"units": "1", "long_name": f"{name} of each curve"})
    attributes: dict[str, str | int | float] = {
        "curves": " ".join(f"{c.instrument}:{c.visit}" for c in fit.curves),
        "band_visits": " ".join(str(bands.visit) for bands in fit.bands),
        "chi2": fit.chi2,
        "iterations": fit.iterations,
        "priors_learnt_from": fit.learnt_from,
    }
    if fit.depth_information is not None:
        variables |= _depth_information_variables(fit.depth_information)
    if fit.information is not None:
        variables |= _information_variables(fit.information)
        orders = fit.information.layout.orders
        attributes |= {
            f"order_{name}": getattr(orders, name) for name in ("time", "colour", "limb")
        }
        attributes |= {
            "visits": fit.information.layout.visits,
            "centre": fit.information.centre,
            "scale_spread": fit.information.scale_spread,
        }
    for stage, judgement in (("prior", fit.judgement), ("adapted", fit.adapted)):
        if judgement is not None:
            variables |= _judgement_variables(judgement, stage)
            attributes[f"{stage}_names"] = ", ".join(judgement.names)
    return xr.Dataset(variables, attrs=attributes)


def write_planet_fit(
    path: Path, fit: PlanetFit, attributes: Mapping[str, str | int | float]
) -> None:
    """Write a joint fit as netCDF to `path`, atomically.

    Raises
    ------
    OutputError : the file cannot be written
    """
    write_posterior(path, fit.posterior, attributes, {GROUP: _joint_dataset(fit)})


def _curves(group: NetcdfGroup) -> tuple[CurveFit, ...]:
    curves = []
    for index, label in enumerate(str(group.attributes["curves"]).split()):
        name, visit = label.split(":")
        instrument = next(n for n in get_args(InstrumentName) if n == name)
        values = {key: float(group[key][index]) for key in _STATISTICS}
        variable = f"drift_{'fgs1' if instrument == 'FGS1' else 'airs'}_{visit}"
        curves.append(
            CurveFit(
                instrument=instrument,
                visit=int(visit),
                drift=group[variable],
                templates=int(values["templates"]),
                samples=int(values["samples"]),
                scatter=values["scatter"],
                stated=values["stated"],
            )
        )
    return tuple(curves)


def _bands(group: NetcdfGroup) -> tuple[BandLightCurves, ...]:
    parts = ("wavelength", "time", "flux", "model")
    return tuple(
        BandLightCurves(
            visit,
            *(group[f"bands_{visit}_{part}"] for part in parts),
        )
        for visit in (int(text) for text in str(group.attributes["band_visits"]).split())
    )


def _information(group: NetcdfGroup) -> LightInformation | None:
    if "information_matrix" not in group:
        return None
    orders = DriftOrders(*(int(group.attributes[f"order_{n}"]) for n in ("time", "colour", "limb")))
    return LightInformation(
        layout=ParameterLayout(orders, int(group.attributes["visits"])),
        centre=float(group.attributes["centre"]),
        matrix=group["information_matrix"],
        cross=group["information_cross"],
        vector=group["information_vector"],
        depth_matrix=_square(group["information_depth_matrix"]),
        depth_vector=group["information_depth_vector"],
        drift_size=group["drift_size"],
        scale_spread=float(group.attributes["scale_spread"]),
    )


def _judgement(group: NetcdfGroup, stage: str) -> PriorJudgement | None:
    if f"{stage}_weight" not in group:
        return None
    return PriorJudgement(
        names=tuple(str(group.attributes[f"{stage}_names"]).split(", ")),
        log_evidence=group[f"{stage}_log_evidence"],
        weight=group[f"{stage}_weight"],
        distance=group[f"{stage}_distance"],
        freedom=group[f"{stage}_freedom"],
    )


def read_judgement(path: Path) -> PriorJudgement | None:
    """What a fit says of the priors that it was made with.

    Raises
    ------
    DataError : missing, damaged, or the posterior of another estimator
    """
    try:
        with netcdf_group(path, GROUP) as group:
            return _judgement(group, "prior")
    except DAMAGE as error:
        raise DataError(path, "a joint fit", str(error), _REMEDY) from error


def read_planet_fit(path: Path) -> PlanetFit:
    """Read what `write_planet_fit` wrote.

    Raises
    ------
    DataError : missing, damaged, or the posterior of another estimator
    """
    posterior = read_posterior(path)
    try:
        with netcdf_group(path, GROUP) as group:
            return PlanetFit(
                posterior=posterior,
                seen_errors=group["seen_errors"],
                limb_darkening=group["limb_darkening"],
                orbit_covariance=group["orbit_covariance"],
                curves=_curves(group),
                bands=_bands(group),
                residuals=PhaseResiduals(
                    mean=group["residual_mean"],
                    rms=group["residual_rms"],
                    noise=group["noise"],
                ),
                chi2=float(group.attributes["chi2"]),
                iterations=int(group.attributes["iterations"]),
                information=_information(group),
                depth_information=_square(group["depth_information"])
                if "depth_information" in group
                else None,
                judgement=_judgement(group, "prior"),
                adapted=_judgement(group, "adapted"),
                learnt_from=str(group.attributes["priors_learnt_from"]),
            )
    except DAMAGE as error:
        raise DataError(path, "a joint fit", str(error), _REMEDY) from error
