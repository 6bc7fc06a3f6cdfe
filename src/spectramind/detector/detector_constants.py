"""Everything about one detector that stays the same during a visit, ready for the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.noise import floor_variance
from spectramind.detector.pixel_mask import PixelFlag, PixelLimits, pixel_flags
from spectramind.survey.adc import Adc
from spectramind.survey.calibration import Calibration


@dataclass(frozen=True)
class Steps:
    """Which corrections are applied; a step that is not leaves the samples as they are."""

    linearity: bool = True
    dark: bool = True
    flat: bool = True


@dataclass(frozen=True)
class DetectorConstants:
    """Calibration of one detector with switched-off steps replaced by the identity.

    linear_corr    (6, row, column) coefficient of x^k
    dark           (row, column) electron / s
    flat           (row, column) relative response, 1 at bad pixels
    floor          (row, column) (electron / pair)^2, variance of a pair without light
    flags          (row, column) OR of `PixelFlag`
    gain, offset   ADU / electron and electron
    seconds        time since reset of the short and the long read, s
    """

    linear_corr: FloatArray
    dark: FloatArray
    flat: FloatArray
    floor: FloatArray
    flags: NDArray[np.uint8]
    gain: float
    offset: float
    seconds: tuple[float, float]

    @property
    def bad(self) -> BoolArray:
        """(row, column) True where the pixel is not used."""
        return np.asarray(self.flags != 0)


def unknown_pixels(calibration: Calibration) -> BoolArray:
    """(row, column) True where a calibration file holds no number."""
    known = np.isfinite(calibration.linear_corr).all(axis=0)
    for values in (calibration.dark, calibration.flat, calibration.read):
        known &= np.isfinite(values)
    return np.asarray(~known)


def _without_gaps(calibration: Calibration, unknown: BoolArray) -> Calibration:
    """The calibration with those of an ideal pixel where it holds no number."""
    linear_corr = calibration.linear_corr.copy()
    linear_corr[:, unknown] = 0.0
    linear_corr[1, unknown] = 1.0
    return replace(
        calibration,
        dark=np.where(unknown, np.nanmedian(calibration.dark), calibration.dark),
        flat=np.where(unknown, 1.0, calibration.flat),
        read=np.where(unknown, np.nanmedian(calibration.read), calibration.read),
        linear_corr=linear_corr,
    )


def detector_constants(
    calibration: Calibration,
    adc: Adc,
    seconds: tuple[float, float],
    limits: PixelLimits,
    steps: Steps,
) -> DetectorConstants:
    """Find the bad pixels of a calibration set and prepare it for `steps`.

    A check belongs to its step: without the flat, a strange flat value makes no pixel bad. A pixel
    without a number is bad whatever the steps, and gets numbers that harm no sum.
    """
    unknown = unknown_pixels(calibration)
    calibration = _without_gaps(calibration, unknown)
    limits = PixelLimits(
        limits.hot_sigma,
        limits.linearity_range if steps.linearity else None,
        limits.flat_range if steps.flat else None,
    )
    linear_corr = np.asarray(calibration.linear_corr, dtype=np.float64)
    flags = pixel_flags(calibration.dark, calibration.dead, linear_corr, calibration.flat, limits)
    flags[unknown] |= np.uint8(PixelFlag.UNKNOWN)
    if not steps.linearity:
        linear_corr = np.zeros_like(linear_corr)
        linear_corr[1] = 1.0
    dark = calibration.dark if steps.dark else np.zeros_like(calibration.dark)
    flat = np.where(flags != 0, 1.0, calibration.flat) if steps.flat else np.ones_like(dark)
    floor = floor_variance(calibration.dark, calibration.read, flat, seconds)
    return DetectorConstants(linear_corr, dark, flat, floor, flags, adc.gain, adc.offset, seconds)
