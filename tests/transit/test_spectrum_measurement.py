"""Other spectra by the light curves of a planet: the fit's own last step is the reference."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from spectramind.transit.calibration import error_parts
from spectramind.transit.depth_prior import DepthPrior, combine
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.priors import generic_depth_prior
from spectramind.transit.spectrum_measurement import information_vectors, posteriors

FloatArray = NDArray[np.float64]


@pytest.fixture(scope="module")
def prior() -> tuple[DepthPrior, FloatArray]:
    prior = generic_depth_prior()
    return prior, prior.unit_covariance(np.linspace(1.95, 3.9, 282))


@pytest.fixture(scope="module")
def information() -> FloatArray:
    """Channels known to 200 ppm each, less what a drift with two shapes takes away."""
    place = np.linspace(-1.0, 1.0, 283)
    shared = np.stack([np.ones(283), place], axis=1) * 3e-5
    covariance = 4e-8 * np.eye(283) + shared @ shared.T
    covariance[0, 0] = 5e-5**2
    return np.linalg.inv(covariance)


def _drawn(
    prior: tuple[DepthPrior, FloatArray], count: int, rng: np.random.Generator
) -> FloatArray:
    """Spectra from the prior, at the most likely amplitude."""
    amplitude = float(np.exp(prior[0].log_amplitude[0]))
    covariance = prior[0].covariance(prior[1], amplitude) - 0.02**2 + 1e-8
    return 0.014 + rng.multivariate_normal(np.zeros(283), covariance, count, method="cholesky")


def test_every_spectrum_gets_the_posterior_that_a_fit_would_give(
    prior: tuple[DepthPrior, FloatArray], information: FloatArray
) -> None:
    rng = np.random.default_rng(3)
    spectra = _drawn(prior, 3, rng)
    vectors = information_vectors(spectra, information, 1.0, rng)
    found = posteriors(*prior, information, vectors)
    for row, vector in enumerate(vectors):
        depth, covariance, _ = combine(*prior, information, vector, np.zeros(283))
        values, modes = np.linalg.eigh(covariance)
        whole = DepthPosterior(
            planet_id=1,
            estimator="joint",
            depth=depth,
            variance_diagonal=np.zeros(283),
            factors=modes * np.sqrt(np.maximum(values, 0.0)),
            flags=(),
            geometry={},
            white=(),
        )
        parts = error_parts(whole)
        assert np.allclose(found.depth[row], depth, atol=1e-12)
        assert np.allclose(found.sigma[row], np.sqrt(np.diag(covariance)), rtol=1e-6)
        assert found.airs_mean[row] == pytest.approx(parts.airs_mean, rel=1e-6)
        assert np.allclose(found.airs_shape[row], parts.airs_shape, rtol=1e-6)
        mean = covariance[0, 1:].mean() / parts.fgs1 / parts.airs_mean
        assert found.correlation[row] == pytest.approx(mean, rel=1e-5)


def test_spectra_of_the_prior_lie_within_their_errors(
    prior: tuple[DepthPrior, FloatArray], information: FloatArray
) -> None:
    rng = np.random.default_rng(4)
    spectra = _drawn(prior, 600, rng)
    vectors = information_vectors(spectra, information, 1.0, rng)
    found = posteriors(*prior, information, vectors)
    contrast = spectra - spectra[:, 1:].mean(axis=1, keepdims=True)
    z = (contrast - found.depth) / found.sigma
    level = (contrast - found.depth)[:, 1:].mean(axis=1) / found.airs_mean
    assert np.mean(z[:, 0] ** 2) == pytest.approx(1.0, abs=0.2)
    assert np.mean(level**2) == pytest.approx(1.0, abs=0.2)
    assert np.mean(z[:, 1:] ** 2) == pytest.approx(1.0, abs=0.2)


def test_larger_errors_than_promised_scatter_more(
    prior: tuple[DepthPrior, FloatArray], information: FloatArray
) -> None:
    spectra = np.repeat(_drawn(prior, 1, np.random.default_rng(5)), 400, axis=0)
    once, twice = (
        information_vectors(spectra, information, excess, np.random.default_rng(6)).std(axis=0)
        for excess in (1.0, 2.0)
    )
    assert np.allclose(twice, 2.0 * once)
