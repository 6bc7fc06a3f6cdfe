"""Transit light curves for limb-darkening laws made of powers of mu, in many channels at once.

Four-parameter law (A. Claret, A&A 363, 1081, 2000):  I = 1 - sum_n c_n (1 - mu^(n/2)), n = 1..4
Power-2 law (D. Hestroffer, A&A 327, 199, 1997):      I = 1 - c (1 - mu^alpha)

Both are linear in moments O_p of the hidden disk; the exponent alpha, which differs between
channels, is interpolated through Chebyshev nodes like the radius ratio.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.jit import kernel
from spectramind.transit.radial_moments import THETA, THETA_WEIGHT, power_moments
from spectramind.transit.radius_interpolation import chebyshev_nodes, plan_radii

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CLARET_EXPONENTS: FloatArray = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
_ALPHA_NODES = 8
_ALPHA_HALF_SPAN = 0.05  # the least span of the nodes, so that derivatives exist


@kernel
def _tabulate(
    z: FloatArray,
    nodes: FloatArray,
    exponents: FloatArray,
    theta: FloatArray,
    weight: FloatArray,
) -> FloatArray:
    """Moments (kind, time, exponent, node) at the nodes; kinds are value, d/dz, d/dk."""
    table = np.empty((3, z.size, exponents.size, nodes.size))
    moments = np.empty((3, exponents.size))
    for t in range(z.size):
        for n in range(nodes.size):
            power_moments(z[t], nodes[n], exponents, theta, weight, moments)
            table[:, t, :, n] = moments
    return table


def _hidden(z: FloatArray, k: FloatArray, exponents: FloatArray, weights: FloatArray) -> FloatArray:
    """Hidden light for stacked weights (set, exponent, channel): (3, set, time, channel)."""
    plan = plan_radii(z, k)
    hidden = np.zeros((3, weights.shape[0], z.size, k.size))
    table = _tabulate(z[plan.smooth], plan.nodes, exponents, THETA, THETA_WEIGHT)
    table = table.reshape(3, plan.smooth.size, exponents.size * plan.nodes.size)
    for index, weight in enumerate(weights):
        spread = (weight[:, None, :] * plan.matrix).reshape(-1, k.size)
        hidden[:, index, plan.smooth] = table @ spread
    near = _tabulate(z[plan.contact], k, exponents, THETA, THETA_WEIGHT)
    hidden[:, :, plan.contact] = np.einsum("dtec,sec->dstc", near, weights)
    return hidden


def nonlinear_flux(z: FloatArray, k: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Relative flux for the four-parameter law.

    Parameters
    ----------
    z : (time,) distance of the centres / stellar radius, inf where the planet is behind the star
    k : (channel,) radius ratio; no planet where <= 0
    coefficients : (4, channel) c_1..c_4

    Returns
    -------
    (time, channel) flux, 1 outside transit, to 0.01 ppm
    """
    order = np.arange(1.0, 5.0)[:, None]
    total = np.pi * (1.0 - np.sum(coefficients * order / (order + 4.0), axis=0))
    uniform = 1.0 - coefficients.sum(axis=0, keepdims=True)
    weights = np.concatenate([uniform, coefficients]) / total
    return np.asarray(1.0 - _hidden(z, k, CLARET_EXPONENTS, weights[None])[0, 0])


def power_sum_flux(
    z: FloatArray, k: FloatArray, exponents: FloatArray, weights: FloatArray
) -> FloatArray:
    """Relative flux of a star whose intensity is any sum of powers, I = sum_p w_p mu^p.

    Parameters
    ----------
    z, k : as for `nonlinear_flux`
    exponents : (power,) p, each >= 0
    weights : (power, channel)

    Returns
    -------
    (time, channel) flux, 1 outside transit
    """
    total = np.sum(2.0 * np.pi * weights / (exponents[:, None] + 2.0), axis=0)
    return np.asarray(1.0 - _hidden(z, k, exponents, weights[None] / total)[0, 0])


def _alpha_nodes(alpha: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes in the exponent, interpolation (node, channel) and its derivative by alpha."""
    low = min(float(alpha.min()), float(alpha.mean()) - _ALPHA_HALF_SPAN)
    high = max(float(alpha.max()), float(alpha.mean()) + _ALPHA_HALF_SPAN)
    nodes, matrix = chebyshev_nodes(np.concatenate([[low, high], alpha]), _ALPHA_NODES)
    values = matrix[:, 2:]
    powers = np.arange(_ALPHA_NODES)
    centred = (nodes - 0.5 * (low + high)) / (0.5 * (high - low))
    at = (alpha - 0.5 * (low + high)) / (0.5 * (high - low))
    slopes = powers[1:, None] * at ** (powers[1:, None] - 1) / (0.5 * (high - low))
    vandermonde = centred[None, :] ** powers[:, None]
    slope = np.linalg.solve(vandermonde, np.concatenate([np.zeros((1, alpha.size)), slopes]))
    return nodes, values, slope


def power2_flux_gradient(
    z: FloatArray, k: FloatArray, c: FloatArray, alpha: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Relative flux for the power-2 law, and its derivatives.

    Parameters
    ----------
    z, k : as for `nonlinear_flux`
    c, alpha : (channel,) coefficient and exponent, alpha > 0

    Returns
    -------
    flux, d_z, d_k, d_c, d_alpha : (time, channel) each
    """
    nodes, values, slope = _alpha_nodes(alpha)
    nodes = np.concatenate([[0.0], nodes])
    total = np.pi * (1.0 - c * alpha / (alpha + 2.0))
    total_c = -np.pi * alpha / (alpha + 2.0)
    total_alpha = -2.0 * np.pi * c / (alpha + 2.0) ** 2
    weights = np.concatenate([(1.0 - c)[None], c * values]) / total
    d_c = (np.concatenate([-np.ones((1, c.size)), values]) - weights * total_c) / total
    d_alpha = (np.concatenate([np.zeros((1, c.size)), c * slope]) - weights * total_alpha) / total
    hidden = _hidden(z, k, nodes, np.stack([weights, d_c, d_alpha]))
    return 1.0 - hidden[0, 0], -hidden[1, 0], -hidden[2, 0], -hidden[0, 1], -hidden[0, 2]


def power2_flux(z: FloatArray, k: FloatArray, c: FloatArray, alpha: FloatArray) -> FloatArray:
    """Relative flux (time, channel) for the power-2 law; parameters as `power2_flux_gradient`."""
    nodes, values, _ = _alpha_nodes(alpha)
    total = np.pi * (1.0 - c * alpha / (alpha + 2.0))
    weights = np.concatenate([(1.0 - c)[None], c * values]) / total
    hidden = _hidden(z, k, np.concatenate([[0.0], nodes]), weights[None])
    return np.asarray(1.0 - hidden[0, 0])
