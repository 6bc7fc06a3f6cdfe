"""Priors of the joint inference: learnt from a survey or generic; saved as JSON, never pickled."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.provenance.atomic import write_text
from spectramind.survey.stars import Star
from spectramind.transit.channel_transit import N_LIMB
from spectramind.transit.depth_prior import DepthPrior
from spectramind.transit.drift_priors import DriftPriors, generic_drift
from spectramind.transit.limb_darkening import typical_quadratic
from spectramind.transit.parameter_layout import DriftOrders

FloatArray = NDArray[np.float64]

FORMAT = "spectramind transit priors 3"
_TEMPERATURE = (5700.0, 550.0)


@dataclass(frozen=True)
class TransitPriors:
    """Everything the joint inference believes before it sees a planet's light curves.

    orders        size of the drift and limb-darkening model
    star_mean     (star, regressor) mean of limb darkening, ln(a/R* / table), impact - table, as a
                  linear function of the star (see `regressors`)
    star_scatter  (star, star) covariance about that mean
    drift         covariances of drift coefficients
    depth         prior of the spectrum
    learnt_from   what the priors were learnt from
    temperature   K, mean and standard deviation of the stars that taught
    """

    orders: DriftOrders
    star_mean: FloatArray
    star_scatter: FloatArray
    drift: DriftPriors
    depth: DepthPrior
    learnt_from: str
    temperature: tuple[float, float] = _TEMPERATURE

    @cached_property
    def star_precision(self) -> FloatArray:
        """(star, star) inverse of the scatter."""
        return np.asarray(np.linalg.inv(self.star_scatter))

    @cached_property
    def drift_precision(self) -> tuple[FloatArray, ...]:
        """Inverse covariance of each part of the drift."""
        return tuple(np.asarray(np.linalg.inv(block)) for block in self.drift.blocks)


def regressors(star: Star, count: int) -> FloatArray:
    """(count,) what the mean of the star's parameters depends on: 1, scaled temperature."""
    centre, scale = _TEMPERATURE
    cool = np.clip((star.temperature - centre) / scale, -3.0, 3.0)
    return np.array([1.0, cool])[:count]


def limb_darkening_mean(wavelength: FloatArray, order: int) -> FloatArray:
    """Generic mean (star, 2) of limb darkening of AIRS and FGS1, and zeros for the orbit.

    Parameters
    ----------
    wavelength : (283,) micrometre
    order : Legendre order in wavelength for AIRS
    """
    place = np.linspace(-1.0, 1.0, wavelength.size - 1)
    columns = []
    for temperature in (_TEMPERATURE[0], sum(_TEMPERATURE)):
        u1, u2 = typical_quadratic(wavelength, temperature)
        airs = np.zeros((order + 1, N_LIMB))
        for term, values in enumerate((u1[1:], u2[1:])):
            fitted = np.polynomial.legendre.legfit(place, values, 1)
            airs[: min(order + 1, 2), term] = fitted[: order + 1]
        columns.append(np.concatenate([airs.ravel(), [u1[0], u2[0], 0.0], [0.0, 0.0]]))
    return np.stack([columns[0], columns[1] - columns[0]], axis=1)


def generic_star_scatter(order: int) -> FloatArray:
    """(star, star) wide diagonal covariance: limb darkening 0.1, ln(a/R*) 0.06, impact 0.15."""
    airs = np.outer(0.5 ** np.arange(order + 1), np.full(N_LIMB, 0.08)).ravel()
    sizes = np.concatenate([airs, np.full(N_LIMB, 0.10), [0.06, 0.15]])
    return np.diag(sizes**2)


def generic_priors(wavelength: FloatArray, orders: DriftOrders) -> TransitPriors:
    """Priors from physics and from simulated atmospheres, for use without any training planets.

    Parameters
    ----------
    wavelength : (283,) micrometre
    orders : size of the model
    """
    return TransitPriors(
        orders=orders,
        star_mean=limb_darkening_mean(wavelength, orders.limb),
        star_scatter=generic_star_scatter(orders.limb),
        drift=generic_drift(orders.time, orders.colour),
        depth=generic_depth_prior(),
        learnt_from="physics and simulated atmospheres",
    )


@lru_cache(maxsize=1)
def generic_depth_prior() -> DepthPrior:
    """Spectra of simulated atmospheres, shipped with the package."""
    text = resources.files("spectramind.transit").joinpath("generic_spectra.json").read_text()
    return _depth_prior(json.loads(text))


def _depth_prior(values: dict[str, Any]) -> DepthPrior:
    return DepthPrior(
        shapes=np.array(values["shapes"], dtype=np.float64).reshape(-1, 282),
        process_size=float(values["process_size"]),
        process_scale=float(values["process_scale"]),
        offset=float(values["offset"]),
        log_amplitude=_pair(values["log_amplitude"]),
    )


def _pair(values: Any) -> tuple[float, float]:
    first, second = values
    return float(first), float(second)


def depth_prior_values(prior: DepthPrior) -> dict[str, Any]:
    """JSON values of a prior of the spectrum."""
    return {
        "shapes": prior.shapes.tolist(),
        "process_size": prior.process_size,
        "process_scale": prior.process_scale,
        "offset": prior.offset,
        "log_amplitude": list(prior.log_amplitude),
    }


def priors_to_json(priors: TransitPriors) -> str:
    """Text of the priors; every number is kept to the last bit."""
    orders = priors.orders
    values = {
        "format": FORMAT,
        "learnt_from": priors.learnt_from,
        "temperature": list(priors.temperature),
        "orders": {"time": orders.time, "colour": orders.colour, "limb": orders.limb},
        "star_mean": priors.star_mean.tolist(),
        "star_scatter": priors.star_scatter.tolist(),
        "drift": {name: block.tolist() for name, block in vars(priors.drift).items()},
        "depth": depth_prior_values(priors.depth),
    }
    return json.dumps(values, allow_nan=False)


def priors_from_json(text: str, origin: Path | str) -> TransitPriors:
    """Priors from their text; `origin` is named when it is not one.

    Raises
    ------
    DataError : not the text of priors, or of inconsistent size
    """
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise ValueError(f"format {values['format']!r}")
        priors = TransitPriors(
            orders=DriftOrders(**values["orders"]),
            star_mean=np.array(values["star_mean"], dtype=np.float64),
            star_scatter=np.array(values["star_scatter"], dtype=np.float64),
            drift=DriftPriors(
                **{name: np.array(block, np.float64) for name, block in values["drift"].items()}
            ),
            depth=_depth_prior(values["depth"]),
            learnt_from=str(values["learnt_from"]),
            temperature=_pair(values["temperature"]),
        )
        _check_sizes(priors)
    except (KeyError, TypeError, ValueError) as error:
        remedy = "learn the priors again"
        raise DataError(origin, FORMAT, f"{type(error).__name__} {error}", remedy) from error
    return priors


def _check_sizes(priors: TransitPriors) -> None:
    orders = priors.orders
    due = {"star_mean": orders.star, "star_scatter": orders.star}
    found = {name: len(getattr(priors, name)) for name in due}
    due |= {"departure": orders.airs, "gain_time": orders.time}
    due |= {"fgs1": orders.time, "gain_colour": orders.colour + 1}
    found |= {name: len(block) for name, block in vars(priors.drift).items()}
    wrong = [name for name, size in due.items() if found[name] != size]
    if wrong:
        raise ValueError(f"size of {', '.join(wrong)}")


def write_priors(path: Path, priors: TransitPriors) -> None:
    """Write priors as JSON, atomically."""
    write_text(path, priors_to_json(priors))


def read_priors(path: Path) -> TransitPriors:
    """Read what `write_priors` wrote.

    Raises
    ------
    DataError : missing, damaged, or something else
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, "priors in JSON", str(error), "learn the priors first") from error
    return priors_from_json(text, path)


def without(priors: TransitPriors, *, process: bool = False, shapes: bool = False) -> TransitPriors:
    """The same priors with the Gaussian process or the learnt shapes left out, for ablations."""
    depth = priors.depth
    if shapes:  # the process then carries the whole spectrum
        depth = replace(depth, shapes=depth.shapes[:0], process_size=0.7)
    if process:
        depth = replace(depth, process_size=0.0)
    return replace(priors, depth=depth)
