"""Extraction in one pass: the production twin of `extraction.extract`."""

from __future__ import annotations

import numpy as np

from spectramind.detector.extraction import MINIMUM_SHARE
from spectramind.detector.fused import CountArray
from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.jit import kernel


@kernel
def add_pixel(
    mean: FloatArray,
    count: CountArray,
    foreground: FloatArray,
    pixel: FloatArray,
    sums: FloatArray,
) -> None:
    """Add one pixel to the sums of its channel.

    Parameters
    ----------
    mean, count, foreground : (time,)
    pixel : profile, weight, 1 / flat, variance floor
    sums : (3, time) weighted flux, weighted profile, weighted variance; added to
    """
    profile, weight, response, floor = pixel
    for time in range(mean.size):
        samples = np.float64(count[time])
        # Without a branch the loop becomes vector instructions: no samples, no weight.
        used = weight * min(samples, 1.0)
        noise = max(mean[time], 0.0) * response + floor
        sums[0, time] += used * (mean[time] - foreground[time])
        sums[1, time] += used * profile
        sums[2, time] += used * used * noise / max(samples, 1.0)


@kernel
def extract_fused(
    mean: FloatArray,
    count: CountArray,
    foreground: FloatArray,
    pixels: FloatArray,
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Flux, variance and mask of every channel, see `extraction.extract`.

    Parameters
    ----------
    mean, count : (pixel, channel, time)
    foreground : (channel, time)
    pixels : (pixel, channel, 4) profile, weight, 1 / flat, variance floor

    Returns
    -------
    flux, variance, mask : each (channel, time)
    """
    flux = np.full(foreground.shape, np.nan)
    variance = np.full(foreground.shape, np.inf)
    mask = np.ones(foreground.shape, np.bool_)
    sums = np.empty((3, foreground.shape[1]))
    for channel in range(foreground.shape[0]):
        sums[:] = 0.0
        whole = 0.0
        for pixel in range(mean.shape[0]):
            whole += pixels[pixel, channel, 0] * pixels[pixel, channel, 1]
            add_pixel(
                mean[pixel, channel],
                count[pixel, channel],
                foreground[channel],
                pixels[pixel, channel],
                sums,
            )
        for time in range(sums.shape[1]):
            share = sums[1, time]
            if share > MINIMUM_SHARE * whole:
                mask[channel, time] = False
                flux[channel, time] = sums[0, time] / share
                variance[channel, time] = sums[2, time] / (share * share)
    return flux, variance, mask
