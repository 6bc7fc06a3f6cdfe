"""Light curves as the joint inference takes them: relative, binned, with bad samples marked."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class _RelativeCurve:
    """A light curve relative to each channel's median, before it is binned.

    flux, usable    (time, channel) relative flux, 1 where not usable
    level, scatter  (channel,) as in `BinnedCurve`; standard deviation of a sample
    """

    flux: FloatArray
    usable: BoolArray
    level: FloatArray
    scatter: FloatArray


def _usable_samples(curve: LightCurve) -> BoolArray:
    usable = ~curve.mask & np.isfinite(curve.flux) & np.isfinite(curve.variance)
    usable &= np.where(usable, curve.flux, 0.0) > 0.0
    return np.asarray(usable)


def _departures(flux: FloatArray, usable: BoolArray) -> FloatArray:
    """Of each sample from the mean of its neighbours, in units of white noise; NaN where missing.

    The first and last sample have one neighbour each.
    """
    values = np.where(usable, flux, np.nan)
    out = np.full(values.shape, np.nan)
    out[1:-1] = (values[1:-1] - 0.5 * (values[:-2] + values[2:])) / np.sqrt(1.5)
    out[0] = (values[0] - values[1]) / np.sqrt(2.0)
    out[-1] = (values[-1] - values[-2]) / np.sqrt(2.0)
    return out


def _scatter(differences: FloatArray) -> FloatArray:
    """(channel,) robust standard deviation, inf where there are too few samples."""
    count = np.isfinite(differences).sum(axis=0)
    filled = np.where(np.isfinite(differences), np.abs(differences), np.inf)
    order = np.sort(filled, axis=0)
    middle = np.take_along_axis(order, (np.maximum(count - 1, 0) // 2)[None], axis=0)[0]
    return np.where(count >= 8, 1.4826 * middle, np.inf)


def without_outliers(curve: LightCurve) -> LightCurve:
    """The same light curve with samples masked that stand out from their neighbours.

    Parameters
    ----------
    curve : as the detector stage or a reader left it
    """
    usable = _usable_samples(curve)
    departures = _departures(np.where(usable, curve.flux, 0.0), usable)
    scatter = _scatter(departures)
    with np.errstate(invalid="ignore"):
        outlying = np.abs(departures) > _CLIP * scatter
    return replace(curve, mask=~usable | outlying)


def bin_curve(curve: LightCurve, visit: int, bin_seconds: float) -> BinnedCurve:
    """Bin a light curve to about `bin_seconds`.

    Parameters
    ----------
    curve : light curve `without_outliers`
    visit : index of the visit
    bin_seconds : width of the bins; curves with wider samples stay as they are
    """
    usable = _usable_samples(curve)
    flux = np.where(usable, curve.flux, np.nan)
    level = np.ones(flux.shape[1])
    seen = usable.any(axis=0)
    level[seen] = np.nanmedian(flux[:, seen], axis=0)
    divided = np.where(usable, curve.flux, level) / level
    relative = _RelativeCurve(divided, usable, level, _scatter(_departures(divided, usable)))
    step = 3600.0 * float(np.median(np.diff(curve.time)))
    group = max(1, min(round(bin_seconds / step), curve.time.size // 8))
    return _grouped(curve, visit, relative, group)


def _grouped(curve: LightCurve, visit: int, relative: _RelativeCurve, group: int) -> BinnedCurve:
    n = curve.time.size // group
    shape = (n, group, relative.flux.shape[1])
    good = relative.usable[: n * group].reshape(shape)
    values = relative.flux[: n * group].reshape(shape)
    count = good.sum(axis=1)
    mean = np.where(good, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    # A bin with few of its samples has another mean time: it counts only where most are there.
    kept = count > _LEAST_SHARE * group
    noise = np.where(kept.mean(axis=0) > _LEAST_SHARE, relative.scatter / np.sqrt(group), np.inf)
    kept &= np.isfinite(noise)
    variance = np.where(relative.usable, curve.variance, np.nan)
    stated = np.full(noise.size, np.inf)
    seen = np.isfinite(noise)
    stated[seen] = np.sqrt(np.nanmedian(variance[:, seen], axis=0) / group) / relative.level[seen]
    return BinnedCurve(
        instrument=curve.instrument,
        visit=visit,
        time=curve.time[: n * group].reshape(n, group),
        flux=np.where(kept, mean, 1.0),
        usable=kept,
        level=relative.level,
        noise=noise,
        stated=stated,
    )
