"""Each step of the reference chain against an oracle that shares no code with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectramind.detector.cds import correlated_double_sample
from spectramind.detector.cosmic_rays import block_edges, reject_cosmic_rays
from spectramind.detector.dark import subtract_dark
from spectramind.detector.decode import decode, out_of_range
from spectramind.detector.linearity import linearize, wild_coefficients
from spectramind.detector.noise import floor_variance, pair_variance
from spectramind.detector.pixel_mask import PixelFlag, PixelLimits, hot_pixels, pixel_flags
from spectramind.detector.reference import calibrate_frames
from spectramind.detector.time_binning import bin_pairs, bin_times, pair_times, pairs_within
from spectramind.errors import DataError
from spectramind.survey.adc import Adc
from spectramind.survey.axes import frame_hours
from spectramind.survey.calibration import read_calibration
from spectramind.survey.instruments import AIRS, FGS1, INSTRUMENTS

ADC = Adc(-1000.0, 0.4369)


def test_decode_undoes_the_converter_to_half_a_count() -> None:
    electrons = np.linspace(-900.0, 1.4e5, 1000)
    counts = np.floor((electrons + 1000.0) * 0.4369).astype(np.uint16)
    error = electrons - decode(counts, ADC.gain, ADC.offset)
    assert np.all((error >= -1e-9) & (error <= 1.0 / 0.4369))


def test_out_of_range_marks_both_ends() -> None:
    counts = np.array([0, 1, 65534, 65535], dtype=np.uint16)
    assert out_of_range(counts).tolist() == [True, False, False, True]


def test_linearity_is_numpys_polynomial() -> None:
    random = np.random.default_rng(1)
    coefficients = random.normal(size=(6, 3, 4)) * 10.0 ** (-4.0 * np.arange(6))[:, None, None]
    electrons = random.uniform(-50.0, 1e5, size=(7, 3, 4))
    corrected = linearize(electrons, coefficients)
    for row, column in np.ndindex(3, 4):
        oracle = np.polyval(coefficients[::-1, row, column], electrons[:, row, column])
        np.testing.assert_allclose(corrected[:, row, column], oracle, rtol=1e-12)


@pytest.mark.parametrize("name", ["AIRS-CH0", "FGS1"])
def test_wild_coefficients_on_real_calibration(shared: Path, name: str) -> None:
    folder = shared / "real" / "edge_calibration" / name
    calibration = read_calibration(folder, INSTRUMENTS[name])
    wild = wild_coefficients(calibration.linear_corr, -0.05, 0.15)
    assert np.count_nonzero(wild) < 0.002 * wild.size
    extreme = np.abs(calibration.linear_corr[0]) > 100.0
    assert np.all(wild[extreme])
    assert extreme.any() == (name == "AIRS-CH0")


def test_nan_coefficients_are_wild() -> None:
    coefficients = np.zeros((6, 1, 2))
    coefficients[1] = 1.0
    coefficients[3, 0, 1] = np.nan
    assert wild_coefficients(coefficients, -0.05, 0.15).tolist() == [[False, True]]


def test_hot_pixels_by_iterated_clipping() -> None:
    random = np.random.default_rng(2)
    dark = random.normal(0.007, 0.0014, size=(32, 356))
    # The hottest pixel hides the lukewarm one until it is clipped itself.
    dark[3, 4], dark[5, 6], dark[7, 8] = 12.0, 0.05, -0.1
    hot = hot_pixels(dark, 5.0)
    assert hot[3, 4]
    assert hot[5, 6]
    assert not hot[7, 8]
    assert np.count_nonzero(hot) <= 4


def test_flags_say_every_reason_and_can_be_switched_off(calm) -> None:
    calibration = calm(FGS1)
    calibration.dark[0, 0] = 9.0
    calibration.dead[0, 0] = True
    calibration.flat[1, 1] = -0.01
    calibration.linear_corr[2, 2, 2] = 1e-3
    arrays = calibration.dark, calibration.dead, calibration.linear_corr, calibration.flat
    flags = pixel_flags(*arrays, PixelLimits())
    assert flags[0, 0] == PixelFlag.HOT | PixelFlag.DEAD
    assert flags[1, 1] == PixelFlag.FLAT
    assert flags[2, 2] == PixelFlag.LINEARITY
    assert np.count_nonzero(flags) == 3
    only_dead = pixel_flags(*arrays, PixelLimits(None, None, None))
    assert np.argwhere(only_dead).tolist() == [[0, 0]]


def test_dark_and_cds_take_off_rate_times_elapsed_time() -> None:
    rate = np.array([[0.0, 2.0, 12.0]])
    seconds = (0.1, 4.6)
    reads = np.stack([rate * seconds[0] + 500.0, rate * seconds[1] + 500.0])
    np.testing.assert_allclose(subtract_dark(reads, rate, seconds), 500.0)
    np.testing.assert_allclose(correlated_double_sample(reads)[0], rate * 4.5)


def test_pair_variance_against_random_draws() -> None:
    random = np.random.default_rng(3)
    flux, dark, read, flat, draws = 400.0, 5.0, 13.0, 0.9, 200_000
    gathered = random.poisson(flux * flat + dark * 4.5, draws)
    noise = random.normal(0.0, read, (2, draws))
    measured = (gathered - dark * 4.5 + noise[1] - noise[0]) / flat
    arrays = (np.array(value) for value in (dark, read, flat))
    floor = floor_variance(*arrays, (0.1, 4.6))
    expected = pair_variance(np.array(measured.mean()), np.array(flat), floor)
    assert measured.var() == pytest.approx(float(expected), rel=0.015)


def forward(image: np.ndarray, calibration, seconds: tuple[float, float]) -> np.ndarray:
    """Frames that a star of `image` electron / pair leaves: the chain backwards."""
    gathered = image * calibration.flat
    rows, columns = image.shape
    frames = []
    for elapsed, light in zip(seconds, (0.2 * gathered, 1.2 * gathered), strict=True):
        true = light + calibration.dark * elapsed
        measured = true.copy()
        for _ in range(60):
            measured -= linearize(measured, calibration.linear_corr) - true
        frames.append(np.floor((measured + 1000.0) * 0.4369))
    return np.stack(frames).reshape(2, rows, columns).astype(np.uint16)


@pytest.mark.parametrize("name", ["AIRS-CH0", "FGS1"])
def test_calibrate_frames_recovers_the_light(shared: Path, name: str) -> None:
    instrument = INSTRUMENTS[name]
    folder = shared / "real" / "survey" / "train" / "342072318" / f"{name}_calibration_0"
    calibration = read_calibration(folder, instrument)
    seconds = (instrument.first_read_seconds, instrument.last_read_seconds)
    random = np.random.default_rng(4)
    image = random.uniform(0.0, 5e4, size=(instrument.rows, instrument.columns))
    usable = pixel_flags(
        calibration.dark, calibration.dead, calibration.linear_corr, calibration.flat, PixelLimits()
    )
    image[usable != 0] = 0.0
    electrons, mask = calibrate_frames(
        forward(image, calibration, seconds), calibration, ADC, seconds
    )
    assert electrons.shape == mask.shape == (1, *image.shape)
    assert np.array_equal(mask[0], usable != 0)
    error = (electrons[0] - image)[~mask[0]]
    assert np.abs(error).max() < 2.0 * 1.2 / 0.4369
    assert np.isfinite(electrons).all()


def test_calibrate_frames_refuses_half_a_pair_and_other_shapes(calm) -> None:
    frames = np.full((3, 32, 32), 500, dtype=np.uint16)
    with pytest.raises(DataError, match="even number of frames"):
        calibrate_frames(frames, calm(FGS1), ADC, (0.1, 0.2))
    with pytest.raises(DataError, match="32, 356"):
        calibrate_frames(frames[:2], calm(AIRS), ADC, (0.1, 4.6))


def test_calibrate_frames_masks_a_saturated_read_in_its_pair_only(calm) -> None:
    frames = np.full((4, 32, 32), 500, dtype=np.uint16)
    frames[3, 10, 11] = 65535
    _, mask = calibrate_frames(frames, calm(FGS1), ADC, (0.1, 0.2))
    assert np.argwhere(mask).tolist() == [[1, 10, 11]]


def test_cosmic_rays_are_found_and_nothing_else() -> None:
    random = np.random.default_rng(6)
    series = 5000.0 + 75.0 * random.normal(size=1000)
    hits = np.array([0, 17, 500, 999])
    series[hits] += np.array([900.0, 2e4, 5e4, -1e3])
    kept = reject_cosmic_rays(series, np.ones(1000, bool), 1.0, 340.0, 6.0, 50)
    assert np.flatnonzero(~kept).tolist() == hits.tolist()


def test_cosmic_rays_spare_a_pixel_that_jitters() -> None:
    random = np.random.default_rng(7)
    series = 5000.0 + 600.0 * random.normal(size=1000)
    series[400] += 1e4
    kept = reject_cosmic_rays(series, np.ones(1000, bool), 1.0, 340.0, 6.0, 50)
    assert np.flatnonzero(~kept).tolist() == [400]


def test_cosmic_rays_keep_nothing_of_an_unusable_series() -> None:
    kept = reject_cosmic_rays(np.ones(9), np.zeros(9, bool), 1.0, 1.0, 6.0, 5)
    assert not kept.any()


@given(pairs=st.integers(1, 500), length=st.integers(1, 60))
def test_blocks_cover_every_pair_once(pairs: int, length: int) -> None:
    edges = block_edges(pairs, length)
    sizes = np.diff(edges)
    assert edges[0] == 0
    assert edges[-1] == pairs
    assert np.all(sizes >= min(length, pairs))
    assert np.all(sizes < 2 * length)


def test_pair_times_stand_in_the_middle_of_the_exposure() -> None:
    airs = pair_times(frame_hours("AIRS-CH0", 3), "AIRS-CH0")
    np.testing.assert_allclose(airs * 3600.0, [2.45, 7.25, 12.05])
    fgs1 = pair_times(frame_hours("FGS1", 3), "FGS1")
    np.testing.assert_allclose(fgs1 * 3600.0, [0.25, 0.65, 1.05])


def test_bins_are_limited_in_duration() -> None:
    full = pair_times(frame_hours("AIRS-CH0", 100), "AIRS-CH0")
    assert pairs_within(full, 24.0) == 5
    assert pairs_within(full[::20], 24.0) == 1
    assert pairs_within(full[:1], 24.0) == 1


def test_bins_average_what_is_usable() -> None:
    values = np.array([[1.0], [3.0], [100.0], [5.0], [7.0]])
    kept = np.array([[True], [True], [False], [True], [True]])
    mean, count = bin_pairs(values, kept, 2)
    assert mean[:, 0].tolist() == [2.0, 5.0, 7.0]
    assert count[:, 0].tolist() == [2.0, 1.0, 1.0]
    np.testing.assert_allclose(bin_times(np.arange(5.0), 2), [0.5, 2.5, 4.0])
