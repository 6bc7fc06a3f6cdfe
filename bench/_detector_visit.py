"""A full-size visit made on the spot: real shapes, realistic counts, no file of anybody else.

Counts matter for the measurement because they set how well the parquet pages compress.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow
import pyarrow.parquet

from spectramind.survey.adc import Adc
from spectramind.survey.axes import Axes, airs_integration, frame_hours
from spectramind.survey.discovery import Survey, Visit
from spectramind.survey.instruments import AIRS, FGS1, INSTRUMENTS, Instrument

GAIN, OFFSET = 0.4369, -1000.0
PAIRS = {"AIRS-CH0": 5625, "FGS1": 67500}


def mean_pair(instrument: Instrument) -> np.ndarray:
    """(row, column) electron / pair of a bright star with wide wings, as the real frames have."""
    row = np.arange(32)[:, None] - 15.3
    if instrument is AIRS:
        column = np.linspace(1.0, 0.05, instrument.columns)
        core = np.exp(-(row**2) / (2 * 1.3**2)) / (1.3 * 2.5066)
        return 1.2e5 * column * (0.95 * core + 0.05 / (1 + row**2)) + 10.0
    column = np.arange(32) - 15.2
    radius = row**2 + column**2
    return 2.2e5 * np.exp(-radius / (2 * 1.4**2)) / (6.283 * 1.4**2) + 300.0 / (1 + radius) + 2.0


def write_signal(path: Path, instrument: Instrument, pairs: int, seed: int) -> None:
    """Signal file like the competition's: uint16, one row group, zstd, dictionary pages."""
    random = np.random.default_rng(seed)
    first, last = instrument.first_read_seconds, instrument.last_read_seconds
    columns = {}
    for index, level in enumerate(mean_pair(instrument).ravel()):
        pedestal = level * first / (last - first)
        # The long read holds the same photons as the short one, and those that came since.
        light = np.sqrt([pedestal, level]) * random.standard_normal((pairs, 2), dtype=np.float32)
        read = 13.0 * random.standard_normal((pairs, 2), dtype=np.float32)
        electrons = np.cumsum(light + np.array([pedestal, level]), axis=1) + read
        counts = np.floor((electrons - OFFSET) * GAIN).clip(0, 65535)
        columns[f"column_{index}"] = pyarrow.array(counts.astype(np.uint16).ravel())
    pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="zstd")


def write_calibration(folder: Path, instrument: Instrument, seed: int) -> None:
    """Calibration files with the statistics of the real ones."""
    random = np.random.default_rng(seed)
    shape = (instrument.rows, instrument.columns)
    linear = np.zeros((6, *shape))
    linear[0], linear[1] = random.normal(0.14, 0.3, shape), random.normal(1.0, 0.005, shape)
    for power, value in ((2, 5e-9), (3, 1.2e-11), (4, -6e-17), (5, 1.3e-22)):
        linear[power] = value
    tables = {
        "dark": random.normal(0.007, 0.0014, shape),
        "dead": random.random(shape) < 0.0018,
        "flat": random.normal(1.0, 0.0125, shape),
        "read": random.normal(13.0, 0.4, shape),
        "linear_corr": linear.reshape(-1, shape[1]),
    }
    folder.mkdir(parents=True)
    for name, values in tables.items():
        frame = pl.DataFrame(values, schema=[f"column_{i}" for i in range(shape[1])])
        frame.write_parquet(folder / f"{name}.parquet")


def make_visit(folder: Path) -> None:
    """Write both signal files and calibration folders of one full-size visit."""
    for seed, instrument in enumerate((AIRS, FGS1)):
        path = folder / f"{instrument.name}_signal_0.parquet"
        write_signal(path, instrument, PAIRS[instrument.name], seed)
        write_calibration(folder / f"{instrument.name}_calibration_0", instrument, seed)


def open_visit(folder: Path) -> tuple[Visit, Survey]:
    """The visit and the survey that it would belong to."""
    axes = Axes(
        {name: frame_hours(name) for name in INSTRUMENTS},
        np.linspace(4.08, 1.63, AIRS.columns),
        airs_integration(PAIRS["AIRS-CH0"]),
    )
    wavelength = np.concatenate([[0.7], np.linspace(1.952, 3.895, 282)])
    adc = {name: Adc(OFFSET, GAIN) for name in INSTRUMENTS}
    survey = Survey(folder, "train", (0,), (), wavelength, adc, axes, {})
    return Visit(0, 0, folder), survey
