"""Faults of frames and of calibrations, as changes of the files of one visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.survey.frames import write_signal
from spectramind.survey.instruments import INSTRUMENTS, InstrumentName

Counts = NDArray[np.uint16]
Change = Callable[[Counts, np.random.Generator], Counts]
Fault = Callable[[Path, np.random.Generator], None]
AIRS: InstrumentName = "AIRS-CH0"
FGS1: InstrumentName = "FGS1"


def _frames(name: InstrumentName, change: Change) -> Fault:
    """Change the frames (frame, row, column) of one instrument."""

    def fault(folder: Path, rng: np.random.Generator) -> None:
        instrument, path = INSTRUMENTS[name], folder / f"{name}_signal_0.parquet"
        counts = pl.read_parquet(path).to_numpy()
        cube = counts.reshape(-1, instrument.rows, instrument.columns).astype(np.uint16)
        changed = np.ascontiguousarray(change(cube.copy(), rng), dtype=np.uint16)
        path.unlink()
        write_signal(path, changed)

    return fault


def _long(factor: float) -> Change:
    def change(cube: Counts, _: np.random.Generator) -> Counts:
        cube[1::2] = np.minimum(cube[1::2] * factor, 65535).astype(np.uint16)
        return cube

    return change


def _frozen(cube: Counts, _: np.random.Generator) -> Counts:
    half = len(cube) // 4 * 2
    cube[half::2], cube[half + 1 :: 2] = cube[half], cube[half + 1]
    return cube


def _pairs_shuffled(cube: Counts, rng: np.random.Generator) -> Counts:
    pairs = cube.reshape(-1, 2, *cube.shape[1:])
    return pairs[rng.permutation(len(pairs))].reshape(cube.shape)


def _f_order(cube: Counts, _: np.random.Generator) -> Counts:
    return cube.transpose(0, 2, 1).reshape(cube.shape)


def _full_well(cube: Counts, _: np.random.Generator) -> Counts:
    """The brightest pixels end at what they show out of transit."""
    level = np.median(cube[1::2], axis=0)
    bright = level > np.sort(level.ravel())[-20]
    cube[:, bright] = np.minimum(cube[:, bright], level[bright]).astype(np.uint16)
    return cube


def _converter(cube: Counts, _: np.random.Generator) -> Counts:
    """Pedestals lift the brightest pixels to the end of the converter."""
    long = cube[1::2].astype(np.int64)
    level = np.median(long, axis=0)
    bright = level > np.sort(level.ravel())[-20]
    lift = 65535 - np.median(long[:, bright], axis=0).astype(np.int64)
    cube[:, bright] = np.clip(cube[:, bright].astype(np.int64) + lift, 0, 65535).astype(np.uint16)
    return cube


def _noise(cube: Counts, rng: np.random.Generator) -> Counts:
    return rng.permutation(cube.ravel()).reshape(cube.shape)


def _calibration(name: InstrumentName, file: str, change: Callable[[NDArray], None]) -> Fault:
    def fault(folder: Path, _: np.random.Generator) -> None:
        path = folder / f"{name}_calibration_0" / f"{file}.parquet"
        table = pl.read_parquet(path)
        values = table.to_numpy().copy()
        change(values)
        path.unlink()
        pl.DataFrame(values, schema=table.columns).write_parquet(path)

    return fault


def _set(rows: slice, columns: slice, value: float | bool) -> Callable[[NDArray], None]:
    def change(values: NDArray) -> None:
        values[rows, columns] = value

    return change


def _scale(factor: float) -> Callable[[NDArray], None]:
    def change(values: NDArray) -> None:
        values *= factor

    return change


def _truncated(folder: Path, _: np.random.Generator) -> None:
    path = folder / f"{AIRS}_signal_0.parquet"
    content = path.read_bytes()[: path.stat().st_size // 2]
    path.unlink()
    path.write_bytes(content)


_ALL, _CENTRE = slice(None), slice(15, 16)

FRAMES: dict[str, Fault] = {
    "AIRS long reads halved": _frames(AIRS, _long(0.5)),
    "FGS1 long reads halved": _frames(FGS1, _long(0.5)),
    "AIRS long reads doubled": _frames(AIRS, _long(2.0)),
    "AIRS frames shifted by one": _frames(AIRS, lambda c, _: np.roll(c, 1, axis=0)),
    "FGS1 frames shifted by one": _frames(FGS1, lambda c, _: np.roll(c, 1, axis=0)),
    "AIRS trace six rows off": _frames(AIRS, lambda c, _: np.roll(c, 6, axis=1)),
    "FGS1 star five columns off": _frames(FGS1, lambda c, _: np.roll(c, 5, axis=2)),
    "AIRS columns mirrored": _frames(AIRS, lambda c, _: c[:, :, ::-1]),
    "AIRS in Fortran order": _frames(AIRS, _f_order),
    "AIRS constant": _frames(AIRS, lambda c, _: np.full_like(c, 30000)),
    "FGS1 constant": _frames(FGS1, lambda c, _: np.full_like(c, 30000)),
    "AIRS noise": _frames(AIRS, _noise),
    "AIRS zeros": _frames(AIRS, lambda c, _: np.zeros_like(c)),
    "AIRS frozen from the middle on": _frames(AIRS, _frozen),
    "AIRS pairs shuffled": _frames(AIRS, _pairs_shuffled),
    "FGS1 pairs shuffled": _frames(FGS1, _pairs_shuffled),
    "FGS1 at full well": _frames(FGS1, _full_well),
    "AIRS at full well": _frames(AIRS, _full_well),
    "FGS1 at the converter's end": _frames(FGS1, _converter),
    "AIRS file cut in half": _truncated,
}

CALIBRATIONS: dict[str, Fault] = {
    "one NaN in dark": _calibration(AIRS, "dark", _set(slice(0, 1), slice(5, 6), np.nan)),
    "one NaN on the trace, flat": _calibration(
        AIRS, "flat", _set(slice(15, 16), slice(99, 100), np.nan)
    ),
    "NaN column in linear_corr": _calibration(
        AIRS, "linear_corr", _set(_ALL, slice(200, 201), np.nan)
    ),
    "one NaN in read, FGS1": _calibration(FGS1, "read", _set(slice(15, 16), slice(15, 16), np.nan)),
    "dead column": _calibration(AIRS, "dead", _set(_ALL, slice(150, 151), True)),
    "all pixels dead": _calibration(AIRS, "dead", _set(_ALL, _ALL, True)),
    "dark a thousand times": _calibration(AIRS, "dark", _scale(1e3)),
    "flat of ones": _calibration(AIRS, "flat", _set(_ALL, _ALL, 1.0)),
    "one negative read noise": _calibration(AIRS, "read", _set(slice(9, 10), slice(60, 61), -1.0)),
}
