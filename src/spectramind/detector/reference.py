"""The reference chain in plain float64: what the fused kernel must reproduce.

Each step is one function of its own file; this file only puts them in order:
decode, bad pixels, linearity, dark, CDS, flat, cosmic rays, time bins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.cds import correlated_double_sample
from spectramind.detector.cosmic_rays import reject_cosmic_rays
from spectramind.detector.dark import subtract_dark
from spectramind.detector.decode import decode, out_of_range
from spectramind.detector.detector_constants import (
    DetectorConstants,
    Steps,
    detector_constants,
)
from spectramind.detector.flat_field import divide_by_flat
from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.linearity import linearize
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.time_binning import bin_pairs
from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.calibration import Calibration


def calibrate_frames(
    frames: NDArray[np.uint16],
    calibration: Calibration,
    adc: Adc,
    seconds: tuple[float, float],
    limits: PixelLimits | None = None,
) -> tuple[FloatArray, BoolArray]:
    """Calibrated CDS frames: decode, linearity, dark, CDS, flat; nothing averaged or flipped.

    Parameters
    ----------
    frames : (frame, row, column) ADU, as short, long, short, long
    calibration : dark, dead, flat, read (row, column) and linear_corr (6, row, column)
    adc : gain [ADU / electron] and offset [electron]
    seconds : time since reset of the short and of the long read, s
    limits : what makes a pixel bad; the package's defaults when left out

    Returns
    -------
    electrons : (pair, row, column) electron / pair, finite also where masked
    mask : (pair, row, column) True where not to be used: hot, dead, wild linearity or bad flat
        (then for every pair), or a read at an end of the converter's range

    Raises
    ------
    DataError : an odd number of frames, or frames of another shape than the calibration
    """
    if frames.ndim != 3 or frames.shape[1:] != calibration.dark.shape:
        raise DataError(
            "frames",
            f"(frame, row, column) with {calibration.dark.shape} pixels",
            f"shape {frames.shape}",
            "reshape the signal to its instrument's rows and columns",
        )
    if frames.shape[0] % 2:
        raise DataError(
            "frames",
            "an even number of frames (short and long reads in turn)",
            f"{frames.shape[0]} frames",
            "give whole read pairs",
        )
    constants = detector_constants(calibration, adc, seconds, limits or PixelLimits(), Steps())
    return calibrate_pairs(frames, constants)


def calibrate_pairs(
    frames: NDArray[np.uint16], constants: DetectorConstants
) -> tuple[FloatArray, BoolArray]:
    """Electrons and mask of every pair, see `calibrate_frames`."""
    reads = decode(frames, constants.gain, constants.offset)
    reads = linearize(reads, constants.linear_corr)
    reads = subtract_dark(reads, constants.dark, constants.seconds)
    pairs = divide_by_flat(correlated_double_sample(reads), constants.flat, constants.bad)
    clipped = out_of_range(frames)
    return pairs, clipped[0::2] | clipped[1::2] | constants.bad


def bin_calibrated_pairs(
    pairs: FloatArray,
    mask: BoolArray,
    constants: DetectorConstants,
    cosmic_ray_sigma: float,
    lengths: tuple[int, int],
) -> tuple[FloatArray, FloatArray, int]:
    """Reject cosmic rays pixel by pixel, then average pairs into time bins.

    Parameters
    ----------
    pairs, mask : (pair, row, column) as from `calibrate_pairs`
    cosmic_ray_sigma : rejection level, infinite for none
    lengths : pairs of a cosmic-ray block, pairs of a time bin

    Returns
    -------
    mean : (time, row, column) electron / pair
    count : (time, row, column) usable samples in the bin
    rejected : samples of good pixels that were rejected, out-of-range ones included
    """
    kept = ~mask
    for row, column in zip(*np.nonzero(~constants.bad), strict=True):
        kept[:, row, column] = reject_cosmic_rays(
            pairs[:, row, column],
            kept[:, row, column],
            1.0 / float(constants.flat[row, column]),
            float(constants.floor[row, column]),
            cosmic_ray_sigma,
            lengths[0],
        )
    mean, count = bin_pairs(pairs, kept, lengths[1])
    return mean, count, int(np.count_nonzero(~kept & ~constants.bad))
