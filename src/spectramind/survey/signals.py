"""Signal files: the frames of one instrument in one visit, one column per pixel."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spectramind.errors import DataError
from spectramind.survey.instruments import Instrument
from spectramind.survey.parquet import check_pixel_columns, parquet_shape


def check_signal(path: Path, instrument: Instrument, frames: int) -> None:
    """Check a signal file against the detector and the time axis, from its footer alone.

    The file must hold `frames` rows and column_0.. of uint16, one per pixel, so that a row
    reshapes to (row, column) in C order.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file, wrong columns or dtype, no frames, an
        odd number of frames, another number than `axis_info` gives
    """
    found, columns = parquet_shape(path)
    check_pixel_columns(path, columns, instrument.pixels, pl.UInt16())
    if found == 0:
        raise DataError(path, f"{frames} frames", "no frames", "copy the file again")
    if found % 2:
        expected = "an even number of frames, as they come in pairs"
        raise DataError(path, expected, f"{found}", "copy the file again")
    if found != frames:
        expected = f"{frames} frames as {instrument.time_key} of axis_info.parquet has"
        raise DataError(path, expected, f"{found}", "take signal and axis_info of the same survey")
