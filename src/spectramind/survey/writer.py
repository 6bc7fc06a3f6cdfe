"""Writing the competition's layout: the small files of a survey (for frames see `frames.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.provenance.atomic import write_text
from spectramind.survey.adc import Adc
from spectramind.survey.axes import AIRS_INTEGRATION_KEY, AIRS_WAVELENGTH_KEY, AXIS_COLUMNS, Axes
from spectramind.survey.calibration import Calibration
from spectramind.survey.discovery import Split
from spectramind.survey.edition import Edition
from spectramind.survey.frames import write_table
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    ADC_HEADER,
    PLANET_ADC_HEADER,
    STAR_HEADER,
    SUBMISSION_HEADER,
    TRUTH_HEADER,
    WAVELENGTH_COLUMNS,
    Truth,
)

FloatArray = NDArray[np.float64]

SAMPLE_VALUE: dict[Edition, float] = {"2024": 0.123, "2025": 0.456}
"""What the competition's sample submission holds in every cell."""


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Write the five files of one calibration folder, linear_corr as (term * row, column).

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    columns = calibration.dark.shape[1]
    arrays: dict[str, NDArray[np.float64] | NDArray[np.bool_]] = {
        "dark": calibration.dark,
        "dead": calibration.dead,
        "flat": calibration.flat,
        "linear_corr": calibration.linear_corr.reshape(-1, columns),
        "read": calibration.read,
    }
    names = [f"column_{k}" for k in range(columns)]
    for name, array in arrays.items():
        write_table(folder / f"{name}.parquet", pl.from_numpy(array, schema=names))


def write_axis_info(path: Path, axes: Axes) -> None:
    """Write `axis_info.parquet`, the shorter columns padded with nulls as in the real file.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    values = {INSTRUMENTS[name].time_key: hours for name, hours in axes.hours.items()}
    values[AIRS_WAVELENGTH_KEY] = axes.airs_um
    values[AIRS_INTEGRATION_KEY] = axes.airs_integration
    length = max(column.size for column in values.values())
    padded = [
        pl.Series(name, values[name], dtype=pl.Float64).extend_constant(
            None, length - values[name].size
        )
        for name in AXIS_COLUMNS
    ]
    write_table(path, pl.DataFrame(padded))


def write_adc_info(path: Path, adc: Mapping[InstrumentName, Adc]) -> None:
    """Write `adc_info.csv`, one row for all planets.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    row = [value for name in INSTRUMENTS for value in astuple(adc[name])]
    _write_csv(path, ADC_HEADER, [row])


def write_planet_adc_info(
    path: Path, adc: Mapping[int, Mapping[InstrumentName, Adc]], star: Mapping[int, int]
) -> None:
    """Write `train_adc_info.csv` or `test_adc_info.csv` of the 2024 edition.

    Parameters
    ----------
    star : which of its two stars each planet belongs to, 0 or 1

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    rows = (
        [planet, *(value for name in INSTRUMENTS for value in astuple(own[name])), star[planet]]
        for planet, own in adc.items()
    )
    _write_csv(path, PLANET_ADC_HEADER, rows)


def write_wavelengths(path: Path, wavelength: FloatArray) -> None:
    """Write `wavelengths.csv` from (283,) micrometre.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    _write_csv(path, WAVELENGTH_COLUMNS, [wavelength.tolist()])


def write_truth(path: Path, truth: Truth) -> None:
    """Write `train.csv`.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    rows = zip(truth.planet_ids, truth.depth.tolist(), strict=True)
    _write_csv(path, TRUTH_HEADER, ([planet_id, *depth] for planet_id, depth in rows))


def write_star_info(path: Path, stars: Mapping[int, Star], split: Split) -> None:
    """Write `train_star_info.csv` or `test_star_info.csv`; the latter has float ids as in reality.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    as_written = float if split == "test" else int
    rows = ([as_written(planet_id), *star.row] for planet_id, star in stars.items())
    _write_csv(path, STAR_HEADER, rows)


def write_sample_submission(
    path: Path, planet_ids: Sequence[int], edition: Edition = "2025"
) -> None:
    """Write `sample_submission.csv`: every planet with the same value in all cells.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    cells = [SAMPLE_VALUE[edition]] * (len(SUBMISSION_HEADER) - 1)
    _write_csv(path, SUBMISSION_HEADER, ([planet_id, *cells] for planet_id in planet_ids))


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[float]]) -> None:
    """Numbers with the fewest digits that read back as the same float64."""
    lines = [",".join(header), *(",".join(map(_cell, row)) for row in rows)]
    write_text(path, "\n".join(lines) + "\n")


def _cell(value: float) -> str:
    # numpy's own scalars would be written as `np.float64(0.1)`.
    return str(int(value)) if isinstance(value, int | np.integer) else repr(float(value))
