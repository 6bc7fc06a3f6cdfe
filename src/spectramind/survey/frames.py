"""Frames in memory and on disk: a signal file is one column per pixel, so time must run fastest."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path

Counts = NDArray[np.uint16]

# Frames per block of the transposition: the block's rows of one pixel fill one 64-byte cache line.
_BLOCK = 32


def pixel_series(frames: Counts) -> Counts:
    """Series of every pixel, (pixel, frame) in C order, from (frame, row, column) ADU.

    No copy is made where the memory holds each pixel's series in one piece.
    """
    flat = frames.reshape(len(frames), -1)
    if flat.T.flags.c_contiguous:
        return flat.T
    series = np.empty(flat.T.shape, dtype=flat.dtype)
    for start in range(0, len(flat), _BLOCK):
        series[:, start : start + _BLOCK] = flat[start : start + _BLOCK].T
    return series


def write_signal(path: Path, frames: Counts) -> None:
    """Write (frame, row, column) ADU as a signal file: column_0.. of uint16, one row per frame.

    One row group, zstd level 1 and no statistics (docs/decisions.md). The same frames
    give the same bytes.

    Raises
    ------
    DataError : frames that are not uint16 with three axes
    OutputError : the folder cannot be written, or the disk is full
    """
    if frames.dtype != np.uint16 or frames.ndim != 3:
        expected = "uint16 frames (frame, row, column) to write"
        found = f"{frames.dtype} of shape {frames.shape}"
        raise DataError(path, expected, found, "convert the frames to ADU first")
    series = pixel_series(frames)
    table = pl.DataFrame([pl.Series(f"column_{k}", pixel) for k, pixel in enumerate(series)])
    write_table(path, table)


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write a polars table to `path`, whole or not at all, always as the same bytes.

    Raises
    ------
    OutputError : the folder cannot be written, or the disk is full
    """
    with atomic_path(path) as temporary:
        try:
            table.write_parquet(
                temporary,
                compression="zstd",
                compression_level=1,
                statistics=False,
                row_group_size=max(table.height, 1),
            )
        except pl.exceptions.ComputeError as error:
            # Polars names the fault of the operating system in its text alone.
            if number := re.search(r"\(os error (\d+)\)", str(error)):
                raise OSError(int(number[1]), str(error)) from error
            raise
