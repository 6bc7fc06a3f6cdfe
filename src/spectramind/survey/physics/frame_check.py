"""A few pixels of a few visits, held against converter and calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.calibration import read_calibration
from spectramind.survey.discovery import Survey, Visit
from spectramind.survey.edition import adc_path
from spectramind.survey.instruments import AIRS, INSTRUMENTS, Instrument, InstrumentName
from spectramind.survey.parquet import parquet_faults
from spectramind.survey.physics.converter import (
    ReadLevels,
    check_converter,
    check_order,
    read_levels,
)
from spectramind.survey.physics.finding import Finding, fault
from spectramind.survey.physics.foreign_calibration import check_flat, check_levels

FloatArray = NDArray[np.float64]

_VISITS = 3
_FRAMES = 1000
_RIM_ROWS = (0, 1, 2, 29, 30, 31)
_RIM_COLUMNS = 12
_STAR_ROWS = slice(12, 19)
_FGS1_COLUMNS = slice(10, 22)


@dataclass(frozen=True)
class FrameSample:
    """Some pixels of one instrument in one visit.

    levels  of rim and star
    light   (row, column) ADU, mean of long less short read, star rows
    """

    visit: Visit
    levels: ReadLevels
    light: FloatArray


def sampled_visits(survey: Survey, count: int = _VISITS) -> list[Visit]:
    """First visits of a few planets from all over the survey, whose files are there."""
    there = []
    for planet in survey.planet_ids:
        folder = survey.root / survey.split / str(planet)
        visit = Visit(planet, 0, folder, survey.edition == "2025")
        if folder.is_dir() and all(file.is_file() for file in visit.files()):
            there.append(visit)
    places = np.unique(np.linspace(0, len(there) - 1, count).round().astype(int))
    return [there[place] for place in places] if there else []


def _columns(instrument: Instrument) -> slice:
    return slice(0, instrument.columns) if instrument is AIRS else _FGS1_COLUMNS


def _pixels(path: Path, pixels: Sequence[int]) -> FloatArray:
    """(frame, pixel) ADU of the first frames."""
    names = [f"column_{pixel}" for pixel in pixels]
    with parquet_faults(path):
        table = pl.scan_parquet(path.absolute(), glob=False).select(names).head(_FRAMES).collect()
    return np.asarray(table.to_numpy(), dtype=np.float64)


def frame_sample(visit: Visit, instrument: Instrument) -> FrameSample:
    """Read the rim and the star of one instrument.

    Raises
    ------
    DataError : the signal file cannot be read
    """
    width = instrument.columns
    step = max(1, width // _RIM_COLUMNS)
    rim = [row * width + column for row in _RIM_ROWS for column in range(0, width, step)]
    rows = range(instrument.rows)[_STAR_ROWS]
    columns = range(width)[_columns(instrument)]
    star = [row * width + column for row in rows for column in columns]
    values = _pixels(visit.signal(instrument.name), [*rim, *star])
    values = values[: values.shape[0] // 2 * 2]
    at_rim, of_star = values[:, : len(rim)], values[:, len(rim) :]
    light = (of_star[1::2] - of_star[::2]).mean(axis=0).reshape(len(rows), len(columns))
    return FrameSample(visit, read_levels(at_rim, of_star), light)


def _samples(visits: Sequence[Visit], instrument: Instrument) -> Iterator[FrameSample]:
    for visit in visits:
        try:
            yield frame_sample(visit, instrument)
        except DataError:
            # A broken file is its planet's fault, which the run says.
            continue


def _calibration_fault(
    sample: FrameSample, instrument: Instrument, gain: float
) -> DataError | None:
    folder = sample.visit.calibration(instrument.name)
    try:
        calibration = read_calibration(folder, instrument)
        check_levels(folder, calibration)
        if instrument is AIRS:
            rows = (_STAR_ROWS, slice(None))
            check_flat(folder, sample.light / gain, calibration.flat[rows], calibration.dead[rows])
    except DataError as error:
        return error
    return None


def frame_findings(survey: Survey) -> list[Finding]:
    """Converter and calibrations of a survey against the frames of a few visits."""
    findings = []
    visits = sampled_visits(survey)
    for name, instrument in INSTRUMENTS.items():
        samples = list(_samples(visits, instrument))
        if not samples:
            continue
        findings += _converter_findings(survey, name, samples)
        faults = [
            (sample.visit.planet_id, error)
            for sample in samples
            if (
                error := _calibration_fault(
                    sample, instrument, survey.converter(sample.visit.planet_id, name).gain
                )
            )
        ]
        # Of several visits one may be broken; most of them are the survey.
        everybody = len(faults) > 0.5 * len(samples)
        for planet, error in faults[:1] if everybody else faults:
            whom = () if everybody else (planet,)
            findings.append(fault("calibration", error, survey.root, whom))
    return findings


def _converter_findings(
    survey: Survey, name: InstrumentName, samples: Sequence[FrameSample]
) -> list[Finding]:
    levels = [sample.levels for sample in samples]
    try:
        check_order(samples[0].visit.signal(name), INSTRUMENTS[name], levels)
        file = adc_path(survey.root, survey.split)
        if survey.edition == "2025":
            check_converter(file, INSTRUMENTS[name], survey.adc[name], levels)
            return []
        for sample in samples:  # every planet has converters of its own
            adc = survey.converter(sample.visit.planet_id, name)
            check_converter(file, INSTRUMENTS[name], adc, [sample.levels])
    except DataError as error:
        return [fault("converter", error, survey.root)]
    return []
