"""Structure in transit is told from white noise, and widens the spectrum as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from spectramind.transit.posterior import WhiteLightCurve
from spectramind.transit.spot_crossings import crossing_amplitude, spot_covariance

DEPTH = 0.01
NOISE = 1e-4


def curve(rng: np.random.Generator, bump: float, place: float = 3.5) -> WhiteLightCurve:
    """A box transit of three hours with a bump of ten minutes width."""
    time = np.arange(375) * 0.02
    inside = np.abs(time - 3.75) < 1.5
    model = 1.0 - DEPTH * inside
    flux = model + NOISE * rng.standard_normal(time.size)
    flux += bump * np.exp(-0.5 * ((time - place) / 0.15) ** 2)
    return WhiteLightCurve("FGS1", 0, time, flux, model, np.full(time.size, NOISE))


def test_white_noise_is_no_crossing() -> None:
    rng = np.random.default_rng(1)
    assert sum(crossing_amplitude(curve(rng, 0.0)) > 0.0 for _ in range(500)) <= 1


def test_a_bump_outside_the_transit_is_no_crossing() -> None:
    assert crossing_amplitude(curve(np.random.default_rng(2), 1e-3, place=1.0)) == 0.0


def test_amplitude_is_the_rms_of_the_bump_in_transit() -> None:
    found = crossing_amplitude(curve(np.random.default_rng(3), 1e-3))
    expected = 1e-3 * np.sqrt(np.sqrt(np.pi) * 0.15 / 3.0) / DEPTH  # of a Gaussian over 3 h
    assert found == pytest.approx(expected, rel=0.1)


def test_samples_that_are_masked_do_not_count() -> None:
    rng = np.random.default_rng(4)
    whole = curve(rng, 0.0)
    flux, sigma = whole.flux.copy(), whole.sigma.copy()
    flux[150:200], sigma[150:200] = np.nan, np.inf
    masked = WhiteLightCurve("FGS1", 0, whole.time, flux, whole.model, sigma)
    assert crossing_amplitude(masked) == 0.0


def test_covariance_is_common_and_largest_in_the_blue() -> None:
    rng = np.random.default_rng(5)
    depth = np.full(283, DEPTH)
    quiet, spotted = curve(rng, 0.0), curve(rng, 1e-3)
    assert not spot_covariance(depth, [quiet]).any()
    assert not spot_covariance(depth, []).any()
    covariance = spot_covariance(depth, [quiet, spotted])
    sigma = np.sqrt(np.diag(covariance))
    amplitude = crossing_amplitude(spotted)
    assert sigma[1:].min() >= amplitude * DEPTH * 0.999
    assert sigma[0] > sigma[1:].max()
    assert np.all(covariance[1:, 1:] > 0.9 * amplitude**2 * DEPTH**2)
