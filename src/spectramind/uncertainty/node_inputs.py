"""What the quantile network reads at each channel, standardised on the planets it learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]

LIMIT = 3.0
"""Standard deviations beyond which an input says no more: the network must not extrapolate."""


@dataclass(frozen=True)
class InputScale:
    """Centre and scale of the inputs.

    channel  (2, 283, feature) channel by channel: what is usual differs between them
    planet   (2, feature)
    """

    channel: FloatArray
    planet: FloatArray


def learn_input_scale(sample: Sample) -> InputScale:
    """Mean and standard deviation of every input over these planets."""
    channel, planet = sample.channel_features, sample.planet_features
    scales = [
        np.stack([np.nanmean(values, axis=0), np.maximum(np.nanstd(values, axis=0), 1e-6)])
        for values in (np.where(np.isfinite(channel), channel, 0.0), planet)
    ]
    return InputScale(*scales)


def node_inputs(sample: Sample, scale: InputScale) -> tuple[FloatArray, FloatArray]:
    """Inputs of the network.

    Returns
    -------
    channel : (planet, 283, feature)
    planet : (planet, feature)
    """
    own = (sample.channel_features - scale.channel[0]) / scale.channel[1]
    all_channels = (sample.planet_features - scale.planet[0]) / scale.planet[1]
    bounded = (np.clip(np.nan_to_num(x), -LIMIT, LIMIT) for x in (own, all_channels))
    channel, planet = bounded
    return channel, planet
