"""Variance of a read pair, step by step: photons, dark current, two reads."""

from __future__ import annotations

import numpy as np

from spectramind.detector.light_curves import FloatArray


def floor_variance(
    dark: FloatArray, read: FloatArray, flat: FloatArray, seconds: tuple[float, float]
) -> FloatArray:
    """Variance of a pair that gathers no light: dark current between the reads, and two reads.

    Parameters
    ----------
    dark : (row, column) electron / s
    read : (row, column) electron, standard deviation of one read
    flat : (row, column) relative response by which the pair is divided
    seconds : time since reset of the short and of the long read, s

    Returns
    -------
    (row, column) (electron / pair)^2
    """
    gathered = np.maximum(dark, 0.0) * (seconds[1] - seconds[0])
    return np.asarray((gathered + 2.0 * read**2) / flat**2)


def pair_variance(level: FloatArray, flat: FloatArray, floor: FloatArray) -> FloatArray:
    """Variance of flat-fielded pairs: Poisson noise of `level * flat` electrons and the floor.

    Linear in `level`, so the mean over pairs of this is this of the mean over pairs.

    Parameters
    ----------
    level : electron / pair after the flat
    flat, floor : broadcastable to `level`, see `floor_variance`

    Returns
    -------
    like `level`, (electron / pair)^2
    """
    return np.maximum(level, 0.0) / flat + floor
