"""Reading parquet files so that every fault of a file becomes one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from spectramind.errors import DataError

_REMEDY = "copy the file again from the competition's data"


@contextmanager
def parquet_faults(path: Path) -> Iterator[None]:
    """Turn whatever reading the parquet file `path` raises into a DataError.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file
    """
    try:
        if path.stat().st_size == 0:
            raise DataError(path, "a parquet file", "an empty file", _REMEDY)
        yield
    except FileNotFoundError as error:
        raise DataError(path, "a parquet file", "no such file", _REMEDY) from error
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        found = f"a truncated or damaged one ({str(error).splitlines()[0]})"
        raise DataError(path, "a complete parquet file", found, _REMEDY) from error


def parquet_shape(path: Path) -> tuple[int, Mapping[str, pl.DataType]]:
    """Row count and columns of a parquet file, from its footer alone.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file
    """
    with parquet_faults(path):
        scan = pl.scan_parquet(path.absolute(), glob=False)
        columns = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    return int(rows), columns


def read_parquet(path: Path) -> pl.DataFrame:
    """Read a small parquet file whole.

    Raises
    ------
    DataError : missing, empty, truncated or damaged file
    """
    with parquet_faults(path):
        return pl.read_parquet(path.absolute(), glob=False)


def check_pixel_columns(
    path: Path, columns: Mapping[str, pl.DataType], count: int, dtype: pl.DataType
) -> None:
    """Raise DataError unless `columns` are column_0..column_<count - 1>, all of type `dtype`."""
    if len(columns) != count:
        raise DataError(path, f"{count} columns", f"{len(columns)}", _REMEDY)
    for index, (name, found) in enumerate(columns.items()):
        if name != f"column_{index}":
            raise DataError(path, f"column_{index} as column {index + 1}", name, _REMEDY)
        if found != dtype:
            raise DataError(path, f"{dtype} in {name}", f"{found}", _REMEDY)
