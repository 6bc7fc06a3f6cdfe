"""Calibration folders: dark, dead, flat, linearity and read noise of one detector in one visit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.instruments import Instrument
from spectramind.survey.parquet import check_pixel_columns, read_parquet

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LINEAR_TERMS = 6
CALIBRATION_FILES = ("dark", "dead", "flat", "linear_corr", "read")

# Real darks and flats scatter a little below zero at bad pixels (-0.024 e-/s, -0.048): that is
# measurement noise. What lies below this, or has a negative median, is a wrong file.
_LOWEST_NOISE = -0.5
_MOST_UNKNOWN = 0.1
"""Share of pixels without a number from which on a file is damaged rather than its pixels bad."""
_REMEDY = "restore the calibration from the competition's data"


@dataclass(frozen=True)
class Calibration:
    """Calibration of one detector; arrays are (row, column) unless stated.

    dark          electron / s
    dead          True where the pixel is dead
    flat          dimensionless response, about 1; near zero or slightly negative at bad pixels
    read          electron, noise of one read
    linear_corr   (term, row, column), six coefficients, term k multiplies x^k

    A value that the file does not hold is NaN, and a pixel of which it is not known True in `dead`.
    """

    dark: FloatArray
    dead: BoolArray
    flat: FloatArray
    read: FloatArray
    linear_corr: FloatArray


def read_calibration(folder: Path, instrument: Instrument) -> Calibration:
    """Read and check the five files of one calibration folder.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file, wrong shape or dtype, no number in many
        of the pixels, a negative read noise, a dark or flat below what noise around zero explains
    """
    if not folder.is_dir():
        raise DataError(folder, "a calibration folder", "no such folder", _REMEDY)
    rows = instrument.rows
    dark = _read_numbers(folder / "dark.parquet", instrument, rows, _LOWEST_NOISE)
    flat = _read_numbers(folder / "flat.parquet", instrument, rows, _LOWEST_NOISE)
    read = _read_numbers(folder / "read.parquet", instrument, rows, 0.0)
    linear_rows = LINEAR_TERMS * rows
    linear = _read_numbers(folder / "linear_corr.parquet", instrument, linear_rows, None)
    dead = _read_frame(folder / "dead.parquet", instrument, rows, pl.Boolean())
    return Calibration(
        dark=dark,
        dead=np.ascontiguousarray(dead.fill_null(True).to_numpy(), dtype=np.bool_),
        flat=flat,
        read=read,
        linear_corr=linear.reshape(LINEAR_TERMS, rows, instrument.columns),
    )


def _read_frame(path: Path, instrument: Instrument, rows: int, dtype: pl.DataType) -> pl.DataFrame:
    frame = read_parquet(path)
    check_pixel_columns(path, frame.schema, instrument.columns, dtype)
    if frame.height != rows:
        raise DataError(path, f"{rows} rows", f"{frame.height}", _REMEDY)
    nulls = dict(zip(frame.columns, frame.null_count().row(0), strict=True))
    if sum(nulls.values()) > _MOST_UNKNOWN * rows * instrument.columns:
        name, most = max(nulls.items(), key=lambda item: item[1])
        found = f"{sum(nulls.values())} nulls, {most} of them in {name}"
        raise DataError(path, "a value in nearly every pixel", found, _REMEDY)
    return frame


def _read_numbers(
    path: Path, instrument: Instrument, rows: int, lowest: float | None
) -> FloatArray:
    """Values of a file, NaN where there is none or where it is below what is possible."""
    frame = _read_frame(path, instrument, rows, pl.Float64())
    values = np.ascontiguousarray(frame.to_numpy(), dtype=np.float64)
    sound = np.isfinite(values)
    expected = "finite values"
    if lowest is not None:
        expected = f"finite values not below {lowest:g}"
        sound &= np.where(sound, values, lowest) >= lowest
    bad = np.argwhere(~sound)
    if len(bad) > _MOST_UNKNOWN * values.size:
        row, column = bad[0]
        found = f"{len(bad)} others, {values[row, column]:g} in column_{column} of row {row} first"
        raise DataError(path, f"{expected} in nearly every pixel", found, _REMEDY)
    if lowest is not None and (median := float(np.median(values[sound]))) < 0.0:
        raise DataError(path, "a median of at least 0", f"{median:g}", _REMEDY)
    return np.where(sound, values, np.nan)
