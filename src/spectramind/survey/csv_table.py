"""Strict reading of the competition's CSV tables: exact header, integer ids, numbers elsewhere."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.survey.row_table import check_header, shortened

_REMEDY = "restore the file from the competition's data"
_LARGEST_EXACT = 2.0**53


@dataclass(frozen=True)
class NumberTable:
    """A table of numbers with an optional planet_id in front.

    planet_ids   (row,) empty where the table has no planet_id
    values       (row, column) NaN where a cell is blank
    """

    planet_ids: tuple[int, ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]


def read_number_table(path: Path, header: Sequence[str]) -> NumberTable:
    """Read a CSV file whose header must be `header`; a first column planet_id becomes the ids.

    Raises
    ------
    DataError : missing, empty or ragged file, another header, no rows, a cell that is not a number,
        an id that is not an integer or that occurs twice
    """
    text = _text(path, header)
    with_ids = header[0] == "planet_id"
    ids = _planet_ids(path, text["planet_id"]) if with_ids else ()
    columns = tuple(header[1:] if with_ids else header)
    return NumberTable(ids, columns, _numbers(path, text.select(columns)))


def read_planet_ids(path: Path, header: Sequence[str]) -> tuple[int, ...]:
    """Ids of a table whose header must be `header`, planet_id first; no other cell is looked at.

    Raises
    ------
    DataError : as `read_number_table`, for header, rows and ids
    """
    return _planet_ids(path, _text(path, header)["planet_id"])


def _text(path: Path, header: Sequence[str]) -> pl.DataFrame:
    """Cells as text, null where they are blank."""
    _check_header(path, header)
    try:
        # Bytes, not a path: polars reads patterns into the names of files.
        content = path.read_bytes()
        text = pl.read_csv(content, infer_schema=False, null_values=["", "NA"])
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        found = str(error).splitlines()[0]
        raise DataError(path, f"{len(header)} cells in every row", found, _REMEDY) from error
    if text.height == 0:
        raise DataError(path, "at least one row", "only a header", _REMEDY)
    return text


def read_label_table(path: Path, header: tuple[str, str]) -> dict[int, str]:
    """Read a CSV file of two columns, planet_id and a label, in the order of its rows.

    Raises
    ------
    DataError : missing, empty or ragged file, another header, no rows, an id that is not an
        integer or that occurs twice, a blank label
    """
    text = _text(path, header)
    ids = _planet_ids(path, text["planet_id"])
    labels = text[header[1]].str.strip_chars()
    blank = labels.is_null() | (labels == "")
    if blank.any():
        planet = ids[int(blank.arg_true()[0])]
        raise DataError(path, f"a {header[1]} of planet {planet}", "a blank cell", _REMEDY)
    return dict(zip(ids, labels.to_list(), strict=True))


def require_finite(path: Path, table: NumberTable) -> None:
    """Raise DataError naming the first cell of `table` that is blank, NaN or infinite."""
    bad = np.argwhere(~np.isfinite(table.values))
    if bad.size:
        row, column = bad[0]
        where = f"{table.columns[column]} of {_row_name(table, int(row))}"
        raise DataError(path, f"a finite {where}", str(table.values[row, column]), _REMEDY)


def _row_name(table: NumberTable, row: int) -> str:
    return f"planet {table.planet_ids[row]}" if table.planet_ids else f"row {row + 1}"


def _check_header(path: Path, header: Sequence[str]) -> None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            found = next(csv.reader(handle), [])
    except FileNotFoundError as error:
        raise DataError(path, "a CSV file", "no such file", "check paths.input") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(path, "a readable CSV file", str(error), _REMEDY) from error
    check_header(path, header, found)


def _planet_ids(path: Path, text: pl.Series) -> tuple[int, ...]:
    """Integers from text that may be written as floats ("1103775.0"), each occurring once."""
    stripped = text.str.strip_chars()
    exact = stripped.cast(pl.Int64, strict=False)
    # Only where the text is no integer: a float would lose digits of ids beyond 2^53.
    number = stripped.cast(pl.Float64, strict=False)
    whole = (
        number.is_finite() & (number == number.floor()) & (number.abs() < _LARGEST_EXACT)
    ).fill_null(False)
    wrong = exact.is_null() & ~whole
    if wrong.any():
        row = int(wrong.arg_true()[0])
        found = shortened(str(text[row]))
        raise DataError(path, f"an integer planet_id in row {row + 1}", found, _REMEDY)
    ids = [int(a) if a is not None else int(b) for a, b in zip(exact, number, strict=True)]
    seen: set[int] = set()
    for planet_id in ids:
        if planet_id in seen:
            raise DataError(
                path, f"planet_id {planet_id} once", f"it {ids.count(planet_id)} times", _REMEDY
            )
        seen.add(planet_id)
    return tuple(ids)


def _numbers(path: Path, text: pl.DataFrame) -> NDArray[np.float64]:
    """Cells as float64 (row, column); blank cells become NaN, other text is a fault."""
    stripped = text.select(pl.all().str.strip_chars())
    numbers = stripped.select(pl.all().cast(pl.Float64, strict=False))
    lost = (
        numbers.select(pl.all().is_null()).to_numpy()
        & ~stripped.select(pl.all().is_null()).to_numpy()
    )
    if lost.any():
        row, column = (int(index) for index in np.argwhere(lost)[0])
        expected = f"a number in column {text.columns[column]} of row {row + 1}"
        raise DataError(path, expected, shortened(str(text[row, column])), _REMEDY)
    return np.ascontiguousarray(
        numbers.select(pl.all().fill_null(float("nan"))).to_numpy(), dtype=np.float64
    )
