"""Structure that a planet leaves in the light curve as it crosses spots and faculae, and its price.

A spot that is crossed makes a bump; spots beside the path, of which no light curve tells, change
every depth by their share of the star's light (B. Rackham, D. Apai, M. Giampapa, ApJ 853, 122,
2018). Where bumps are seen, both are to be expected, and they are of like size: relative to the
depth, the error of the spectrum is close to the rms of what stands in the residuals in transit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from spectramind.transit.posterior import WhiteLightCurve

FloatArray = NDArray[np.float64]

_GROUP = 8  # bins of 72 s: ten minutes, the time that a planet takes over a spot
_LEAST_GROUPS = 2
_CHANCE = 1e-4  # of white noise to be taken for a crossing
_DEEP = 0.1  # share of the full depth from which on a sample lies in transit
_COMMON, _PHOTOMETER, _COLOUR = 1.0, 0.6, 0.15


def crossing_amplitude(curve: WhiteLightCurve) -> float:
    """Relative to the depth, rms of ten-minute residuals in transit beyond white noise.

    Zero where white noise explains them.
    """
    dip = 1.0 - curve.model
    inside = (dip > _DEEP * dip.max()) & np.isfinite(curve.flux) & np.isfinite(curve.sigma)
    groups = int(inside.sum()) // _GROUP
    if groups < _LEAST_GROUPS:
        return 0.0
    used = groups * _GROUP
    rest = (curve.flux - curve.model)[inside][:used].reshape(groups, _GROUP).mean(axis=1)
    variance = (curve.sigma[inside][:used] ** 2).reshape(groups, _GROUP).mean(axis=1) / _GROUP
    if chi2.sf(float(np.sum(rest**2 / variance)), groups) > _CHANCE:
        return 0.0
    return float(np.sqrt(max(np.mean(rest**2 - variance), 0.0)) / dip.max())


def spot_covariance(depth: FloatArray, curves: Sequence[WhiteLightCurve]) -> FloatArray:
    """Covariance that spots add to a spectrum; zeros where none is crossed.

    All depths change by the same share; FGS1 changes more, as spots are darkest in the blue, and
    AIRS changes with a slope. The shares are those of simulated spotted stars.

    Parameters
    ----------
    depth : (283,)
    curves : white light curves of all visits with their model

    Returns
    -------
    (283, 283)
    """
    amplitude = max((crossing_amplitude(curve) for curve in curves), default=0.0)
    photometer, slope = np.zeros(depth.size), np.zeros(depth.size)
    photometer[0], slope[1:] = 1.0, np.linspace(-1.0, 1.0, depth.size - 1)
    modes = [_COMMON * np.ones(depth.size), _PHOTOMETER * photometer, _COLOUR * slope]
    changes = amplitude * depth * np.stack(modes)
    return np.asarray(changes.T @ changes)
