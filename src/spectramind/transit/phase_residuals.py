"""What the joint inference leaves in each channel, by phase of the transit.

A wrong limb darkening leaves its mark at ingress and egress, a wrong drift outside, a wrong depth
inside: three places where a channel can say that its depth is not to be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.survey.instruments import N_CHANNELS
from spectramind.transit.binned_curve import BinnedCurve
from spectramind.transit.normal_equations import CurveEquations
from spectramind.transit.orbit import Orbit, contact_times

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PHASES = ("out of transit", "ingress and egress", "in transit")


@dataclass(frozen=True)
class PhaseResiduals:
    """Residuals of all visits in each of PHASES.

    mean   (283, phase) mean residual over its standard error from white noise; 0 without samples
    rms    (283, phase) rms residual over white noise; 1 without samples
    noise  (283,) relative white noise of all samples averaged; inf without samples
    """

    mean: FloatArray
    rms: FloatArray
    noise: FloatArray


def no_residuals() -> PhaseResiduals:
    """Of a planet that the joint inference did not describe."""
    shape = (N_CHANNELS, len(PHASES))
    return PhaseResiduals(np.zeros(shape), np.ones(shape), np.full(N_CHANNELS, np.inf))


def phase_of(time: FloatArray, orbit: Orbit, k: float) -> BoolArray:
    """(phase, time) membership in each of PHASES.

    Parameters
    ----------
    time : (time,) hour
    orbit : in the clock of `time`
    k : planet radius in stellar radii
    """
    first, second, third, fourth = contact_times(orbit, k)
    outside = (time < first) | (time > fourth)
    inside = (time > second) & (time < third)
    return np.stack([outside, ~outside & ~inside, inside])


def phase_residuals(
    curves: Sequence[BinnedCurve],
    equations: Sequence[CurveEquations],
    orbits: Sequence[Orbit],
    k: float,
) -> PhaseResiduals:
    """Sum the residuals of all curves by channel and phase.

    Parameters
    ----------
    curves, equations, orbits : one each a light curve; orbits in the clock of their visit
    k : planet radius in stellar radii
    """
    shape = (N_CHANNELS, len(PHASES))
    total, square, count = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    weight = np.zeros(N_CHANNELS)
    for curve, equation, orbit in zip(curves, equations, orbits, strict=True):
        where = slice(0, 1) if curve.instrument == "FGS1" else slice(1, N_CHANNELS)
        usable = curve.usable & np.isfinite(curve.noise)
        normal = np.where(usable, equation.clean / curve.noise, 0.0)
        phase = phase_of(curve.bin_time, orbit, k).astype(np.float64)
        total[where] += (phase @ normal).T
        square[where] += (phase @ normal**2).T
        count[where] += (phase @ usable).T
        weight[where] += usable.sum(axis=0) / curve.noise**2
    some = np.maximum(count, 1.0)
    rms = np.where(count > 0, np.sqrt(square / some), 1.0)
    with np.errstate(divide="ignore"):
        return PhaseResiduals(total / np.sqrt(some), rms, 1.0 / np.sqrt(weight))
