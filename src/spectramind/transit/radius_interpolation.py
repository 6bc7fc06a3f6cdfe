"""Interpolation over the radius ratio, which differs between channels by a few per cent only.

Moments of the hidden disk are analytic in the radius ratio k except at the contacts z = |1 - k| and
z = 1 + k. Away from them a polynomial through Chebyshev nodes that span the channels' k converges
geometrically: with a half-width h of that span and a singularity at distance d from its centre the
error falls as (d/h + sqrt((d/h)^2 - 1))^-nodes (L. N. Trefethen, Approximation Theory and
Approximation Practice, 2013, theorem 8.2). Samples closer to a contact are computed one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NODES = 6
CONTACT_MARGIN = 4.0
"""Half-widths of the span that an interpolated sample keeps away from every contact."""


@dataclass(frozen=True)
class RadiusPlan:
    """Which samples are interpolated, which are computed one by one; the rest is out of transit.

    nodes   (node,) radius ratios at which moments are computed
    matrix  (node, channel) interpolation from the nodes to the channels
    smooth  (sample,) indices in time of the interpolated samples
    contact (sample,) indices in time of the samples that need each channel's own k
    """

    nodes: FloatArray
    matrix: FloatArray
    smooth: IntArray
    contact: IntArray


def chebyshev_nodes(values: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes spanning `values` and the matrix that interpolates from them to `values`.

    Parameters
    ----------
    values : (channel,)
    count : number of nodes; one is enough, and used, where all values are equal

    Returns
    -------
    nodes (node,), matrix (node, channel)
    """
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low]), np.ones((1, values.size))
    angle = np.pi * (np.arange(count) + 0.5) / count
    half = 0.5 * (high - low)
    position = np.clip((values - 0.5 * (high + low)) / half, -1.0, 1.0)
    order = np.arange(count)
    scale = np.where(order == 0, 1.0, 2.0) / count
    at_nodes = np.cos(np.outer(angle, order)) * scale
    at_values = np.cos(np.outer(order, np.arccos(position)))
    return 0.5 * (high + low) + half * np.cos(angle), at_nodes @ at_values


def plan_radii(z: FloatArray, k: FloatArray) -> RadiusPlan:
    """Sort the samples of a light curve by how they are computed.

    Parameters
    ----------
    z : (time,) distance of the centres / stellar radius, inf where there is no occultation
    k : (channel,) radius ratio
    """
    nodes, matrix = chebyshev_nodes(k, NODES)
    low, high = float(k.min()), float(k.max())
    middle, margin = 0.5 * (low + high), 0.5 * CONTACT_MARGIN * (high - low)
    inside = ~(z >= 1.0 + high)
    near = (np.abs(z - (1.0 + middle)) <= margin) | (np.abs(z - abs(1.0 - middle)) <= margin)
    if low <= 0.0 or low <= 1.0 <= high:  # the span itself holds a singular point
        near = np.ones_like(inside)
    return RadiusPlan(
        nodes=nodes,
        matrix=matrix,
        smooth=np.flatnonzero(inside & ~near),
        contact=np.flatnonzero(inside & near),
    )
