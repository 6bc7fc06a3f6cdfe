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

_REMEDY = "copy the file again from the competition's data"


def read_pixels(
    path: Path, pixels: NDArray[np.int64], frames: int, batch_mib: int
) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Time series of single pixels; the next batch is decoded while this one is worked on.

    The footer, which is large for 11,392 columns, is parsed once. It is held against the detector
    by `survey.signals.check_signal`; here every series that is handed out is checked.

    Parameters
    ----------
    pixels : (pixel,) flat detector indices
    frames : frames that `axis_info` promises
    batch_mib : size of a decoded batch, MiB; two are held at a time

    Yields
    ------
    index into `pixels`, and counts (frame,) ADU

    Raises
    ------
    DataError : file missing, truncated or empty; a pixel missing or not uint16; odd number of
        frames, or another number than `frames`
    """
    # Batches of one size, the last as well: every batch plans the read of a wide file anew.
    batch_count = max(1, -(-2 * frames * len(pixels) // (batch_mib * 2**20)))
    step = max(1, -(-len(pixels) // batch_count))
    names = [f"column_{pixel}" for pixel in pixels]
    batches = [names[start : start + step] for start in range(0, len(names), step)]
    table = pl.scan_parquet(path.absolute(), glob=False)
    position = 0
    with ThreadPoolExecutor(1) as reader:
        pending = [reader.submit(_read_batch, path, table, batch) for batch in batches[:1]]
        for following in [*batches[1:], None]:
            batch = pending.pop().result()
            if following is not None:
                pending.append(reader.submit(_read_batch, path, table, following))
            _check_batch(path, batch, frames)
            for column in batch.get_columns():
                counts = column.to_numpy()
                if counts.dtype != np.uint16:
                    # Nulls turn the array into floating point.
                    found = f"nulls in {column.name}"
                    raise DataError(path, "a count in every frame", found, _REMEDY)
                yield position, counts
                position += 1


def _read_batch(path: Path, table: pl.LazyFrame, names: list[str]) -> pl.DataFrame:
    try:
        return table.select(names).collect()
    except (PolarsError, OSError) as error:
        found = str(error).splitlines()[0]
        raise DataError(path, "a readable signal file", found, _REMEDY) from error


def _check_batch(path: Path, batch: pl.DataFrame, frames: int) -> None:
    found = batch.height
    if found == 0 or found % 2 or found != frames:
        expected = f"{frames} frames, as axis_info gives and an even number"
        raise DataError(path, expected, f"{found} frames", _REMEDY)
    for name, dtype in batch.schema.items():
        if dtype != pl.UInt16:
            raise DataError(path, "columns of type UInt16", f"{name} of type {dtype}", _REMEDY)
