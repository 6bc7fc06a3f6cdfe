"""From light on the focal plane to digital frames: the detector chain, pixel by pixel.

Order (ExoSim 2, as identified from the real frames): star + foreground + dark -> Poisson ->
cosmic rays -> accumulation up the ramp -> reset noise -> dead pixels -> non-linearity ->
saturation -> read noise -> gain drift -> ADC. Pixels are written one after the other because the
signal files are columnar: each pixel is one column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectramind.jit import kernel
from spectramind.simulator.random_stream import (
    POISSON_BY_INVERSION,
    draw_normals,
    poisson,
    start_stream,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
UIntArray = NDArray[np.uint64]
FrameArray = NDArray[np.uint16]

ReadNoise = tuple[float, float, float]
"""Seconds before the short read, seconds between the reads, reset noise in electrons."""


@dataclass(frozen=True)
class PixelLight:
    """What falls on each pixel and how it changes; `column` sends a pixel to its row of `star`.

    shape      (pixel, 6) electron / s: the star's image and its derivatives along x, y, xx, xy, yy
    constant   (pixel,) electron / s of foreground and dark current
    column     (pixel,) index into the first axis of `star` and `gain`
    star       (column, pair) relative light of the star
    jitter     (5, pair) dx, dy, dx^2 / 2, dx dy, dy^2 / 2 in pixels
    gain       (column, pair) gain drift
    """

    shape: FloatArray
    constant: FloatArray
    column: IntArray
    star: FloatArray
    jitter: FloatArray
    gain: FloatArray


@dataclass(frozen=True)
class PixelElectronics:
    """What each pixel does to its electrons.

    linearity   (pixel, 6) coefficients: true electrons = sum_k linearity[k] measured^k
    read        (pixel,) electron, rms of one read
    dead        (pixel,)
    reset       electron, rms of the reset noise of one ramp
    full_well   electron, measured, at which a pixel saturates
    """

    linearity: FloatArray
    read: FloatArray
    dead: BoolArray
    reset: float
    full_well: float


@dataclass(frozen=True)
class CosmicRays:
    """Hits sorted by pixel, then by pair.

    start       (pixel + 1,) hits of pixel p are start[p]:start[p + 1]
    pair        (hit,) read pair
    early       (hit,) True before the short read, so that it is in both reads
    electrons   (hit,)
    """

    start: IntArray
    pair: IntArray
    early: BoolArray
    electrons: FloatArray


@dataclass(frozen=True)
class ReadTiming:
    """Seconds of light before the short read, and between the short and the long one."""

    first: float
    rest: float


@kernel
def _accumulate(
    ramp: FloatArray, z: FloatArray, rate: FloatArray, electronics: ReadNoise, state: UIntArray
) -> None:
    """Electrons at the short and the long read, (2, pair), from deviates z (4, pair).

    Reset noise and the few photons before the short read are drawn together, as one deviate
    with the variance and the third cumulant of their sum.
    """
    first, rest, reset = electronics
    for pair in range(rate.size):
        mean = rate[pair] * first
        variance = mean + reset * reset
        skew = mean / (6.0 * variance)
        ramp[0, pair] = mean + math.sqrt(variance) * z[0, pair] + skew * (z[0, pair] ** 2 - 1.0)
    if rate.min() * rest < POISSON_BY_INVERSION:
        for pair in range(rate.size):
            ramp[1, pair] = ramp[0, pair] + poisson(state, rate[pair] * rest)
    else:
        for pair in range(rate.size):
            mean = rate[pair] * rest
            more = mean + math.sqrt(mean) * z[1, pair] + (z[1, pair] ** 2 - 1.0) / 6.0
            ramp[1, pair] = ramp[0, pair] + more


@kernel
def measure(electrons: FloatArray, c: FloatArray, full_well: float) -> None:
    """Replace true by measured electrons: solve sum_k c[k] x^k = true, then saturate.

    Newton's method from the linear part; its error falls from 17 e- to below 0.001 in one step
    at 1e4 e-, and in four steps at saturation.
    """
    start = 1.0 / c[1]
    steps = 1 if electrons.max() < 1e4 else 4
    for i in range(electrons.size):
        true = electrons[i]
        x = (true - c[0]) * start
        for _ in range(steps):
            value = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))))
            slope = c[1] + x * (2 * c[2] + x * (3 * c[3] + x * (4 * c[4] + x * 5 * c[5])))
            x -= (value - true) / slope
        electrons[i] = min(x, full_well)


@kernel
def _digitise(
    frames: FrameArray,
    ramp: FloatArray,
    z: FloatArray,
    gain: FloatArray,
    electronics: tuple[float, float, float],
) -> None:
    """Read noise, gain drift and ADC; frames (2 * pair,) in the order short, long."""
    noise, adc_offset, adc_gain = electronics
    for pair in range(gain.size):
        for read in range(2):
            electrons = (ramp[read, pair] + noise * z[2 + read, pair]) * gain[pair]
            units = (electrons - adc_offset) * adc_gain
            # Truncation is the floor here, since negative values are clipped first.
            frames[2 * pair + read] = np.uint16(np.int32(min(max(units, 0.0), 65535.0)))


@kernel
def _expose(
    frames: FrameArray,
    key: np.uint64,
    light: tuple[FloatArray, FloatArray, IntArray, FloatArray, FloatArray, FloatArray],
    electronics: tuple[FloatArray, FloatArray, BoolArray, float, float],
    cosmic: tuple[IntArray, IntArray, BoolArray, FloatArray],
    constants: tuple[float, float, float, float],
) -> None:
    shape, constant, column, star, jitter, drift = light
    linearity, read, dead, reset, full_well = electronics
    hit_start, hit_pair, hit_early, hit_electrons = cosmic
    first, rest, adc_offset, adc_gain = constants
    pairs = star.shape[1]
    z, ramp, rate = np.empty((4, pairs)), np.empty((2, pairs)), np.empty(pairs)
    for pixel in range(frames.shape[0]):
        state = start_stream(key, pixel)
        draw_normals(state, z)
        s, curve = shape[pixel], star[column[pixel]]
        for pair in range(pairs):
            moved = s[0] + s[1] * jitter[0, pair] + s[2] * jitter[1, pair]
            moved += s[3] * jitter[2, pair] + s[4] * jitter[3, pair] + s[5] * jitter[4, pair]
            rate[pair] = max(constant[pixel] + curve[pair] * moved, 0.0)
        _accumulate(ramp, z, rate, (first, rest, reset), state)
        for hit in range(hit_start[pixel], hit_start[pixel + 1]):
            ramp[1, hit_pair[hit]] += hit_electrons[hit]
            if hit_early[hit]:
                ramp[0, hit_pair[hit]] += hit_electrons[hit]
        if dead[pixel]:
            ramp[:] = 0.0
        else:
            measure(ramp[0], linearity[pixel], full_well)
            measure(ramp[1], linearity[pixel], full_well)
        _digitise(frames[pixel], ramp, z, drift[column[pixel]], (read[pixel], adc_offset, adc_gain))


def expose(
    light: PixelLight,
    electronics: PixelElectronics,
    cosmic: CosmicRays,
    timing: ReadTiming,
    adc: tuple[float, float],
    key: np.uint64,
) -> FrameArray:
    """Read out one visit of one instrument.

    Parameters
    ----------
    adc : offset in electrons and gain in digital units per electron
    key : of the family of random streams of this visit and instrument

    Returns
    -------
    (pixel, frame) uint16, frames in the order short read, long read of each pair
    """
    pixels, pairs = light.shape.shape[0], light.star.shape[1]
    frames = np.empty((pixels, 2 * pairs), np.uint16)
    _expose(
        frames,
        key,
        (light.shape, light.constant, light.column, light.star, light.jitter, light.gain),
        (
            electronics.linearity,
            electronics.read,
            electronics.dead,
            electronics.reset,
            electronics.full_well,
        ),
        (cosmic.start, cosmic.pair, cosmic.early, cosmic.electrons),
        (timing.first, timing.rest, adc[0], adc[1]),
    )
    return frames
