"""Dark current: electrons that collect in a pixel without light."""

from __future__ import annotations

from spectramind.detector.light_curves import FloatArray


def subtract_dark(
    electrons: FloatArray, dark: FloatArray, seconds: tuple[float, float]
) -> FloatArray:
    """Take off what the dark current has gathered since the reset.

    Parameters
    ----------
    electrons : (frame, row, column) electron; frames come as short, long, short, long
    dark : (row, column) electron / s
    seconds : time since reset of the short and of the long read, s

    Returns
    -------
    (frame, row, column) electron
    """
    result = electrons.copy()
    for read, elapsed in enumerate(seconds):
        result[read::2] -= dark * elapsed
    return result
