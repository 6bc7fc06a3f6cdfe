"""One file of a survey held against what a file of its name must be, whoever brought it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import polars as pl

from spectramind.errors import DataError
from spectramind.survey.axes import read_axes
from spectramind.survey.calibration import CALIBRATION_FILES, LINEAR_TERMS
from spectramind.survey.edition import ADC, TRUTH
from spectramind.survey.instruments import INSTRUMENTS, Instrument
from spectramind.survey.parquet import check_pixel_columns, parquet_shape
from spectramind.survey.tables import (
    read_adc,
    read_planet_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
    read_wavelengths,
)

_TABLES = {
    ADC: read_adc,
    f"train_{ADC}": read_planet_adc,
    f"test_{ADC}": read_planet_adc,
    "axis_info.parquet": read_axes,
    "wavelengths.csv": read_wavelengths,
    "sample_submission.csv": read_sample_submission,
    **dict.fromkeys(TRUTH.values(), read_truth),
    "train_star_info.csv": read_star_info,
    "test_star_info.csv": read_star_info,
}


def check_file(path: Path, name: str) -> None:
    """Check a file by the name that it has in a survey; unknown names only for being there.

    Of signal files the footer is read, of all others the whole.

    Parameters
    ----------
    name : below the survey's folder, with slashes

    Raises
    ------
    DataError : missing, empty, truncated or damaged, or another content than its name says
    """
    parts = PurePosixPath(name).parts
    instrument = _instrument(parts[2]) if len(parts) > 2 else None
    if name in _TABLES:
        _TABLES[name](path)
    elif instrument is not None and len(parts) == 3:
        _check_signal(path, instrument)
    elif instrument is not None and PurePosixPath(name).stem in CALIBRATION_FILES:
        _check_calibration(path, PurePosixPath(name).stem, instrument)
    elif not path.is_file() or path.stat().st_size == 0:
        raise DataError(path, "a file", "nothing", "copy it again")


def _instrument(entry: str) -> Instrument | None:
    """Instrument that an entry of a planet's folder is named after."""
    return next((i for n, i in INSTRUMENTS.items() if entry.startswith(f"{n}_")), None)


def _check_signal(path: Path, instrument: Instrument) -> None:
    frames, columns = parquet_shape(path)
    check_pixel_columns(path, columns, instrument.pixels, pl.UInt16())
    if frames == 0 or frames % 2:
        expected = "an even number of frames, as they come in pairs"
        raise DataError(path, expected, f"{frames}", "copy the file again")


def _check_calibration(path: Path, kind: str, instrument: Instrument) -> None:
    rows, columns = parquet_shape(path)
    dtype = pl.Boolean() if kind == "dead" else pl.Float64()
    check_pixel_columns(path, columns, instrument.columns, dtype)
    wanted = instrument.rows * (LINEAR_TERMS if kind == "linear_corr" else 1)
    if rows != wanted:
        raise DataError(path, f"{wanted} rows", f"{rows}", "copy the file again")
