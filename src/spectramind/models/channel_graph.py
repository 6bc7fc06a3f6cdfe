"""Which of the 283 channels have something to tell each other, and why: the typed edges.

A relation is a matrix of non-negative weights from channel j (column) to channel i (row), without
self loops except in the relation `self`; every row sums to one, or to zero where a channel has no
edge of that type. Weights are continuous: molecular bands overlap and fade, they have no border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.atmosphere.molecules import MOLECULES
from spectramind.survey.instruments import N_AIRS, N_CHANNELS

FloatArray = NDArray[np.float64]

NEIGHBOUR_RANGES = (0.01, 0.03, 0.1)
"""Micrometre, standard deviations of the Gaussian weights: about 1.5, 5 and 15 channels."""
BAND_TEMPERATURE = 1000.0
"""K, at which the molecular profiles are taken."""
BAND_DECADES = 2.0
"""A channel whose cross-section is this many decades below a molecule's peak is outside its bands.
Depth grows with the logarithm of the cross-section: this is 4.6 scale heights below the peak."""
REGIONS = 3
"""Blue, middle and red part of the AIRS detector."""


@dataclass(frozen=True)
class ChannelGraph:
    """Typed edges between the channels.

    relations  names; the first word is the type of edge
    operators  (relation, 283, 283) from channel (column) to channel (row), rows sum to 1 or 0
    """

    relations: tuple[str, ...]
    operators: FloatArray


def channel_graph(wavelength: FloatArray) -> ChannelGraph:
    """Typed edges for channels at these wavelengths.

    FGS1 is one broad photometric band: it has no neighbour and shares no molecular band or detector
    region. Its edges are those of `photometer`, from and to every AIRS channel.

    Parameters
    ----------
    wavelength : (283,) um, FGS1 first
    """
    airs = wavelength[1:]
    weights: dict[str, FloatArray] = {"self": np.eye(N_CHANNELS), "photometer": _photometer()}
    for scale in NEIGHBOUR_RANGES:
        weights[f"neighbour {scale:g} um"] = _among_airs(neighbour_weights(airs, scale))
    for name in MOLECULES:
        strength = band_strength(name, airs)
        weights[f"molecule {name}"] = _among_airs(np.outer(strength, strength))
    region = np.arange(N_AIRS) * REGIONS // N_AIRS
    weights["region"] = _among_airs((region[:, None] == region).astype(np.float64))
    return ChannelGraph(tuple(weights), np.stack([_rows_to_one(w) for w in weights.values()]))


def neighbour_weights(wavelength: FloatArray, scale: float) -> FloatArray:
    """(channel, channel) Gaussian weight of the distance in wavelength; `scale` in um."""
    weights: FloatArray = np.exp(-0.5 * ((wavelength[:, None] - wavelength) / scale) ** 2)
    return weights


def band_strength(name: str, wavelength: FloatArray) -> FloatArray:
    """How far each channel lies within a molecule's bands.

    Parameters
    ----------
    name : of a molecule
    wavelength : (channel,) um

    Returns
    -------
    (channel,) 1 at the strongest absorption, falling with the logarithm of the cross-section to 0
    """
    decades = np.log10(MOLECULES[name].profile(wavelength, BAND_TEMPERATURE))
    strength: FloatArray = np.clip(1.0 + (decades - decades.max()) / BAND_DECADES, 0.0, 1.0)
    return strength


def _photometer() -> FloatArray:
    weights = np.zeros((N_CHANNELS, N_CHANNELS))
    weights[0, 1:] = weights[1:, 0] = 1.0
    return weights


def _among_airs(weights: FloatArray) -> FloatArray:
    """(282, 282) -> (283, 283) without self loops and without FGS1."""
    whole = np.zeros((N_CHANNELS, N_CHANNELS))
    whole[1:, 1:] = weights
    np.fill_diagonal(whole, 0.0)
    return whole


def _rows_to_one(weights: FloatArray) -> FloatArray:
    total = weights.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares
