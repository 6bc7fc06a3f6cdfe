from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.clock import airs_column_wavelength
from spectramind.simulator.focal_plane import (
    REFERENCE_TEMPERATURE,
    airs_electrons,
    airs_image,
    airs_profile,
    fgs1_image,
    largest_brightness,
    motion_terms,
)
from spectramind.survey.instruments import AIRS_COLUMNS


def test_levels_are_those_of_the_real_reference_star() -> None:
    level = airs_electrons(np.array([2.1, 3.9]), 1.0, REFERENCE_TEMPERATURE)
    np.testing.assert_allclose(level, [1.2e5, 4.1e3], rtol=0.08)
    assert fgs1_image(1.0, REFERENCE_TEMPERATURE)(0.0, 0.0).sum() == pytest.approx(2.7e5, rel=0.01)
    image = airs_image(1.0, REFERENCE_TEMPERATURE)(0.0, 0.0)
    assert 4e4 < image.max() < 7e4
    assert set(image[:, AIRS_COLUMNS].argmax(axis=0)) <= {15, 16}


def test_cool_stars_are_red() -> None:
    assert airs_image(1.0, 4800.0)(0, 0).sum() > airs_image(1.0, 5745.0)(0, 0).sum()
    assert fgs1_image(1.0, 4800.0)(0, 0).sum() < fgs1_image(1.0, 5745.0)(0, 0).sum()


def test_the_real_trace_and_spectrum_are_matched(shared: object) -> None:
    import polars as pl

    folder = shared / "real" / "survey" / "train" / "342072318"  # type: ignore[operator]
    frames = pl.read_parquet(folder / "AIRS-CH0_signal_0.parquet").to_numpy().astype(float)
    pairs = (frames[1::2] - frames[0::2]).reshape(-1, 32, 356) / 0.4369
    flat = pl.read_parquet(folder / "AIRS-CH0_calibration_0" / "flat.parquet").to_numpy()
    dead = pl.read_parquet(folder / "AIRS-CH0_calibration_0" / "dead.parquet").to_numpy()
    good = ~dead & (flat > 0.8)
    real = np.where(good, np.median(pairs, axis=0) / np.where(good, flat, 1.0), np.nan)
    model = np.where(good, airs_image(1.0, 4797.6)(0.0, 0.0), np.nan)
    ratio = np.nansum(real[8:24], axis=0) / np.nansum(model[8:24], axis=0)
    assert np.abs(np.median(ratio[AIRS_COLUMNS]) - 1.0) < 0.1
    assert np.std(ratio[AIRS_COLUMNS]) < 0.1
    for column in (60, 150, 240, 300):
        spans = slice(column - 5, column + 5)
        shape = [np.nansum(x[10:22, spans], axis=1) for x in (real, model)]
        shape = [s / s.sum() for s in shape]
        assert np.abs(shape[0] - shape[1]).max() < 0.04


def test_the_profile_widens_with_wavelength_and_keeps_the_light() -> None:
    profile = airs_profile(airs_column_wavelength(), 15.55)
    peak = profile.max(axis=0)
    assert np.all(np.diff(peak[AIRS_COLUMNS]) > 0)
    assert np.all(profile.sum(axis=0)[AIRS_COLUMNS] > 0.9)


def test_the_fgs1_image_is_not_round() -> None:
    image = fgs1_image(1.0, 5745.0)(0.0, 0.0)
    rows, columns = np.mgrid[:32, :32]
    share = image / image.sum()
    y, x = rows - (share * rows).sum(), columns - (share * columns).sum()
    moments = [[(share * y * y).sum(), (share * x * y).sum()]]
    moments.append([moments[0][1], (share * x * x).sum()])
    small, large = np.linalg.eigvalsh(moments)
    assert large > 1.5 * small
    assert np.count_nonzero(image > 0.01 * image.max()) > 80


@pytest.mark.parametrize("make", [airs_image, fgs1_image])
@pytest.mark.parametrize("move", [(0.05, 0.0), (0.0, -0.05), (0.03, 0.04)])
def test_motion_terms_predict_the_moved_image(make: object, move: tuple[float, float]) -> None:
    image = make(1.0, 5745.0)  # type: ignore[operator]
    dx, dy = move
    terms = motion_terms(image)
    factors = np.array([1.0, dx, dy, 0.5 * dx**2, dx * dy, 0.5 * dy**2])
    moved = image(dx, dy)
    error = np.abs(terms @ factors - moved).max()
    assert error < 4e-4 * moved.max()
    assert error < 0.1 * np.abs(moved - image(0.0, 0.0)).max()


def test_the_brightest_star_does_not_saturate() -> None:
    for temperature in (3800.0, 5745.0, 6900.0):
        image = airs_image(largest_brightness(temperature), temperature)(0.0, 0.0)
        assert image.max() < 1.1e5
