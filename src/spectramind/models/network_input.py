"""What the network knows of a planet: its posterior, what the fit says of itself, its FGS1 curve.

Whatever follows from the depths themselves (contrast, slope, amplitude) is left to the network,
which computes it from the depths: augmentation moves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.conduct import conduct_features
from spectramind.models.fit_features import CHANNEL_FEATURES, PLANET_FEATURES, FitFeatures
from spectramind.survey.instruments import N_CHANNELS
from spectramind.transit.calibration import TransitCalibration, error_parts
from spectramind.transit.posterior import DepthPosterior

FloatArray = NDArray[np.float64]

_OF_DEPTHS = ("contrast", "roughness", "ln k", "ln shape amplitude")
"""The network computes them from the depths, which augmentation moves."""
_OF_INSTRUMENT = ("u1", "u2", "u1 AIRS", "u1 FGS1", "drift", "temperature", "doubts")
"""What differs between limb-darkening laws, trends and drift families: no network reads it."""
OF_CHANNEL = tuple(n for n in CHANNEL_FEATURES if n not in (*_OF_DEPTHS, *_OF_INSTRUMENT))
OF_PLANET = tuple(n for n in PLANET_FEATURES if n not in (*_OF_DEPTHS, *_OF_INSTRUMENT))
RANK = 12
"""Common-mode errors that are kept of a posterior; the strongest ones."""
_CHANNEL = [CHANNEL_FEATURES.index(name) for name in OF_CHANNEL]
_PLANET = [PLANET_FEATURES.index(name) for name in OF_PLANET]


@dataclass(frozen=True)
class NetworkInput:
    """One planet, or with a leading axis many.

    depth        (283,) ppm, mean of the posterior
    sigma        (284,) ppm, calibrated: FGS1, common error of AIRS, 282 of the AIRS shape
    correlation  () between the errors of FGS1 and of the AIRS mean
    channel      (283, OF_CHANNEL)
    planet       (OF_PLANET,)
    sequence     (visit, sample, TOKEN_FEATURES); zero where there is no visit
    diagonal     (283,) ppm, standard deviation of the independent errors, calibrated
    factors      (283, RANK) ppm, common-mode errors, calibrated
    conduct      (14,) how the fit behaved, see `conduct_features`; no network reads it
    """

    depth: FloatArray
    sigma: FloatArray
    correlation: FloatArray
    channel: FloatArray
    planet: FloatArray
    sequence: FloatArray
    diagonal: FloatArray
    factors: FloatArray
    conduct: FloatArray


def network_input(
    posterior: DepthPosterior,
    mean: FloatArray,
    features: FitFeatures,
    sequence: FloatArray,
    calibration: TransitCalibration,
) -> NetworkInput:
    """Input of one planet whose transit was found by the joint inference.

    Parameters
    ----------
    mean : (283,) depth with the learnt correction
    sequence : (visit, sample, feature)
    calibration : whose factors scale the parts of the error

    Raises
    ------
    DataError : a value is not finite
    """
    fgs1, common, shape = calibration.factors
    parts = error_parts(posterior)
    factors = np.zeros((N_CHANNELS, RANK))
    strongest = np.argsort(-np.sum(posterior.factors**2, axis=0))[:RANK]
    factors[:, : strongest.size] = posterior.factors[:, strongest]
    middle = factors[1:].mean(axis=0)
    airs = parts.airs_mean**2 or 1.0
    covariance = float(factors[0] @ middle)
    scaled = np.concatenate([fgs1 * factors[:1], shape * (factors[1:] - middle) + common * middle])
    spread = np.concatenate([[fgs1], np.full(N_CHANNELS - 1, shape)])
    sigma = np.concatenate(
        [[fgs1 * parts.fgs1, common * parts.airs_mean], shape * parts.airs_shape]
    )
    found = NetworkInput(
        depth=1e6 * mean,
        sigma=1e6 * sigma,
        correlation=np.asarray(covariance / (parts.fgs1 * np.sqrt(airs))),
        channel=features.channel[:, _CHANNEL],
        planet=features.planet[_PLANET],
        sequence=sequence,
        diagonal=1e6 * spread * np.sqrt(posterior.variance_diagonal),
        factors=1e6 * scaled,
        conduct=conduct_features(features.planet, features.channel),
    )
    for field in fields(found):
        if not np.isfinite(getattr(found, field.name)).all():
            where = f"planet {posterior.planet_id}"
            remedy = "look at its transit fit"
            raise DataError(where, f"finite {field.name}", "NaN or infinity", remedy)
    return found


def stacked(inputs: Sequence[NetworkInput]) -> NetworkInput:
    """Many planets along a leading axis."""
    names = [field.name for field in fields(NetworkInput)]
    return NetworkInput(**{name: np.stack([getattr(i, name) for i in inputs]) for name in names})
