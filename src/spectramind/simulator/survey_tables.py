"""The tables of a simulated survey: everything in it but frames and light curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.simulator.clock import airs_column_wavelength
from spectramind.simulator.converters import SURVEY_ADC
from spectramind.simulator.population import SimulatedPlanet
from spectramind.survey.axes import Axes, airs_integration, decimate, frame_hours
from spectramind.survey.discovery import Split
from spectramind.survey.edition import ADC, FGS1_UM, TRUTH, Edition
from spectramind.survey.instruments import AIRS_COLUMNS, INSTRUMENTS
from spectramind.survey.tables import Truth
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_planet_adc_info,
    write_sample_submission,
    write_star_info,
    write_truth,
    write_wavelengths,
)

FloatArray = NDArray[np.float64]


def survey_wavelength(edition: Edition) -> FloatArray:
    """(283,) micrometre: FGS1 as its tables have it, then AIRS ascending."""
    return np.concatenate([[FGS1_UM[edition]], airs_column_wavelength()[AIRS_COLUMNS][::-1]])


def survey_axes(step: int) -> Axes:
    """Axes of visits of which every `step`-th read pair is kept."""
    hours = {name: decimate(frame_hours(name), step) for name in INSTRUMENTS}
    return Axes(hours, airs_column_wavelength(), airs_integration(hours["AIRS-CH0"].size // 2))


def write_instrument_tables(root: Path, step: int, edition: Edition = "2025") -> None:
    """Write the tables that do not depend on planets."""
    if edition == "2025":
        write_adc_info(root / ADC, dict.fromkeys(INSTRUMENTS, SURVEY_ADC))
    write_axis_info(root / "axis_info.parquet", survey_axes(step))
    write_wavelengths(root / "wavelengths.csv", survey_wavelength(edition))


def write_planet_tables(
    root: Path, split: Split, planets: list[SimulatedPlanet], edition: Edition = "2025"
) -> None:
    """Write stars or converters, and truth, of one split; truth of test planets aside."""
    if edition == "2025":
        stars = {planet.planet_id: planet.star_info for planet in planets}
        write_star_info(root / f"{split}_star_info.csv", stars, split)
    else:
        converters = {planet.planet_id: planet.converters for planet in planets}
        hosts = {planet.planet_id: planet.host for planet in planets}
        write_planet_adc_info(root / f"{split}_{ADC}", converters, hosts)
    ids = tuple(p.planet_id for p in planets)
    truth = Truth(ids, np.stack([p.spectrum for p in planets]))
    if split == "train":
        write_truth(root / TRUTH[edition], truth)
    else:
        write_truth(root / "truth" / "test.csv", truth)
        write_sample_submission(root / "sample_submission.csv", ids, edition)
