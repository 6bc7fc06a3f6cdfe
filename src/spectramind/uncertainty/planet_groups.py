"""Groups of planets whose sigma may be wrong by factors of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.models.fit_features import PLANET_FEATURES
from spectramind.uncertainty.sample import Sample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

AXES = ("visits", "signal-to-noise", "flagged")
MEMBERS = 3
"""Most groups along one axis: thirds of the signal-to-noise; of the others two are in use."""


@dataclass(frozen=True)
class GroupEdges:
    """Where the thirds of the signal-to-noise lie: (2,) natural logarithms."""

    signal_to_noise: FloatArray


def signal_to_noise(planet_features: FloatArray) -> FloatArray:
    """(planet,) ln of the AIRS depth over the noise of its median channel.

    Parameters
    ----------
    planet_features : (planet, feature) in the order of `PLANET_FEATURES`
    """
    radius = planet_features[:, PLANET_FEATURES.index("ln k")]
    noise = planet_features[:, PLANET_FEATURES.index("ln AIRS noise")]
    return np.asarray(2.0 * radius - noise)


def group_edges(sample: Sample) -> GroupEdges:
    """Edges that part these planets into thirds."""
    ratio = signal_to_noise(sample.planet_features)
    return GroupEdges(np.quantile(ratio, [1.0 / 3.0, 2.0 / 3.0]))


def groups_of(sample: Sample, edges: GroupEdges) -> IntArray:
    """(planet, axis) number of each planet's group along `AXES`."""
    visits = sample.planet_features[:, PLANET_FEATURES.index("visits")] > 1.5
    third = np.searchsorted(edges.signal_to_noise, signal_to_noise(sample.planet_features))
    return np.column_stack([visits, third, sample.flagged]).astype(np.intp)
