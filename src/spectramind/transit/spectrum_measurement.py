"""What a planet's light curves would have said about other spectra.

At the end of a fit the light curves tell of the depths d through a Gaussian: the information vector
is h = F (d - centre) + F^(1/2) n with white n, F being the inverse covariance of the depths before
any prior of the spectrum. So other spectra can be measured by the same light curves, and shrunk by
the same prior, without a light curve being made: exact but for what is not linear.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.depth_prior import DepthPrior, conditioned

FloatArray = NDArray[np.float64]

_TOGETHER = 500
"""Spectra whose means at every amplitude are in memory at a time, 9 MB."""


@dataclass(frozen=True)
class Measurements:
    """Posteriors of many spectra by the light curves of one planet.

    depth        (spectrum, 283) mean
    sigma        (spectrum, 283)
    airs_mean    (spectrum,) standard deviation of the common error of AIRS
    airs_shape   (spectrum, 282) of what is left of each channel's
    correlation  (spectrum,) between the errors of FGS1 and of the AIRS mean
    """

    depth: FloatArray
    sigma: FloatArray
    airs_mean: FloatArray
    airs_shape: FloatArray
    correlation: FloatArray


def information_vectors(
    spectra: FloatArray, information: FloatArray, excess: float, rng: np.random.Generator
) -> FloatArray:
    """(spectrum, 283) what light curves would say, relative to the AIRS mean of each spectrum.

    Parameters
    ----------
    spectra : (spectrum, 283)
    information : (283, 283), `PlanetFit.depth_information`
    excess : how much larger errors turned out than the information promises
    """
    values, vectors = np.linalg.eigh(information)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal(spectra.shape) @ root.T
    contrast = spectra - spectra[:, 1:].mean(axis=1, keepdims=True)
    return np.asarray(contrast @ information + excess * noise)


def posteriors(
    prior: DepthPrior, unit: FloatArray, information: FloatArray, vectors: FloatArray
) -> Measurements:
    """Posteriors of the depths from information vectors; `combine` for many spectra at once.

    Parameters
    ----------
    prior, unit : prior of the spectrum and its `unit_covariance`
    information : (283, 283)
    vectors : (spectrum, 283)

    Returns
    -------
    Measurements whose depths are relative to the centre of the vectors
    """
    covariances, price = conditioned(prior, unit, information)
    parts = [
        _posteriors(covariances, price, vectors[start : start + _TOGETHER])
        for start in range(0, len(vectors), _TOGETHER)
    ]
    names = [field.name for field in fields(Measurements)]
    return Measurements(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
    )


def _posteriors(covariances: FloatArray, price: FloatArray, vectors: FloatArray) -> Measurements:
    """Posteriors of a few spectra from what `conditioned` says about every amplitude."""
    means = np.matmul(vectors, covariances)  # (amplitude, spectrum, channel): they are symmetric
    evidence = 0.5 * (np.einsum("anc,nc->na", means, vectors) - price)
    weight = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    depth = np.einsum("na,anc->nc", weight, means)
    spread = means - depth
    variance = weight @ np.diagonal(covariances, axis1=1, axis2=2)
    variance += np.einsum("na,anc->nc", weight, spread**2)
    # Covariance of every channel with the AIRS mean.
    level = spread[:, :, 1:].mean(axis=2)
    row = weight @ covariances[:, :, 1:].mean(axis=2)
    row += np.einsum("na,anc,an->nc", weight, spread, level)
    common = row[:, 1:].mean(axis=1)
    shape = variance[:, 1:] - 2.0 * row[:, 1:] + common[:, None]
    return Measurements(
        depth=depth,
        sigma=np.sqrt(variance),
        airs_mean=np.sqrt(common),
        airs_shape=np.sqrt(shape),
        correlation=row[:, 0] / np.sqrt(variance[:, 0] * common),
    )
