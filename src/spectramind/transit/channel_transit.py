"""Transit of many channels that share an orbit, with limb darkening of three terms per channel.

    I(mu) = 1 - u1 (1 - mu) - u2 (1 - mu)^2 - u3 (1 - sqrt(mu))

The third term is what a four-parameter law (A. Claret, A&A 363, 1081, 2000) adds most of to a
quadratic one. Flux is linear in moments of the hidden disk, and channels differ by a few percent in
radius, so that moments at three radii, interpolated, serve all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.transit.limb_moments import DISK_MOMENTS, POWERS, hidden_moments
from spectramind.transit.orbit import Orbit, separation_gradient

FloatArray = NDArray[np.float64]

N_LIMB = 3
_UNIFORM: FloatArray = np.array([1.0, 0.0, 0.0, 0.0, 0.0])
_LIMB_TO_POWERS: FloatArray = np.array(
    [
        [-1.0, 0.0, 1.0, 0.0, 0.0],
        [-1.0, 0.0, 2.0, 0.0, -1.0],
        [-1.0, 1.0, 0.0, 0.0, 0.0],
    ]
)
_LEAST_SPAN = 2e-3  # of k; keeps the three nodes apart where all channels agree


@dataclass(frozen=True)
class ChannelTransit:
    """Flux (time, channel) relative to the star, and its derivatives.

    flux, by_depth  (time, channel)
    by_limb         (time, channel, 3)
    by_orbit        (time, channel, 3) by t0 (hour), ln(a/R*), impact parameter
    """

    flux: FloatArray
    by_depth: FloatArray
    by_limb: FloatArray
    by_orbit: FloatArray


def _radius_nodes(k: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Three radii around those of the channels, and quadratic weights (3, channel)."""
    low, high = float(k.min()), float(k.max())
    centre = 0.5 * (low + high)
    half = max(0.5 * (high - low), _LEAST_SPAN * centre)
    s = (k - centre) / half
    nodes = np.array([centre - half, centre, centre + half])
    return nodes, np.stack([0.5 * s * (s - 1.0), 1.0 - s * s, 0.5 * s * (s + 1.0)])


def channel_transit(
    time: FloatArray, orbit: Orbit, depth: FloatArray, limb: FloatArray
) -> ChannelTransit:
    """Transit light curves of all channels.

    Parameters
    ----------
    time : (time,) hour
    orbit : shared by the channels
    depth : (channel,) (Rp/Rs)^2, > 0
    limb : (channel, 3) coefficients u1, u2, u3
    """
    z, gradient = separation_gradient(time, orbit)
    k = np.sqrt(depth)
    nodes, weights = _radius_nodes(k)
    tables = np.stack([hidden_moments(z, node) for node in nodes])
    tables = tables.transpose(1, 3, 0, 2).reshape(3, time.size, -1)  # (kind, time, node x power)

    def spread(by_power: FloatArray) -> FloatArray:
        """Weights (node x power, channel) of moments, from those of powers (channel, power)."""
        return (weights[:, None, :] * by_power.T[None]).reshape(3 * POWERS.size, -1)

    profile = _UNIFORM + limb @ _LIMB_TO_POWERS
    total = profile @ DISK_MOMENTS
    shape = spread(profile / total[:, None])
    normalised = profile / (total**2)[:, None]
    by_limb = [
        -tables[0] @ spread(term / total[:, None] - normalised * float(term @ DISK_MOMENTS))
        for term in _LIMB_TO_POWERS
    ]
    by_z = -tables[1] @ shape
    by_orbit = by_z[:, :, None] * gradient[:, None, [0, 2, 3]]
    by_orbit[:, :, 1] *= orbit.a_over_rs
    return ChannelTransit(
        flux=1.0 - tables[0] @ shape,
        by_depth=-tables[2] @ shape / (2.0 * k),
        by_limb=np.stack(by_limb, axis=-1),
        by_orbit=by_orbit,
    )
