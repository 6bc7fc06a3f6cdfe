"""Correlated double sampling: long read minus short read of each pair."""

from __future__ import annotations

from spectramind.detector.light_curves import FloatArray


def correlated_double_sample(electrons: FloatArray) -> FloatArray:
    """Difference of the reads of every pair, which removes reset noise and the pixel's pedestal.

    Parameters
    ----------
    electrons : (frame, row, column) electron; frames come as short, long, short, long

    Returns
    -------
    (pair, row, column) electron / pair
    """
    return electrons[1::2] - electrons[0::2]
