"""From binned pixels to fluxes: foreground, profile, weights and extraction in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spectramind.detector.binned_window import BinnedWindow
from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.foreground import (
    foreground_level,
    light_beside_the_star,
    white_series,
)
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
    foreground        "none", "constant" for all light on the dim pixels of each channel, or
                      "separated" for what of it is not the star's, the same in all channels
    """

    weights: Literal["profile", "sum"]
    foreground: Literal["none", "constant", "separated"]


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
    level = np.zeros(binned.star.shape[1])
    if choice.foreground == "constant":
        level = foreground_level(binned.background, binned.background_count)
    elif choice.foreground == "separated":
        dim = white_series(binned.background, binned.background_count)
        star = white_series(binned.star, binned.star_count)
        if dim is not None and star is not None:
            level += light_beside_the_star(dim, star)
    return np.repeat(level[:, None], binned.star.shape[2], axis=1)


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
