"""From binned pixels to fluxes: foreground, profile, weights and extraction in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.foreground import foreground_drift, foreground_level
from spectramind.detector.fused_extraction import extract_fused
from spectramind.detector.light_curves import BoolArray, FloatArray
from spectramind.detector.noise import pair_variance
from spectramind.detector.profile import profile_weights, spatial_profile
from spectramind.detector.window_sums import filled_bins
from spectramind.detector.windows import PixelWindow


@dataclass(frozen=True)
class Extraction:
    """The choices of the extraction.

    weights           "profile" for least variance, "sum" for the same weight everywhere
    foreground        "none", "constant" over the visit, or "smooth" in time
    foreground_bins   width of the running mean of a smooth foreground
    """

    weights: Literal["profile", "sum"]
    foreground: Literal["none", "constant", "smooth"]
    foreground_bins: int


@dataclass(frozen=True)
class ExtractedWindow:
    """Flux [electron / pair], its variance and mask, foreground [electron / pixel / pair].

    All (channel, time).
    """

    flux: FloatArray
    variance: FloatArray
    mask: BoolArray
    foreground: FloatArray


def foreground_series(binned: BinnedWindow, choice: Extraction) -> FloatArray:
    """(channel, time) electron / pixel / pair, see `foreground`."""
    channels, bins = binned.star.shape[1:]
    if choice.foreground == "none":
        return np.zeros((channels, bins))
    level = foreground_level(binned.background, binned.background_count)
    drift = np.ones(bins)
    if choice.foreground == "smooth":
        drift = foreground_drift(binned.background, binned.background_count, choice.foreground_bins)
    return level[:, None] * drift


def pixel_weighting(
    binned: BinnedWindow,
    foreground: FloatArray,
    window: PixelWindow,
    constants: DetectorConstants,
    choice: Extraction,
) -> tuple[FloatArray, FloatArray]:
    """Profile and weights, each (pixel, channel), from the visit's own mean image."""
    filled = filled_bins(binned.star_count)
    good = filled > 0
    level = binned.star.sum(axis=2) / np.maximum(filled, 1)
    dim = foreground.mean(axis=1)
    profile = spatial_profile(level - dim, good, window.shape)
    if choice.weights == "sum":
        return profile, np.ones_like(profile)
    # The level that the profile expects, also where the pixel itself is bad.
    light = np.where(good, level - dim, 0.0).sum(axis=0)
    share = np.where(good, profile, 0.0).sum(axis=0)
    expected = profile * light / np.maximum(share, np.finfo(np.float64).tiny) + dim
    flat, floor = constants.flat.ravel()[window.star], constants.floor.ravel()[window.star]
    return profile, profile_weights(profile, pair_variance(expected, flat, floor))


def extract_window(
    binned: BinnedWindow, window: PixelWindow, constants: DetectorConstants, choice: Extraction
) -> ExtractedWindow:
    """Fluxes of every channel and time bin."""
    foreground = foreground_series(binned, choice)
    profile, weights = pixel_weighting(binned, foreground, window, constants, choice)
    pixels = np.stack(
        [
            profile,
            weights,
            1.0 / constants.flat.ravel()[window.star],
            constants.floor.ravel()[window.star],
        ],
        axis=-1,
    )
    flux, variance, mask = extract_fused(binned.star, binned.star_count, foreground, pixels)
    return ExtractedWindow(flux, variance, mask, foreground)
