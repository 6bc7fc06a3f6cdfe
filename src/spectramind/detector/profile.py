"""Spatial profile of the star on the detector, and the pixel weights that follow from it.

Optimal extraction after Horne (1986), PASP 98, 609, with one profile for the whole visit: the
weights do not change with time, so that a change of flux is never a change of weights.
"""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import BoolArray, FloatArray


def fill_from_neighbours(image: FloatArray, good: BoolArray) -> FloatArray:
    """Replace bad pixels by the mean of the good ones to their left and right, or by zero.

    Parameters
    ----------
    image, good : (row, column)

    Returns
    -------
    (row, column)
    """
    padded = np.pad(np.where(good, image, 0.0), ((0, 0), (1, 1)))
    usable = np.pad(good, ((0, 0), (1, 1))).astype(np.float64)
    total = padded[:, :-2] + padded[:, 2:]
    neighbours = usable[:, :-2] + usable[:, 2:]
    return np.asarray(np.where(good, image, total / np.maximum(neighbours, 1.0)))


def spatial_profile(image: FloatArray, good: BoolArray, shape: tuple[int, int]) -> FloatArray:
    """Share of each channel's light that falls on each pixel.

    A bad pixel gets its neighbours' share. That sets the scale of the flux and nothing else,
    since a bad pixel has no part in the extraction itself.

    Parameters
    ----------
    image : (pixel, channel) electron / pair, mean over the visit without foreground
    good : (pixel, channel) True where usable
    shape : (row, column) of the window that `image` unfolds to

    Returns
    -------
    (pixel, channel), sums to 1 over the pixels
    """
    filled = fill_from_neighbours(image.reshape(shape), good.reshape(shape)).reshape(image.shape)
    light = np.maximum(filled, 0.0)
    return np.asarray(light / np.maximum(light.sum(axis=0), np.finfo(np.float64).tiny))


def profile_weights(profile: FloatArray, variance: FloatArray) -> FloatArray:
    """Weights of least variance: profile over the variance of a pair, averaged over the visit.

    Parameters
    ----------
    profile : (pixel, channel)
    variance : (pixel, channel) (electron / pair)^2

    Returns
    -------
    (pixel, channel), largest weight of each channel 1
    """
    weights = profile / variance
    return np.asarray(weights / np.maximum(weights.max(axis=0), np.finfo(np.float64).tiny))
