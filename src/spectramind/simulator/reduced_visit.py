"""Light curves of one visit without its frames: the scene with the noise that frames would leave.

The weights are those of the detector stage, from the true image and the calibration files. Each
channel then gets what those weights let through: photon and read noise, the share of jitter that
shifts light across the weights, and the gain drift. Left out, because the detector stage removes
them to well below the noise: cosmic rays, non-linearity, the error of the foreground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spectramind.detector.detector_constants import DetectorConstants
from spectramind.detector.light_curves import LightCurve
from spectramind.detector.noise import pair_variance
from spectramind.detector.profile import profile_weights, spatial_profile
from spectramind.detector.time_binning import bin_pairs, bin_times, pairs_within
from spectramind.detector.windows import PixelWindow
from spectramind.simulator.jitter import second_order
from spectramind.simulator.scene import Scene
from spectramind.survey.instruments import AIRS_COLUMNS

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Reduction:
    """Choices of the detector stage that the light curves follow.

    weights            of the pixels: "profile" or "sum"
    bin_seconds        length of a time bin
    skip_last_pairs    pairs left out at the end of the visit
    """

    weights: Literal["profile", "sum"]
    bin_seconds: float
    skip_last_pairs: int


def _channel_response(
    scene: Scene, window: PixelWindow, constants: DetectorConstants, kind: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What the extraction makes of the scene.

    Returns
    -------
    level : (channel, 6) electron / pair of the star's image and its derivatives
    photon, floor : (channel,) variance of a pair that scales with starlight, and the rest
    """
    seconds = scene.clock.rest_seconds
    flat, floor = constants.flat.ravel()[window.star], constants.floor.ravel()[window.star]
    # Wrong flats leave this behind; it turns motion of the image into changes of the flux.
    seen = scene.detector.response.ravel()[window.star] / flat
    terms = scene.image.reshape(-1, 6)[window.star] * (seconds * seen)[..., None]
    dim = scene.foreground.ravel()[window.star] * seconds * seen
    good = ~constants.bad.ravel()[window.star]
    profile = spatial_profile(terms[..., 0], good, window.shape)
    still, floor = terms[..., 0] / flat, floor + dim / flat
    weights = good.astype(np.float64)
    if kind == "profile":
        weights *= profile_weights(profile, pair_variance(terms[..., 0], flat, floor))
    share = (weights * profile).sum(axis=0)
    level = np.einsum("pc,pck->ck", weights, terms) / share[:, None]
    photon = (weights**2 * still).sum(axis=0) / share**2
    return level, photon, (weights**2 * floor).sum(axis=0) / share**2


@dataclass(frozen=True)
class ExpectedLight:
    """A light curve before its noise.

    time       (bin,) hour
    flux       (bin, channel) electron / pair
    variance   (bin, channel) of the noise that a visit adds
    per_bin    pairs in a bin
    """

    time: FloatArray
    flux: FloatArray
    variance: FloatArray
    per_bin: int


def expected_light(
    scene: Scene, window: PixelWindow, constants: DetectorConstants, reduction: Reduction
) -> ExpectedLight:
    """Light curve of one instrument as it would be without noise.

    Parameters
    ----------
    window : pixels of the extraction
    constants : of this visit's calibration files
    """
    used = max(1, scene.clock.pairs.size - reduction.skip_last_pairs)
    hours = scene.clock.light_hours[:used]
    per_bin = pairs_within(hours, reduction.bin_seconds)
    level, photon, floor = _channel_response(scene, window, constants, reduction.weights)
    gain = scene.gain[AIRS_COLUMNS][::-1] if scene.gain.shape[0] > 1 else scene.gain
    light = level[:, 1:] @ second_order(scene.pointing)
    light += level[:, :1]
    light *= scene.star
    light *= gain
    kept = np.ones((used, 1), dtype=np.bool_)
    clean, count = bin_pairs(light[:, :used].T, kept, per_bin)
    variance = (photon * clean / level[:, 0] + floor) / count
    return ExpectedLight(bin_times(hours, per_bin), clean, variance, per_bin)


def reduce_scene(
    rng: np.random.Generator,
    scene: Scene,
    window: PixelWindow,
    constants: DetectorConstants,
    wavelength: FloatArray,
    reduction: Reduction,
) -> LightCurve:
    """Light curve of one instrument.

    Parameters
    ----------
    window : pixels of the extraction
    constants : of this visit's calibration files
    wavelength : (channel,) micrometre
    """
    light = expected_light(scene, window, constants, reduction)
    flux = light.flux + np.sqrt(light.variance) * rng.standard_normal(light.flux.shape)
    return LightCurve(
        scene.clock.name,
        light.time,
        wavelength,
        flux,
        light.variance,
        ~np.isfinite(flux),
        light.per_bin,
    )
