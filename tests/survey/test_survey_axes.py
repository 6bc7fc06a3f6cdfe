"""The competition's clock and dispersion, bit for bit or to rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spectramind.survey.axes import FULL_PAIRS, decimate, frame_hours, nominal_axes, read_axes
from spectramind.survey.dispersion import airs_wavelengths, channel_wavelengths
from spectramind.survey.instruments import INSTRUMENTS
from spectramind.survey.tables import read_wavelengths


@pytest.mark.parametrize(("folder", "step"), [("real/survey", 1), ("sample_survey", 20)])
def test_nominal_axes_are_the_real_ones(shared: Path, folder: str, step: int) -> None:
    real = read_axes(shared / folder / "axis_info.parquet")
    nominal = nominal_axes(step)
    for name in INSTRUMENTS:
        np.testing.assert_array_equal(nominal.hours[name], real.hours[name])
    np.testing.assert_array_equal(nominal.airs_integration, real.airs_integration)
    np.testing.assert_allclose(nominal.airs_um, real.airs_um, rtol=0.0, atol=1e-14)


def test_channel_wavelengths(shared: Path) -> None:
    real = read_wavelengths(shared / "real" / "survey" / "wavelengths.csv")
    np.testing.assert_allclose(channel_wavelengths(), real, rtol=0.0, atol=1e-14)
    assert np.all(np.diff(airs_wavelengths()) < 0.0)


def test_clock() -> None:
    seconds = frame_hours("AIRS-CH0", 2) * 3600.0
    np.testing.assert_allclose(seconds, [0.1, 0.2, 4.9, 5.0], rtol=1e-14)
    np.testing.assert_allclose(frame_hours("FGS1", 2) * 3600.0, [0.1, 0.2, 0.5, 0.6], rtol=1e-14)
    assert {name: frame_hours(name).size // 2 for name in INSTRUMENTS} == FULL_PAIRS


def test_decimate_keeps_whole_pairs() -> None:
    frames = np.arange(20.0)
    np.testing.assert_array_equal(decimate(frames, 4), [0, 1, 8, 9, 16, 17])
    cube = np.arange(24.0).reshape(6, 2, 2)
    np.testing.assert_array_equal(decimate(cube, 2), cube[[0, 1, 4, 5]])
