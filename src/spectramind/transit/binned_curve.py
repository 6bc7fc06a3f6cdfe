"""Light curves as the joint inference takes them: relative, binned, with bad samples marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import LightCurve
from spectramind.survey.instruments import InstrumentName

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_LEAST_SHARE = 0.5
_CLIP = 6.0


@dataclass(frozen=True)
class BinnedCurve:
    """Light curve of one instrument in one visit, relative to each channel's median.

    time    (bin, sample) hour of every sample of a bin; the model is averaged over them
    flux    (bin, channel) relative; 1 where not usable
    usable  (bin, channel)
    level   (channel,) electron / pair; 1 where the channel has no usable sample
    noise   (channel,) relative standard deviation of a bin, from differences; inf where unusable
    stated  (channel,) the same as the light curve's own variance states it
    """

    instrument: InstrumentName
    visit: int
    time: FloatArray
    flux: FloatArray
    usable: BoolArray
    level: FloatArray
    noise: FloatArray
    stated: FloatArray

    @property
    def bin_time(self) -> FloatArray:
        """(bin,) hour, mean of the samples."""
        return np.asarray(self.time.mean(axis=1))


def _usable_samples(curve: LightCurve) -> BoolArray:
    usable = ~curve.mask & np.isfinite(curve.flux) & np.isfinite(curve.variance)
    usable &= np.where(usable, curve.flux, 0.0) > 0.0
    return np.asarray(usable)


def _second_differences(flux: FloatArray, usable: BoolArray) -> FloatArray:
    """Of each channel, in units of its scatter; NaN where a neighbour is missing."""
    values = np.where(usable, flux, np.nan)
    return np.asarray((values[1:-1] - 0.5 * (values[:-2] + values[2:])) / np.sqrt(1.5))


def _scatter(differences: FloatArray) -> FloatArray:
    """(channel,) robust standard deviation, inf where there are too few samples."""
    count = np.isfinite(differences).sum(axis=0)
    filled = np.where(np.isfinite(differences), np.abs(differences), np.inf)
    order = np.sort(filled, axis=0)
    middle = np.take_along_axis(order, (np.maximum(count - 1, 0) // 2)[None], axis=0)[0]
    return np.where(count >= 8, 1.4826 * middle, np.inf)


def bin_curve(curve: LightCurve, visit: int, bin_seconds: float) -> BinnedCurve:
    """Bin a light curve to about `bin_seconds`, leaving out masked and outlying samples.

    Parameters
    ----------
    curve : as the detector stage or a reader left it
    visit : index of the visit
    bin_seconds : width of the bins; curves with wider samples stay as they are
    """
    usable = _usable_samples(curve)
    flux = np.where(usable, curve.flux, np.nan)
    level = np.ones(flux.shape[1])
    seen = usable.any(axis=0)
    level[seen] = np.nanmedian(flux[:, seen], axis=0)
    relative = np.where(usable, curve.flux, level) / level
    differences = _second_differences(relative, usable)
    scatter = _scatter(differences)
    with np.errstate(invalid="ignore"):
        usable[1:-1] &= ~(np.abs(differences) > _CLIP * scatter)
    step = 3600.0 * float(np.median(np.diff(curve.time)))
    group = max(1, min(round(bin_seconds / step), curve.time.size // 8))
    return _grouped(curve, visit, relative, usable, level, scatter, group)


def _grouped(
    curve: LightCurve,
    visit: int,
    relative: FloatArray,
    usable: BoolArray,
    level: FloatArray,
    scatter: FloatArray,
    group: int,
) -> BinnedCurve:
    n = curve.time.size // group
    shape = (n, group, relative.shape[1])
    good = usable[: n * group].reshape(shape)
    values = relative[: n * group].reshape(shape)
    count = good.sum(axis=1)
    mean = np.where(good, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    # A bin with few of its samples has another mean time: it counts only where most are there.
    kept = count > _LEAST_SHARE * group
    noise = np.where(kept.mean(axis=0) > _LEAST_SHARE, scatter / np.sqrt(group), np.inf)
    kept &= np.isfinite(noise)
    variance = np.where(usable, curve.variance, np.nan)
    stated = np.full(noise.size, np.inf)
    seen = np.isfinite(noise)
    stated[seen] = np.sqrt(np.nanmedian(variance[:, seen], axis=0) / group) / level[seen]
    return BinnedCurve(
        instrument=curve.instrument,
        visit=visit,
        time=curve.time[: n * group].reshape(n, group),
        flux=np.where(kept, mean, 1.0),
        usable=kept,
        level=level,
        noise=noise,
        stated=stated,
    )
