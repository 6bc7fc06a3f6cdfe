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
    names = [f"column_{pixel}" for pixel in pixels]
    batches = [names[start : start + step] for start in range(0, len(names), step)]
    position = 0
    with ThreadPoolExecutor(1) as reader:
        pending = [reader.submit(_read_batch, path, batch) for batch in batches[:1]]
        for following in [*batches[1:], None]:
            batch = pending.pop().result()
            if following is not None:
                pending.append(reader.submit(_read_batch, path, following))
            for column in batch.get_columns():
                yield position, column.to_numpy()
                position += 1


def _read_batch(path: Path, names: list[str]) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=names)
    except (PolarsError, OSError) as error:
        found = str(error).splitlines()[0]
        raise DataError(path, "readable pages", found, "copy the file again") from error
