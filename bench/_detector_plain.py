"""The detector chain as it is usually published: float64 cubes and one polynomial per pixel.

Written for comparison: each step makes a new cube of the whole detector, and the linearity
correction walks over the pixels in Python.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from bench._detector_visit import GAIN, OFFSET
from spectramind.survey.instruments import AIRS, AIRS_COLUMNS, FGS1, Instrument


def sigma_clip(dark: np.ndarray, sigma: float = 5.0, rounds: int = 5) -> np.ndarray:
    """(row, column) True where hot."""
    kept = np.ones(dark.shape, dtype=bool)
    for _ in range(rounds):
        centre, spread = np.median(dark[kept]), np.std(dark[kept])
        kept &= np.abs(dark - centre) <= sigma * spread
    return ~kept


def linearize(cube: np.ndarray, linear_corr: np.ndarray) -> np.ndarray:
    """Polynomial of each pixel, one pixel after the other."""
    highest_first = np.flip(linear_corr, axis=0)
    result = cube.copy()
    for row in range(cube.shape[1]):
        for column in range(cube.shape[2]):
            polynomial = np.poly1d(highest_first[:, row, column])
            result[:, row, column] = polynomial(cube[:, row, column])
    return result


def plain_instrument(folder: Path, instrument: Instrument) -> np.ndarray:
    """(pair, channel) electron / pair by a plain sum over the window."""
    columns = AIRS_COLUMNS if instrument is AIRS else slice(None)
    calibration = folder / f"{instrument.name}_calibration_0"

    def table(name: str) -> np.ndarray:
        values = pd.read_parquet(calibration / f"{name}.parquet").to_numpy()
        return values.reshape(-1, instrument.rows, instrument.columns)[:, :, columns]

    dark, dead, flat = table("dark")[0], table("dead")[0], table("flat")[0]
    signal = pd.read_parquet(folder / f"{instrument.name}_signal_0.parquet").to_numpy()
    cube = signal.astype(np.float64).reshape(-1, instrument.rows, instrument.columns)
    del signal
    cube = cube[:, :, columns] / GAIN + OFFSET
    bad = np.tile(sigma_clip(dark) | dead, (cube.shape[0], 1, 1))
    cube = np.ma.masked_where(bad, cube)
    cube = np.ma.masked_array(linearize(cube.data, table("linear_corr")), cube.mask)
    seconds = np.ones(cube.shape[0]) * instrument.first_read_seconds
    seconds[1::2] = instrument.last_read_seconds
    cube = cube - dark * seconds[:, None, None]
    cube = cube[1::2] - cube[0::2]
    cube = cube / np.ma.masked_where(dead, flat)
    return np.asarray(np.ma.sum(cube[:, 8:24], axis=1))


def plain_visit(folder: Path) -> list[np.ndarray]:
    """Both instruments."""
    return [plain_instrument(folder, instrument) for instrument in (AIRS, FGS1)]
