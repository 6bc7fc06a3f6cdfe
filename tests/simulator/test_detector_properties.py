from __future__ import annotations

import numpy as np
import pytest

from spectramind.simulator.detector_properties import calibration_files, draw_detector
from spectramind.survey.instruments import AIRS, FGS1, Instrument

MEASURED = np.array([1e4, 3e4, 5e4, 7e4, 1e5])


def _correction(linearity: np.ndarray) -> np.ndarray:
    """(level, pixel) relative correction at the measured levels of the facts."""
    flat = linearity.reshape(6, -1)
    return np.stack([(flat * x ** np.arange(6)[:, None]).sum(axis=0) / x - 1 for x in MEASURED])


@pytest.mark.parametrize(
    ("instrument", "percent"),
    [(AIRS, [0.17, 1.11, 2.68, 4.68, 8.2]), (FGS1, [0.09, 0.68, 1.70, 3.03, 5.4])],
)
def test_linearity_is_the_measured_one(instrument: Instrument, percent: list[float]) -> None:
    detector = draw_detector(np.random.default_rng(1), instrument)
    correction = _correction(detector.linearity)
    np.testing.assert_allclose(
        100 * np.median(correction, axis=1), percent, atol=5 * 0.7 / np.sqrt(instrument.pixels)
    )
    assert detector.linearity[1].std() == pytest.approx(0.005, rel=0.1)


def test_maps_follow_the_measured_distributions() -> None:
    rng = np.random.default_rng(2)
    detectors = [draw_detector(rng, AIRS) for _ in range(5)]
    dark = np.concatenate([d.dark.ravel() for d in detectors])
    np.testing.assert_allclose(
        np.percentile(dark, [16, 50, 84]), [0.0056, 0.00695, 0.0082], rtol=0.03
    )
    assert 1.0 < dark.max() <= 12.0
    read = np.concatenate([d.read.ravel() for d in detectors])
    assert np.median(read) == pytest.approx(12.9, rel=0.01)
    assert np.percentile(read, 99) == pytest.approx(30, rel=0.1)
    assert 100 < read.max() <= 278
    assert np.mean([d.dead.mean() for d in detectors]) == pytest.approx(0.0018, rel=0.25)
    for d in detectors:
        sound = d.response[d.response > 0.5]
        assert 0.95 < np.median(sound) < 1.05
        assert sound.std() == pytest.approx(0.0125, rel=0.1)
        assert np.count_nonzero(d.response < 0.1) > 0


def test_nominal_files_are_exact_but_for_wild_linearity() -> None:
    rng = np.random.default_rng(3)
    truth = draw_detector(rng, AIRS)
    files = calibration_files(rng, truth, 0.0)
    np.testing.assert_array_equal(files.dark, truth.dark)
    np.testing.assert_array_equal(files.flat, truth.response)
    wild = np.any(files.linear_corr != truth.linearity, axis=0)
    assert 2 <= np.count_nonzero(wild) <= 60
    assert np.abs(_correction(files.linear_corr)).max() > 0.15


def test_hard_files_are_wrong_by_what_was_asked() -> None:
    rng = np.random.default_rng(4)
    truth = draw_detector(rng, AIRS)
    files = calibration_files(rng, truth, 0.02)
    error = files.flat[truth.response > 0.5] / truth.response[truth.response > 0.5] - 1
    assert error.std() == pytest.approx(0.02, rel=0.05)


def test_real_calibration_files_look_the_same(shared: object) -> None:
    import polars as pl

    folder = shared / "real" / "edge_calibration" / "AIRS-CH0"  # type: ignore[operator]
    truth = draw_detector(np.random.default_rng(5), AIRS)
    levels = [5, 16, 50, 84, 95]
    for name, ours in (("dark", truth.dark), ("read", truth.read)):
        real = pl.read_parquet(folder / f"{name}.parquet").to_numpy()
        np.testing.assert_allclose(
            np.percentile(ours, levels), np.percentile(real, levels), rtol=0.12
        )
    real = pl.read_parquet(folder / "linear_corr.parquet").to_numpy().reshape(6, 32, 356)
    ours, theirs = _correction(truth.linearity), _correction(real)
    np.testing.assert_allclose(
        np.percentile(ours, levels, axis=1), np.percentile(theirs, levels, axis=1), atol=0.004
    )
