"""The fused kernel against the reference chain, on real calibration and real frames."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spectramind.detector.binned_window import Cadence, bin_window, good_pixels
from spectramind.detector.detector_constants import Steps, detector_constants
from spectramind.detector.extract_window import (
    Extraction,
    extract_window,
    foreground_series,
    pixel_weighting,
)
from spectramind.detector.extraction import extract
from spectramind.detector.pixel_mask import PixelLimits
from spectramind.detector.reference import bin_calibrated_pairs, calibrate_pairs
from spectramind.detector.windows import PixelWindow, airs_window, fgs1_window
from spectramind.survey.adc import Adc
from spectramind.survey.calibration import Calibration, read_calibration
from spectramind.survey.instruments import AIRS, INSTRUMENTS, Instrument

ADC = Adc(-1000.0, 0.4369)
CASES = [
    ("real/survey/train/342072318/{}_calibration_0", "real/survey/train/342072318/{}_signal_0"),
    ("real/edge_calibration/{}", "real/survey/train/342072318/{}_signal_0"),
    ("sample_survey/train/10500000/{}_calibration_0", "sample_survey/train/10500000/{}_signal_0"),
]


def window_of(instrument: Instrument) -> PixelWindow:
    if instrument is AIRS:
        return airs_window((8, 24), ((0, 4), (28, 32)))
    return fgs1_window((8, 24), (8, 24), ((0, 2), (30, 32)))


def both_ways(
    frames: np.ndarray, instrument: Instrument, calibration: Calibration, cadence, limits
):
    """Reference (mean, count) on the star window, and the fused bins."""
    seconds = (instrument.first_read_seconds, instrument.last_read_seconds)
    constants = detector_constants(calibration, ADC, seconds, limits, Steps())
    window = window_of(instrument)
    used = frames[: 2 * cadence.pairs].reshape(-1, instrument.rows, instrument.columns)
    pairs, mask = calibrate_pairs(used, constants)
    mean, count, _ = bin_calibrated_pairs(
        pairs, mask, constants, cadence.sigma, (cadence.block, cadence.per_bin)
    )
    pixels = good_pixels(window, constants)
    columns = ((k, np.ascontiguousarray(frames[:, pixel])) for k, pixel in enumerate(pixels))
    fused = bin_window(columns, pixels, window, constants, cadence)
    flat_mean, flat_count = (array.reshape(len(array), -1) for array in (mean, count))
    reference = tuple(
        np.moveaxis(array[:, index], 0, -1)
        for index in (window.star, window.background)
        for array in (flat_mean, flat_count)
    )
    return reference, fused, constants, window


@pytest.mark.parametrize("limits", [PixelLimits(), PixelLimits(hot_sigma=None)])
@pytest.mark.parametrize("name", ["AIRS-CH0", "FGS1"])
@pytest.mark.parametrize(("calibration", "signal"), CASES)
def test_fused_equals_reference(
    shared: Path, calibration: str, signal: str, name: str, limits: PixelLimits
) -> None:
    instrument = INSTRUMENTS[name]
    frames = pl.read_parquet(shared / f"{signal.format(name)}.parquet").to_numpy()[:150]
    # Hits of all sizes, and reads at both ends of the converter's range.
    random = np.random.default_rng(9)
    frames = frames.copy()
    hits = tuple(random.integers(0, size, 3000) for size in frames.shape)
    frames[hits] = np.minimum(frames[hits] + random.integers(1, 9000, 3000), 65535)
    frames[random.integers(0, len(frames), 50), random.integers(0, instrument.pixels, 50)] = 65535
    frames[random.integers(0, len(frames), 50), random.integers(0, instrument.pixels, 50)] = 0
    cadence = Cadence(len(frames) // 2 - 1, 5, 10, 6.0)
    reference, fused, constants, window = both_ways(
        frames, instrument, read_calibration(shared / calibration.format(name), instrument),
        cadence, limits,
    )  # fmt: skip
    star, star_count, background, background_count = reference
    assert np.array_equal(fused.star_count, star_count)
    assert np.array_equal(fused.background_count, background_count)
    np.testing.assert_allclose(
        fused.star, np.where(star_count > 0, star, 0.0), rtol=1e-5, atol=1e-6
    )
    dim = np.where(background_count > 0, background, 0.0)
    np.testing.assert_allclose(fused.background, dim, rtol=1e-5, atol=1e-6)
    assert fused.rejected > 0
    for weights in ("profile", "sum"):
        choice = Extraction(weights, "separated")
        result = extract_window(fused, window, constants, choice)
        foreground = foreground_series(fused, choice)
        weighting = pixel_weighting(fused, foreground, window, constants, choice)
        response = (constants.flat.ravel()[window.star], constants.floor.ravel()[window.star])
        flux, variance, mask = extract(star, star_count, foreground, weighting, response)
        assert np.array_equal(result.mask, mask)
        np.testing.assert_allclose(result.flux[~mask], flux[~mask], rtol=1e-5)
        np.testing.assert_allclose(result.variance[~mask], variance[~mask], rtol=1e-5)
        assert np.isnan(result.flux[mask]).all()
        assert np.isinf(result.variance[mask]).all()


@pytest.mark.parametrize("per_bin", [1, 3, 50])
@pytest.mark.parametrize("sigma", [2.0, math.inf])
def test_fused_equals_reference_at_odd_lengths(calm, per_bin: int, sigma: float) -> None:
    instrument = INSTRUMENTS["FGS1"]
    random = np.random.default_rng(10)
    frames = random.normal(2000.0, 20.0, size=(2 * 53, instrument.pixels)).astype(np.uint16)
    frames[1::2] += 3000
    reference, fused, _, _ = both_ways(
        frames, instrument, calm(instrument), Cadence(53, per_bin, 7, sigma), PixelLimits()
    )
    assert np.array_equal(fused.star_count, reference[1])
    np.testing.assert_allclose(fused.star, reference[0], rtol=1e-9)
    assert (fused.rejected == 0) == math.isinf(sigma)
