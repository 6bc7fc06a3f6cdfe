"""Priors for a planet whose star table does not say all that a fit takes from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.stars import Star
from spectramind.transit.priors import TransitPriors

FloatArray = NDArray[np.float64]

_ORBIT = ("P", "sma")
_LOG_AXIS = (0.0, 0.5, 1.0)
"""Standard deviation of ln(a/R*) by how many of period and size of the orbit are assumed. A wrong
period is a wrong speed of the planet, which another a/R* makes good."""
_IMPACT = 0.4
_TEMPERATURE = 700.0 / 550.0
"""Standard deviation of an assumed temperature in units of the regressor."""


def with_assumptions(priors: TransitPriors, star: Star) -> TransitPriors:
    """The priors, wide in what `star.assumed` names.

    Parameters
    ----------
    priors : whose last two parameters of the star are ln(a/R*) and the impact parameter
    """
    if not star.assumed:
        return priors
    scatter = priors.star_scatter.copy()
    scatter[-2, -2] += _LOG_AXIS[len(set(_ORBIT) & set(star.assumed))] ** 2
    if "i" in star.assumed:
        scatter[-1, -1] += _IMPACT**2
    if "Ts" in star.assumed and priors.star_mean.shape[1] > 1:
        slope: FloatArray = _TEMPERATURE * priors.star_mean[:, 1]
        scatter += np.outer(slope, slope)
    return replace(priors, star_scatter=scatter)
