"""A floor under sigma, so that one overconfident planet cannot wipe out the score of all.

The loss by a sigma that is too small has no bound, that by one too large grows with its logarithm.
The floor is therefore an insurance: the highest one whose premium on planets with known depths is
next to nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.sample import Score

FloatArray = NDArray[np.float64]

LOW_QUANTILE = 0.05
SHARES = (1.0, 0.85, 0.7, 0.5, 0.25)
"""Floors to choose from, in units of the sigma below which 5 % of the training planets lie."""
PREMIUM = 2e-4
"""Score that may be given up on the training planets."""


def learn_floor(truth: FloatArray, mu: FloatArray, sigma: FloatArray, score: Score) -> FloatArray:
    """(channel,) floor under sigma, from planets with known depths.

    Parameters
    ----------
    truth, mu, sigma : (planet, channel) sigma as it is handed in, learnt from other planets
    """
    usable = np.isfinite(sigma) & (sigma > 0)
    positive = np.where(usable, sigma, np.nan)
    # A channel without any usable sigma takes the typical floor of the others.
    filled = np.where(usable.any(axis=0), positive, np.nanmedian(positive))
    low = np.nanquantile(filled, LOW_QUANTILE, axis=0)
    plain = np.where(usable, sigma, low)
    best = float(np.nanmean(score(truth, mu, plain)))
    for share in SHARES[:-1]:
        kept = float(np.nanmean(score(truth, mu, np.maximum(plain, share * low))))
        if kept >= best - PREMIUM:
            return np.asarray(share * low)
    return np.asarray(SHARES[-1] * low)
