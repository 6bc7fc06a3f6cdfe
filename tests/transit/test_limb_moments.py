"""Integrals along the planet's limb, against rings over the disk and against batman."""

from __future__ import annotations

import numpy as np
import pytest
from batman import _nonlinear_ld

from spectramind.transit.limb_moments import DISK_MOMENTS, POWERS, hidden_moments
from spectramind.transit.radial_moments import THETA, THETA_WEIGHT, power_moments


def _rings(z: np.ndarray, k: float) -> np.ndarray:
    out = np.zeros((3, POWERS.size, z.size))
    one = np.zeros((3, POWERS.size))
    for t, distance in enumerate(z):
        power_moments(distance, k, POWERS, THETA, THETA_WEIGHT, one)
        out[:, :, t] = one
    return out


@pytest.mark.parametrize("k", [0.05, 0.12, 0.22])
def test_moments_and_derivatives_equal_ring_integrals(k: float) -> None:
    z = np.concatenate([np.linspace(0.02, 1.0 + k - 0.01, 97), [1.0 + k, 1.5, np.inf]])
    z = z[np.abs(np.abs(1.0 - z) - k) > 2e-3]  # derivatives of both are hard at contact
    ours, rings = hidden_moments(z, k), _rings(z, k)
    np.testing.assert_allclose(ours[0], rings[0], atol=4e-8)
    np.testing.assert_allclose(ours[1:], rings[1:], atol=2e-5)


def test_four_parameter_law_equals_batman() -> None:
    k, coefficients = 0.12, np.array([0.5, -0.1, 0.3, -0.2])
    z = np.linspace(0.0, 1.2, 400)
    expected = _nonlinear_ld._nonlinear_ld(z, k, *coefficients, 1e-4, 1)
    profile = np.concatenate([[1.0 - coefficients.sum()], coefficients])
    ours = 1.0 - profile @ hidden_moments(z, k)[0] / (profile @ DISK_MOMENTS)
    np.testing.assert_allclose(ours, expected, atol=2e-6)  # batman's own error is 1 ppm


def test_uniform_star_at_the_centre_and_far_away() -> None:
    moments = hidden_moments(np.array([0.0, 2.0, np.inf]), 0.1)
    assert moments[0, 0, 0] == pytest.approx(np.pi * 0.01, rel=1e-12)
    assert not moments[:, :, 1:].any()


def test_derivatives_equal_finite_differences() -> None:
    z, k, step = np.linspace(0.0, 0.85, 60), 0.1, 1e-6
    moments = hidden_moments(z, k)
    by_k = (hidden_moments(z, k + step)[0] - hidden_moments(z, k - step)[0]) / (2.0 * step)
    by_z = (hidden_moments(z + step, k)[0] - hidden_moments(np.abs(z - step), k)[0]) / (2.0 * step)
    np.testing.assert_allclose(moments[2], by_k, atol=1e-8)
    np.testing.assert_allclose(moments[1, :, 1:], by_z[:, 1:], atol=1e-8)
