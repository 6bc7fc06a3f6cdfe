"""A tiny survey in the competition's layout: 8 frames of AIRS-CH0 and 12 of FGS1 a visit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from spectramind.survey.adc import Adc
from spectramind.survey.axes import Axes, airs_integration, frame_hours
from spectramind.survey.calibration import LINEAR_TERMS, Calibration
from spectramind.survey.discovery import Visit
from spectramind.survey.dispersion import airs_wavelengths, channel_wavelengths
from spectramind.survey.frames import write_signal
from spectramind.survey.instruments import INSTRUMENTS, Instrument
from spectramind.survey.stars import Star
from spectramind.survey.tables import Truth
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_calibration,
    write_sample_submission,
    write_star_info,
    write_truth,
    write_wavelengths,
)

TRAIN = {101: 2, 205: 1}
TEST = {9303: 1, 302: 1}
AXES = Axes(
    {"FGS1": frame_hours("FGS1", 6), "AIRS-CH0": frame_hours("AIRS-CH0", 4)},
    airs_wavelengths(),
    airs_integration(4),
)


def a_calibration(instrument: Instrument, seed: int) -> Calibration:
    rng = np.random.default_rng(seed)
    shape = (instrument.rows, instrument.columns)
    linear = np.zeros((LINEAR_TERMS, *shape))
    linear[1] = rng.normal(1.0, 0.005, shape)
    return Calibration(
        dark=rng.uniform(0.005, 0.009, shape),
        dead=rng.random(shape) < 0.002,
        flat=rng.normal(1.0, 0.0125, shape),
        read=rng.uniform(12.0, 14.0, shape),
        linear_corr=linear,
    )


def write_visit(visit: Visit) -> None:
    rng = np.random.default_rng([visit.planet_id, visit.index])
    for name, instrument in INSTRUMENTS.items():
        shape = (AXES.hours[name].size, instrument.rows, instrument.columns)
        write_signal(visit.signal(name), rng.integers(400, 30000, shape, dtype=np.uint16))
        write_calibration(visit.calibration(name), a_calibration(instrument, visit.index))


def write_survey(root: Path) -> None:
    star = Star(1.1, 1.05, 5800.0, 0.9, 0.0, 4.2, 10.5, 88.7)
    write_adc_info(
        root / "adc_info.csv", {"FGS1": Adc(-1000.0, 0.4369), "AIRS-CH0": Adc(-1000.0, 0.4369)}
    )
    write_axis_info(root / "axis_info.parquet", AXES)
    write_wavelengths(root / "wavelengths.csv", channel_wavelengths())
    write_truth(root / "train.csv", Truth(tuple(TRAIN), np.full((len(TRAIN), 283), 0.0125)))
    write_star_info(root / "train_star_info.csv", dict.fromkeys(TRAIN, star), "train")
    write_star_info(root / "test_star_info.csv", dict.fromkeys(TEST, star), "test")
    write_sample_submission(root / "sample_submission.csv", list(TEST))
    for split, planets in (("train", TRAIN), ("test", TEST)):
        for planet_id, visits in planets.items():
            for index in range(visits):
                write_visit(Visit(planet_id, index, root / split / str(planet_id)))


@pytest.fixture(scope="session")
def pristine_survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny survey; do not change it."""
    root = tmp_path_factory.mktemp("survey")
    write_survey(root)
    return root


@pytest.fixture
def tiny_survey(pristine_survey: Path, tmp_path: Path) -> Path:
    """A copy of the tiny survey to damage."""
    return Path(shutil.copytree(pristine_survey, tmp_path / "survey"))
