"""Reading a signal file: only the pixels needed, a bounded batch of them at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

from spectramind.errors import DataError
from spectramind.survey.instruments import Instrument

_DAMAGED = "copy the file again from its source"
_FOREIGN = "give the competition's signal file of this instrument"


def check_signal(path: Path, instrument: Instrument, frames: int) -> None:
    """Refuse a signal file that is damaged or belongs to something else.

    Parameters
    ----------
    frames : number of frames that `axis_info` promises

    Raises
    ------
    DataError : file missing, truncated or empty; column count or type wrong; odd number of
        frames, or another number than `frames`
    """
    try:
        schema = pl.read_parquet_schema(path)
        found = pl.scan_parquet(path).select(pl.len()).collect().item()
    except (PolarsError, OSError) as error:
        raise _damaged(path, error) from error
    if len(schema) != instrument.pixels:
        raise DataError(
            path,
            f"{instrument.pixels} columns ({instrument.rows} x {instrument.columns} pixels)",
            f"{len(schema)} columns",
            _FOREIGN,
        )
    for name, dtype in schema.items():
        if dtype != pl.UInt16:
            raise DataError(path, "columns of type uint16", f"{name} of type {dtype}", _FOREIGN)
    if found == 0:
        raise DataError(path, f"{frames} frames", "no frames at all", _DAMAGED)
    if found % 2:
        raise DataError(
            path,
            "an even number of frames (short and long reads in turn)",
            f"{found} frames",
            _DAMAGED,
        )
    if found != frames:
        raise DataError(
            path,
            f"{frames} frames as in axis_info ({instrument.time_key})",
            f"{found} frames",
            "take signal and axis_info from the same survey",
        )


def read_pixels(
    path: Path, pixels: NDArray[np.int64], frames: int, batch_mib: int
) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Time series of single pixels; the next batch is decoded while this one is worked on.

    Parameters
    ----------
    pixels : (pixel,) flat detector indices
    frames : frames in the file, which sets how many pixels fit a batch
    batch_mib : size of a decoded batch, MiB; two are held at a time

    Yields
    ------
    index into `pixels`, and counts (frame,) ADU

    Raises
    ------
    DataError : the pages of the file cannot be decoded, or hold nulls
    """
    step = max(1, batch_mib * 2**20 // (2 * max(frames, 1)))
    starts = range(0, pixels.size, step)
    names = [f"column_{pixel}" for pixel in pixels]
    with ThreadPoolExecutor(1) as reader:
        pending = [reader.submit(_read_batch, path, names[start : start + step]) for start in [0]]
        for start in starts:
            batch = pending.pop().result()
            following = start + step
            if following < pixels.size:
                names_next = names[following : following + step]
                pending.append(reader.submit(_read_batch, path, names_next))
            for offset, column in enumerate(batch.get_columns()):
                yield start + offset, column.to_numpy()


def _read_batch(path: Path, names: list[str]) -> pl.DataFrame:
    try:
        batch = pl.read_parquet(path, columns=names)
    except (PolarsError, OSError) as error:
        raise _damaged(path, error) from error
    return batch


def _damaged(path: Path, error: Exception) -> DataError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(path, "a readable parquet file", text, _DAMAGED)
