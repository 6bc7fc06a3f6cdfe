"""White light curves: the channels of one instrument and visit added up, and thinned in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from spectramind.detector.light_curves import LightCurve
from spectramind.survey.instruments import InstrumentName

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SAMPLES = 300
"""Most time bins used by a fit: 1.5 minutes of a 7.5 h visit, 10 times shorter than ingress."""
_CLIP = 6.0
_FILTER = 9


@dataclass(frozen=True)
class RelativeCurve:
    """Light curve of one instrument in one visit relative to each channel's own level.

    time        (time,) hour
    wavelength  (channel,) micrometre
    log_flux    (time, channel) ln(flux / level); 0 where the weight is 0
    weight      (time, channel) 1 / variance of log_flux; 0 where masked
    level       (channel,) electron / pair, median of the usable samples; 1 where there are none
    """

    instrument: InstrumentName
    visit: int
    time: FloatArray
    wavelength: FloatArray
    log_flux: FloatArray
    weight: FloatArray
    level: FloatArray


@dataclass(frozen=True)
class WhiteSeries:
    """Weighted mean of a `RelativeCurve` over its channels.

    time        (time,) hour
    log_flux    (time,) ln of relative flux; 0 where sigma is inf
    sigma       (time,) standard deviation; inf where no channel is usable
    wavelength  micrometre, weighted mean over channels
    """

    instrument: InstrumentName
    visit: int
    time: FloatArray
    log_flux: FloatArray
    sigma: FloatArray
    wavelength: float

    @property
    def usable(self) -> BoolArray:
        """(time,) True where there is a value."""
        return np.asarray(np.isfinite(self.sigma))


def _levels(flux: FloatArray, usable: BoolArray) -> FloatArray:
    level = np.ones(flux.shape[1])
    for channel in np.flatnonzero(usable.any(axis=0)):
        level[channel] = np.median(flux[usable[:, channel], channel])
    return level


def _outlying_times(white: FloatArray, total: FloatArray) -> BoolArray:
    """Samples far from the running median of a white curve: cosmic rays, a bad last frame."""
    out = np.zeros(white.size, dtype=bool)
    index = np.flatnonzero(total > 0.0)
    if index.size < 3 * _FILTER:
        return out
    values = white[index]
    deviation = values - median_filter(values, _FILTER, mode="nearest")
    scatter = 1.4826 * float(np.median(np.abs(np.diff(values)))) / np.sqrt(2.0)
    stated = 1.0 / np.sqrt(float(np.median(total[index])))
    out[index] = np.abs(deviation) > _CLIP * max(scatter, stated)
    return out


def _weighted_mean(
    values: FloatArray, weight: FloatArray, axis: int
) -> tuple[FloatArray, FloatArray]:
    total = weight.sum(axis=axis)
    mean = (values * weight).sum(axis=axis) / np.where(total > 0.0, total, 1.0)
    return mean, total


def relative_curve(curve: LightCurve, visit: int) -> RelativeCurve:
    """Bring a light curve to at most `SAMPLES` bins of relative log flux.

    Parameters
    ----------
    curve : as the detector stage left it; masked, non-finite and non-positive samples get weight 0
    visit : index of the visit
    """
    usable = ~curve.mask & np.isfinite(curve.flux) & np.isfinite(curve.variance)
    usable &= (np.where(usable, curve.flux, 0.0) > 0.0) & (np.where(usable, curve.variance, 0) > 0)
    level = _levels(curve.flux, usable)
    relative = np.where(usable, curve.flux, level) / level
    weight = np.where(usable, level**2 / np.where(usable, curve.variance, 1.0), 0.0)
    white, total = _weighted_mean(relative, weight, axis=1)
    weight[_outlying_times(white, total)] = 0.0
    group = max(1, -(-curve.time.size // SAMPLES))
    starts = np.arange(0, curve.time.size, group)
    summed = np.add.reduceat(weight, starts, axis=0)
    mean = np.add.reduceat(weight * relative, starts, axis=0) / np.where(summed > 0, summed, 1.0)
    good = (summed > 0.0) & (mean > 0.0)
    counts = np.diff(np.append(starts, curve.time.size))
    return RelativeCurve(
        instrument=curve.instrument,
        visit=visit,
        time=np.add.reduceat(curve.time, starts) / counts,
        wavelength=curve.wavelength,
        log_flux=np.where(good, np.log(np.where(good, mean, 1.0)), 0.0),
        weight=np.where(good, summed, 0.0),
        level=level,
    )


def white_series(curve: RelativeCurve) -> WhiteSeries:
    """Add up the channels of a relative light curve."""
    mean, total = _weighted_mean(curve.log_flux, curve.weight, axis=1)
    sigma = np.where(total > 0.0, 1.0 / np.sqrt(np.where(total > 0.0, total, 1.0)), np.inf)
    by_channel = curve.weight.sum(axis=0)
    share = by_channel if by_channel.any() else np.ones_like(by_channel)
    wavelength = float(np.sum(share * curve.wavelength) / np.sum(share))
    return WhiteSeries(curve.instrument, curve.visit, curve.time, mean, sigma, wavelength)
