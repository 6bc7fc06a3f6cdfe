from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from spectramind.detector import calibrate_frames
from spectramind.simulator.random_stream import stream_key
from spectramind.simulator.read_out import (
    CosmicRays,
    PixelElectronics,
    PixelLight,
    ReadTiming,
    expose,
    measure,
)
from spectramind.survey.adc import Adc
from spectramind.survey.calibration import Calibration

PAIRS = 4000
RATES = np.array([0.5, 5.0, 400.0, 8000.0])
LINEARITY = np.array([0.14, 1.0, 5.2e-8, 1.22e-11, -5.7e-17, 1.1e-22])
TIMING = ReadTiming(0.1, 4.5)
ADC = (-1000.0, 0.4369)


def _light(rates: np.ndarray = RATES) -> PixelLight:
    shape = np.zeros((rates.size, 6))
    shape[:, 0] = rates
    return PixelLight(
        shape=shape,
        constant=np.zeros(rates.size),
        column=np.zeros(rates.size, np.int64),
        star=np.ones((1, PAIRS)),
        jitter=np.zeros((5, PAIRS)),
        gain=np.ones((1, PAIRS)),
    )


def _electronics(pixels: int = RATES.size) -> PixelElectronics:
    return PixelElectronics(
        linearity=np.tile(LINEARITY, (pixels, 1)),
        read=np.full(pixels, 13.0),
        dead=np.zeros(pixels, np.bool_),
        reset=2.0,
        full_well=1.3e5,
    )


def _no_hits(pixels: int = RATES.size) -> CosmicRays:
    empty = np.zeros(0, np.int64)
    return CosmicRays(np.zeros(pixels + 1, np.int64), empty, np.zeros(0, np.bool_), np.zeros(0))


def _electrons(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    electrons = (frames + 0.5) / ADC[1] + ADC[0]
    return electrons[:, 0::2], electrons[:, 1::2]


@pytest.mark.parametrize("scale", [50.0, 9e3, 6e4, 1.25e5])
def test_measure_inverts_the_correction_polynomial(scale: float) -> None:
    true = np.linspace(-50.0, scale, 7)
    measured = true.copy()
    measure(measured, LINEARITY, 1e9)
    for value, x in zip(true, measured, strict=True):
        root = brentq(lambda y, v=value: np.polyval(LINEARITY[::-1], y) - v, -200.0, 2e5)
        assert x == pytest.approx(root, abs=0.01)


def test_the_detector_stage_recovers_what_was_exposed() -> None:
    frames = expose(_light(), _electronics(), _no_hits(), TIMING, ADC, stream_key(1))
    ones = np.ones((1, RATES.size))
    calibration = Calibration(
        dark=0.0 * ones,
        dead=ones < 0,
        flat=ones,
        read=13.0 * ones,
        linear_corr=np.tile(LINEARITY[:, None, None], (1, 1, RATES.size)),
    )
    cube = frames.T.reshape(2 * PAIRS, 1, RATES.size)
    pairs, mask = calibrate_frames(cube, calibration, Adc(*ADC), (0.1, 4.6))
    assert not mask[..., :3].any()
    expected = RATES * 4.5
    noise = np.sqrt((expected + 2 * 169.0) / PAIRS)
    np.testing.assert_array_less(np.abs(pairs[:, 0].mean(axis=0) - expected), 5 * noise)


def test_noise_is_that_of_photons_two_reads_and_digitisation() -> None:
    electronics = _electronics()
    linear = np.tile([0.0, 1.0, 0.0, 0.0, 0.0, 0.0], (RATES.size, 1))
    frames = expose(
        _light(), replace(electronics, linearity=linear), _no_hits(), TIMING, ADC, stream_key(2)
    )
    short, long = _electrons(frames)
    digits = (1 / ADC[1]) ** 2 / 12
    expected = RATES * 4.5 + 2 * (169.0 + digits)
    np.testing.assert_allclose((long - short).var(axis=1), expected, rtol=0.12)
    np.testing.assert_allclose(short.var(axis=1), RATES * 0.1 + 4 + 169.0 + digits, rtol=0.12)


def test_dead_saturated_and_clipped_pixels() -> None:
    rates = np.array([500.0, 1e5, 500.0])
    electronics = replace(_electronics(3), dead=np.array([True, False, False]))
    frames = expose(_light(rates), electronics, _no_hits(3), TIMING, ADC, stream_key(3))
    short, long = _electrons(frames)
    assert np.abs((long - short)[0].mean()) < 2.0
    assert long[1].mean() == pytest.approx(1.3e5, abs=2.0)
    clipped = expose(
        _light(rates), electronics, _no_hits(3), TIMING, (-1000.0, 10.0), stream_key(3)
    )
    assert clipped[1, 1::2].min() == 65535


def test_a_hit_before_the_short_read_is_in_both_reads() -> None:
    hits = CosmicRays(
        start=np.array([0, 2, 2, 2, 2]),
        pair=np.array([10, 20]),
        early=np.array([True, False]),
        electrons=np.array([5000.0, 5000.0]),
    )
    with_hits = expose(_light(), _electronics(), hits, TIMING, ADC, stream_key(4)).astype(float)
    without = expose(_light(), _electronics(), _no_hits(), TIMING, ADC, stream_key(4))
    added = (with_hits - without)[0] / ADC[1]
    assert np.flatnonzero(added).tolist() == [20, 21, 41]
    np.testing.assert_allclose(added[[20, 21, 41]], 5000.0, rtol=0.01)


def test_transit_jitter_and_gain_act_on_the_star_alone() -> None:
    light = _light(np.full(2, 4000.0))
    light.shape[1] = 0.0
    light.constant[1] = 4000.0
    light.shape[0, 1] = 400.0
    half = np.arange(PAIRS) >= PAIRS // 2
    light.star[0, half] = 0.9
    light.jitter[0, half] = 0.5
    light.gain[0, half] = 1.01
    linear = np.tile([0.0, 1.0, 0.0, 0.0, 0.0, 0.0], (2, 1))
    frames = expose(
        light, replace(_electronics(2), linearity=linear), _no_hits(2), TIMING, ADC, stream_key(5)
    )
    short, long = _electrons(frames)
    pairs = long - short
    ratio = pairs[:, half].mean(axis=1) / pairs[:, ~half].mean(axis=1)
    np.testing.assert_allclose(ratio, [0.9 * 1.05 * 1.01, 1.01], atol=1e-3)
