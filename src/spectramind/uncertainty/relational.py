"""COREL as it is applied: the quantile network's forward pass in numpy.

Cini, Jenkins, Mandic, Alippi & Bianchi 2025, arXiv:2502.09443: the half-widths of a channel's error
depend on what its relatives in the graph say. A node is a channel, a sample a planet. A few dense
products of 283 x 283 need no torch; training is in `quantile_training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from spectramind.uncertainty.half_widths import half_widths
from spectramind.uncertainty.node_inputs import InputScale, node_inputs
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]

Graph = Literal["none", "learned", "physical", "both"]
"""Edges between the channels; none is the pointwise network."""
UNKNOWN = 1e-6
"""As in `models.typed_graph`: mean precision of a neighbourhood below which its message fades."""


@dataclass(frozen=True)
class NetworkWeights:
    """A trained quantile network; matrices act from the left on columns of features.

    channel, planet    (width, feature) of what is read at the channel and for the whole planet
    embedding          (283, width) what is known of the channel beforehand
    operators          (operator, 283, 283) graph, from column to row; none if pointwise
    enter              (operator * message, width)
    leave, leave_bias  (width, operator * message), (width,)
    head, head_bias    (level, width), (level,)
    """

    channel: FloatArray
    planet: FloatArray
    embedding: FloatArray
    operators: FloatArray
    enter: FloatArray
    leave: FloatArray
    leave_bias: FloatArray
    head: FloatArray
    head_bias: FloatArray


@dataclass(frozen=True)
class Relational:
    """Networks, each with the scale of its inputs; their answers are averaged."""

    networks: tuple[NetworkWeights, ...]
    scales: tuple[InputScale, ...]


def _gelu(x: FloatArray) -> FloatArray:
    return np.asarray(0.5 * x * (1.0 + erf(x / np.sqrt(2.0))))


def _messages(weights: NetworkWeights, nodes: FloatArray, precision: FloatArray) -> FloatArray:
    """What each node hears: precision-weighted means over its neighbourhoods."""
    z, n, _ = nodes.shape
    operators = weights.operators
    known = precision / precision.mean(axis=1, keepdims=True)
    sent = (nodes @ weights.enter.T).reshape(z, n, len(operators), -1) * known[..., None, None]
    flat = sent.transpose(2, 1, 0, 3).reshape(len(operators), n, -1)
    summed = (operators @ flat).reshape(len(operators), n, z, -1)
    heard = np.maximum(operators @ known.T, UNKNOWN)[..., None]
    mean = (summed / heard).transpose(2, 1, 0, 3).reshape(z, n, -1)
    return np.asarray(mean @ weights.leave.T + weights.leave_bias)


def forward(
    weights: NetworkWeights, channel: FloatArray, planet: FloatArray, precision: FloatArray
) -> FloatArray:
    """Logarithms of the steps between half-widths.

    Parameters
    ----------
    channel, planet : (planet, 283, feature), (planet, feature) as from `node_inputs`
    precision : (planet, 283) inverse variance of each channel, any unit

    Returns
    -------
    (planet, 283, level)
    """
    read = channel @ weights.channel.T + (planet @ weights.planet.T)[:, None]
    nodes = _gelu(read + weights.embedding)
    if len(weights.operators):
        nodes = nodes + _gelu(_messages(weights, nodes, precision))
    return np.asarray(nodes @ weights.head.T + weights.head_bias)


def relational_half_widths(relational: Relational, sample: Sample, sigma: FloatArray) -> FloatArray:
    """(planet, 283, level) half-widths in units of `sigma` (planet, 283), networks averaged."""
    precision = np.where(sigma > 0, np.maximum(sigma, np.finfo(float).tiny), np.inf) ** -2.0
    total = np.zeros((*sigma.shape, relational.networks[0].head_bias.size))
    for weights, scale in zip(relational.networks, relational.scales, strict=True):
        total += forward(weights, *node_inputs(sample, scale), precision)
    return half_widths(total / len(relational.networks))


def joined(parts: Sequence[Relational]) -> Relational:
    """The networks of all parts as one."""
    return Relational(
        tuple(network for part in parts for network in part.networks),
        tuple(scale for part in parts for scale in part.scales),
    )


def relational_arrays(relational: Relational) -> dict[str, FloatArray]:
    """Arrays for the checkpoint, by name."""
    arrays: dict[str, FloatArray] = {}
    pairs = zip(relational.networks, relational.scales, strict=True)
    for number, (weights, scale) in enumerate(pairs):
        for part in (weights, scale):
            prefix = f"{number}.{'network' if part is weights else 'scale'}"
            for field in fields(part):
                arrays[f"{prefix}.{field.name}"] = getattr(part, field.name)
    return arrays


def relational_from(arrays: dict[str, FloatArray]) -> Relational | None:
    """What `relational_arrays` gave; None if that was nothing.

    Raises
    ------
    KeyError : an array is missing
    """
    numbers = sorted({int(name.split(".")[0]) for name in arrays})
    networks, scales = [], []
    for number in numbers:
        network = {f.name: arrays[f"{number}.network.{f.name}"] for f in fields(NetworkWeights)}
        scale = {f.name: arrays[f"{number}.scale.{f.name}"] for f in fields(InputScale)}
        networks.append(NetworkWeights(**network))
        scales.append(InputScale(**scale))
    return Relational(tuple(networks), tuple(scales)) if numbers else None
