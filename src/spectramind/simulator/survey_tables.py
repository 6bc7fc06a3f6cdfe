"""The tables of a simulated survey: everything in it but frames and light curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.clock import airs_column_wavelength
from spectramind.simulator.focal_plane import FGS1_MICROMETRE
from spectramind.simulator.population import SimulatedPlanet
from spectramind.survey.adc import Adc
from spectramind.survey.axes import Axes, airs_integration, decimate, frame_hours
from spectramind.survey.discovery import Split
from spectramind.survey.instruments import AIRS_COLUMNS, INSTRUMENTS
from spectramind.survey.tables import Truth
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_sample_submission,
    write_star_info,
    write_truth,
    write_wavelengths,
)

FloatArray = NDArray[np.float64]

SURVEY_ADC = Adc(offset=-1000.0, gain=0.4369)
"""Converter of both instruments."""


def survey_wavelength() -> FloatArray:
    """(283,) micrometre: FGS1, then AIRS ascending."""
    return np.concatenate([[FGS1_MICROMETRE], airs_column_wavelength()[AIRS_COLUMNS][::-1]])


def survey_axes(step: int) -> Axes:
    """Axes of visits of which every `step`-th read pair is kept."""
    hours = {name: decimate(frame_hours(name), step) for name in INSTRUMENTS}
    return Axes(hours, airs_column_wavelength(), airs_integration(hours["AIRS-CH0"].size // 2))


def write_instrument_tables(root: Path, step: int) -> None:
    """Write the tables that do not depend on planets."""
    write_adc_info(root / "adc_info.csv", dict.fromkeys(INSTRUMENTS, SURVEY_ADC))
    write_axis_info(root / "axis_info.parquet", survey_axes(step))
    write_wavelengths(root / "wavelengths.csv", survey_wavelength())


def write_planet_tables(root: Path, split: Split, planets: list[SimulatedPlanet]) -> None:
    """Write stars and truth of one split; the truth of test planets goes to `truth/test.csv`."""
    write_star_info(
        root / f"{split}_star_info.csv", {p.planet_id: p.star_info for p in planets}, split
    )
    ids = tuple(p.planet_id for p in planets)
    truth = Truth(ids, np.stack([p.spectrum for p in planets]))
    if split == "train":
        write_truth(root / "train.csv", truth)
    else:
        write_truth(root / "truth" / "test.csv", truth)
        write_sample_submission(root / "sample_submission.csv", ids)
