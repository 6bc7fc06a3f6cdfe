"""Transit light curve of a planet on a quadratically limb-darkened star, in many channels at once.

flux(t, channel) = 1 - sum_j w_j(u1, u2) O_j(z(t), k): the hidden moments O_j depend on geometry
only and the weights on limb darkening only, so most of the work is one matrix product over
interpolation nodes in k. Derivatives with respect to all parameters are analytic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.jit import kernel
from spectramind.transit.limb_darkening import quadratic_weights
from spectramind.transit.occultation import hidden_moments
from spectramind.transit.radius_interpolation import RadiusPlan, plan_radii

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Gradient = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]
"""flux, d_z, d_k, d_u1, d_u2: (time, channel) each."""


@kernel
def _tabulate(z: FloatArray, rows: IntArray, nodes: FloatArray, kinds: int) -> FloatArray:
    """Moments (kind, row, 3 * node) at the nodes; kinds 0, 1, 2 are value, d/dz, d/dk."""
    table = np.empty((kinds, rows.size, 3 * nodes.size))
    for r in range(rows.size):
        for n in range(nodes.size):
            moments = hidden_moments(z[rows[r]], nodes[n])
            for kind in range(kinds):
                table[kind, r, n] = moments[3 * kind]
                table[kind, r, nodes.size + n] = moments[3 * kind + 1]
                table[kind, r, 2 * nodes.size + n] = moments[3 * kind + 2]
    return table


@kernel
def _fill_flux(
    z: FloatArray, k: FloatArray, weights: FloatArray, rows: IntArray, flux: FloatArray
) -> None:
    for row in rows:
        for c in range(k.size):
            o = hidden_moments(z[row], k[c])
            flux[row, c] = 1.0 - (
                weights[0, c] * o[0] + weights[1, c] * o[1] + weights[2, c] * o[2]
            )


@kernel
def _fill_gradient(
    z: FloatArray, k: FloatArray, weights: FloatArray, rows: IntArray, out: FloatArray
) -> None:
    """Fill `out` (5, time, channel) at `rows`; weights (3, 3, channel): value, d_u1, d_u2."""
    for row in rows:
        for c in range(k.size):
            o = hidden_moments(z[row], k[c])
            out[0, row, c] = 1.0
            for j in range(3):
                out[0, row, c] -= weights[0, j, c] * o[j]
                out[1, row, c] -= weights[0, j, c] * o[3 + j]
                out[2, row, c] -= weights[0, j, c] * o[6 + j]
                out[3, row, c] -= weights[1, j, c] * o[j]
                out[4, row, c] -= weights[2, j, c] * o[j]


def _spread(weights: FloatArray, plan: RadiusPlan) -> FloatArray:
    """Weights (3, channel) on the interpolation nodes: (3 * node, channel)."""
    product: FloatArray = weights[:, None, :] * plan.matrix[None, :, :]
    return product.reshape(-1, weights.shape[1])


def quadratic_flux(z: FloatArray, k: FloatArray, u1: FloatArray, u2: FloatArray) -> FloatArray:
    """Relative flux of the star during transit.

    Parameters
    ----------
    z : (time,) distance of the centres / stellar radius, inf where the planet is behind the star
    k : (channel,) radius ratio; no planet where <= 0
    u1, u2 : (channel,) quadratic limb darkening

    Returns
    -------
    (time, channel) flux, 1 outside transit; within 0.01 ppm of `quadratic_flux_exact`
    """
    plan = plan_radii(z, k)
    weights, _, _ = quadratic_weights(u1, u2)
    flux = np.ones((z.size, k.size))
    table = _tabulate(z, plan.smooth, plan.nodes, 1)[0]
    flux[plan.smooth] -= table @ _spread(weights, plan)
    _fill_flux(z, k, weights, plan.contact, flux)
    return flux


def quadratic_flux_exact(
    z: FloatArray, k: FloatArray, u1: FloatArray, u2: FloatArray
) -> FloatArray:
    """The same as `quadratic_flux` without interpolation over k: every sample on its own."""
    weights, _, _ = quadratic_weights(u1, u2)
    flux = np.ones((z.size, k.size))
    _fill_flux(z, k, weights, np.flatnonzero(~(z >= 1.0 + k.max())), flux)
    return flux


def quadratic_flux_gradient(
    z: FloatArray, k: FloatArray, u1: FloatArray, u2: FloatArray
) -> Gradient:
    """Relative flux and its derivatives with respect to z, k, u1 and u2.

    Parameters
    ----------
    z, k, u1, u2 : as for `quadratic_flux`

    Returns
    -------
    flux, d_z, d_k, d_u1, d_u2 : (time, channel) each. At a contact, where they are one-sided,
    derivatives are those of the side with less of the planet on the star's limb.
    """
    plan = plan_radii(z, k)
    weights, d_u1, d_u2 = quadratic_weights(u1, u2)
    out = np.zeros((5, z.size, k.size))
    out[0] = 1.0
    value, by_z, by_k = _tabulate(z, plan.smooth, plan.nodes, 3)
    spread = _spread(weights, plan)
    out[0, plan.smooth] -= value @ spread
    out[1, plan.smooth] = -(by_z @ spread)
    out[2, plan.smooth] = -(by_k @ spread)
    out[3, plan.smooth] = -(value @ _spread(d_u1, plan))
    out[4, plan.smooth] = -(value @ _spread(d_u2, plan))
    _fill_gradient(z, k, np.stack([weights, d_u1, d_u2]), plan.contact, out)
    return out[0], out[1], out[2], out[3], out[4]
