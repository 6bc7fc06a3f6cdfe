"""Raw frames and calibration files of one visit of one instrument, from its scene."""

from __future__ import annotations

import numpy as np

from spectramind.simulator.cosmic_rays import draw_cosmic_rays
from spectramind.simulator.detector_properties import calibration_files
from spectramind.simulator.difficulty import Difficulty
from spectramind.simulator.jitter import second_order
from spectramind.simulator.random_stream import stream_key
from spectramind.simulator.read_out import (
    FrameArray,
    PixelElectronics,
    PixelLight,
    ReadTiming,
    expose,
)
from spectramind.simulator.scene import Scene, channel_of_column
from spectramind.survey.adc import Adc
from spectramind.survey.calibration import Calibration
from spectramind.survey.instruments import INSTRUMENTS

_RESET_NOISE = 2.5
"""Electron; what the real short reads scatter beyond their read noise is below 4."""
_FULL_WELL = 1.3e5


def pixel_light(scene: Scene) -> PixelLight:
    """The scene pixel by pixel, seen through each pixel's response."""
    rows, columns = scene.foreground.shape
    response = scene.detector.response
    is_airs = scene.clock.name == "AIRS-CH0"
    column = np.tile(np.arange(columns), rows) if is_airs else np.zeros(rows * columns, np.int64)
    star = scene.star[channel_of_column()] if is_airs else scene.star
    return PixelLight(
        shape=(scene.image * response[..., None]).reshape(-1, 6),
        constant=(scene.foreground * response + scene.detector.dark).ravel(),
        column=column,
        star=np.ascontiguousarray(star),
        jitter=second_order(scene.pointing),
        gain=scene.gain,
    )


def expose_scene(
    scene: Scene, entropy: tuple[int, ...], adc: Adc, difficulty: Difficulty
) -> tuple[FrameArray, Calibration]:
    """Read out a scene.

    Parameters
    ----------
    entropy : integers that name the scene; noise depends on them and on the pixel only

    Returns
    -------
    frames : (pixel, frame) uint16, short and long read in turn
    calibration : what the calibration folder of this visit says
    """
    rng = np.random.default_rng((*entropy, 1))
    clock, detector = scene.clock, scene.detector
    instrument = INSTRUMENTS[clock.name]
    timing = ReadTiming(clock.first_seconds, clock.rest_seconds)
    frames = expose(
        pixel_light(scene),
        PixelElectronics(
            linearity=np.ascontiguousarray(detector.linearity.reshape(6, -1).T),
            read=detector.read.ravel(),
            dead=detector.dead.ravel(),
            reset=_RESET_NOISE,
            full_well=_FULL_WELL,
        ),
        draw_cosmic_rays(rng, instrument, clock.pairs.size, timing, difficulty.cosmic_rate),
        timing,
        (adc.offset, adc.gain),
        stream_key(*entropy, 2),
    )
    return frames, calibration_files(rng, detector, difficulty.calibration_error)
