"""By how much spectra break a constraint, for arrays of numpy and tensors of torch alike.

The arithmetic uses only what both kinds share, so that the loss of a network and the diagnostics of
a machine without torch are the same lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS, N_CHANNELS

if TYPE_CHECKING:
    import torch

FloatArray = NDArray[np.float64]
Array = TypeVar("Array", FloatArray, "torch.Tensor")

TO_CHANNELS: FloatArray = np.eye(N_AIRS, N_CHANNELS, k=1)
"""(282, 283) puts AIRS values beside a zero for FGS1, which no rule about shape concerns."""


class Violation(NamedTuple, Generic[Array]):
    """By how much spectra break a constraint.

    total    (planet,) mean over the channels that the constraint concerns; 0 is no violation, 1 is
             what white noise of the stated sigma looks like
    per_bin  (planet, 283) the same for each channel
    """

    total: Array
    per_bin: Array


def constant(values: FloatArray, like: Array) -> Array:
    """`values` as an array of the kind, precision and device of `like`."""
    if isinstance(like, np.ndarray):
        return values.astype(like.dtype)
    return like.new_tensor(values)


def shape_violation(
    mu: Array, sigma: Array, operator: FloatArray, tolerance: float
) -> Violation[Array]:
    """Mean square of the part of a spectrum that should not be there, over what may be there.

    What may be there is noise of the stated sigma, independent between channels, and `tolerance`
    times the spectrum's own amplitude, its rms about its mean.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    operator : (282, 282) from an AIRS spectrum to the part of it that should not be there
    """
    airs = mu[:, 1:]
    part = airs @ constant(operator.T, mu)
    noise = sigma[:, 1:] ** 2 @ constant(operator.T**2, mu)
    centred = airs - airs.mean(-1)[:, None]
    allowed = noise + tolerance**2 * (centred**2).mean(-1)[:, None]
    violation: Any = part**2 / allowed
    return Violation(violation.mean(-1), violation @ constant(TO_CHANNELS, mu))
