"""FFT coherence: no power at frequencies that the spectrograph cannot transmit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_AIRS
from spectramind.symbolic.violation import Array, Violation, shape_violation

FloatArray = NDArray[np.float64]

CUT = 0.35
"""Cycles per channel. A line is 2 channels wide at the blue end, 4 in the middle, 7 at the red end
(full width at half maximum): of such Gaussians 17, 0.1 and 0.0 % of the amplitude reach the cut."""
TOLERANCE = 0.05
"""Rms above the cut, in units of the spectrum's amplitude: ten times that of real spectra."""


@lru_cache(maxsize=1)
def above_resolution() -> FloatArray:
    """(282, 282) keeps what lies above the cut in the Fourier transform of the mirrored spectrum.

    Mirrored, because a spectrum that ends at another depth than it starts is no fault.
    """
    mirrored = np.concatenate([np.eye(N_AIRS), np.eye(N_AIRS)[::-1]])
    transform = np.fft.rfft(mirrored, axis=0)
    transform[np.fft.rfftfreq(2 * N_AIRS) < CUT] = 0.0
    operator: FloatArray = np.fft.irfft(transform, 2 * N_AIRS, axis=0)[:N_AIRS]
    operator.flags.writeable = False
    return operator


def fft_coherence(mu: Array, sigma: Array) -> Violation[Array]:
    """Power of the AIRS spectrum above the instrument's resolution.

    Parameters
    ----------
    mu, sigma : (planet, 283) transit depth and its standard deviation
    """
    return shape_violation(mu, sigma, above_resolution(), TOLERANCE)
