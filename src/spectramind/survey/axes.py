"""Time and wavelength axes of a survey: `axis_info.parquet` and the clock that made it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.dispersion import airs_wavelengths
from spectramind.survey.instruments import AIRS, INSTRUMENTS, InstrumentName
from spectramind.survey.parquet import read_parquet
from spectramind.survey.physics.time_axis import checked_hours, visit_clock

FloatArray = NDArray[np.float64]

AIRS_WAVELENGTH_KEY = "AIRS-CH0-axis2-um"
AIRS_INTEGRATION_KEY = "AIRS-CH0-integration_time"
AXIS_COLUMNS = (AIRS.time_key, AIRS_WAVELENGTH_KEY, AIRS_INTEGRATION_KEY, "FGS1-axis0-h")

FULL_PAIRS: dict[InstrumentName, int] = {"FGS1": 67500, "AIRS-CH0": 5625}
"""Read pairs of a full visit of 7.5 h; a reader takes the number from the files instead."""

# The 10 Hz clock counts milliseconds: ticks from one pair to the next, ticks of the two reads.
_CYCLE_TICKS: dict[InstrumentName, int] = {"FGS1": 4, "AIRS-CH0": 48}
_READ_TICKS = (1, 2)
_TICK_MILLISECONDS = 100.0

_REMEDY = "restore axis_info.parquet from the competition's data"


@dataclass(frozen=True)
class Axes:
    """Axes of all visits of a survey.

    hours              per instrument (frame,) hour since the start of the visit, ascending, even
    airs_um            (356,) micrometre per detector column, falling
    airs_integration   (frame,) s, alternately of the short and the long read of AIRS-CH0
    """

    hours: dict[InstrumentName, FloatArray]
    airs_um: FloatArray
    airs_integration: FloatArray


def frame_hours(name: InstrumentName, pairs: int | None = None) -> FloatArray:
    """Frame times of a visit as the competition writes them, bit for bit, (frame,) hour.

    `pairs` is the number of read pairs, a full visit when None. The order of the roundings
    (milliseconds, seconds, hours) was identified from the real file.
    """
    cycle = np.arange(FULL_PAIRS[name] if pairs is None else pairs)[:, np.newaxis]
    ticks = cycle * _CYCLE_TICKS[name] + np.array(_READ_TICKS)
    hours: FloatArray = ticks.ravel() * _TICK_MILLISECONDS * 0.001 * (1.0 / 3600.0)
    return hours


def airs_integration(pairs: int) -> FloatArray:
    """Integration times of `pairs` AIRS read pairs as the competition states them, (frame,) s."""
    return np.tile(np.array([0.1, 4.5]), pairs)


def nominal_axes(step: int = 1) -> Axes:
    """Axes of the competition without its file: every `step`-th read pair of a full visit."""
    hours = {name: decimate(frame_hours(name), step) for name in INSTRUMENTS}
    return Axes(hours, airs_wavelengths(), airs_integration(hours["AIRS-CH0"].size // 2))


def decimate(frames: FloatArray, step: int) -> FloatArray:
    """Keep every `step`-th read pair of a (frame, ...) array, from the first on."""
    pairs = frames.reshape(-1, 2, *frames.shape[1:])[::step]
    return np.ascontiguousarray(pairs.reshape(-1, *frames.shape[1:]))


def read_axes(path: Path) -> Axes:
    """Read `axis_info.parquet`; its columns are padded with NaN or null to the longest one.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file, missing column, wrong dtype, a gap, times
        that do not ascend, an odd number of frames, a wavelength axis that does not fall
    """
    table = read_parquet(path)
    hours = _hours(path, table)
    airs_um = _column(path, table, AIRS_WAVELENGTH_KEY)
    integration = _column(path, table, AIRS_INTEGRATION_KEY)
    hours["FGS1"], hours["AIRS-CH0"] = visit_clock(hours["FGS1"], hours["AIRS-CH0"])
    if airs_um.size != AIRS.columns:
        expected = f"{AIRS.columns} values in {AIRS_WAVELENGTH_KEY}"
        raise DataError(path, expected, f"{airs_um.size}", _REMEDY)
    if not np.all(np.diff(airs_um) < 0.0) or airs_um[-1] <= 0.0:
        raise DataError(path, f"a falling positive {AIRS_WAVELENGTH_KEY}", "another order", _REMEDY)
    if integration.size != hours["AIRS-CH0"].size or not np.all(integration > 0.0):
        expected = f"{hours['AIRS-CH0'].size} positive values in {AIRS_INTEGRATION_KEY}"
        raise DataError(path, expected, f"{int(np.sum(integration > 0.0))}", _REMEDY)
    return Axes(hours, airs_um, integration)


def raw_hours(path: Path) -> tuple[FloatArray, FloatArray]:
    """Times of FGS1 and of AIRS as the file counts them, (frame,) each.

    Raises
    ------
    DataError : as `read_axes`, for times
    """
    hours = _hours(path, read_parquet(path))
    return hours["FGS1"], hours["AIRS-CH0"]


def _hours(path: Path, table: pl.DataFrame) -> dict[InstrumentName, FloatArray]:
    hours: dict[InstrumentName, FloatArray] = {}
    for name, instrument in INSTRUMENTS.items():
        hours[name] = _column(path, table, instrument.time_key)
        _check_hours(path, instrument.time_key, hours[name])
    return hours


def _column(path: Path, table: pl.DataFrame, name: str) -> FloatArray:
    if name not in table.columns:
        raise DataError(path, f"column {name}", f"columns {', '.join(table.columns)}", _REMEDY)
    if table[name].dtype != pl.Float64():
        raise DataError(path, f"Float64 in {name}", f"{table[name].dtype}", _REMEDY)
    padded = table[name].fill_null(float("nan")).to_numpy()
    missing = np.isnan(padded)
    length = int(np.count_nonzero(~missing))
    if missing[:length].any():
        first = int(np.flatnonzero(missing)[0])
        raise DataError(path, f"NaN only at the end of {name}", f"one at index {first}", _REMEDY)
    return np.ascontiguousarray(padded[:length], dtype=np.float64)


def _check_hours(path: Path, name: str, hours: FloatArray) -> None:
    if hours.size == 0:
        raise DataError(path, f"frame times in {name}", "none", _REMEDY)
    if hours.size % 2:
        expected = f"an even number of frame times in {name}, as frames come in pairs"
        raise DataError(path, expected, f"{hours.size}", _REMEDY)
    checked_hours(path, name, hours)
