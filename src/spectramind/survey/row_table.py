"""Tables with a row a planet, read so that a bad row or cell costs that planet alone."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError

_REMEDY = "restore the file from the competition's data"
_LARGEST_EXACT = 2.0**53
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BLANK = ("", "NA")


@dataclass(frozen=True)
class RowFault:
    """What is wrong in one row.

    row     from 1, the header not counted
    planet  None where the row says of none
    """

    row: int
    planet: int | None
    expected: str
    found: str


@dataclass(frozen=True)
class RowTable:
    """What could be read.

    rows    values by planet id, in the order of the file; NaN where a cell says nothing
    faults  rows and cells that could not be read, in their order
    """

    rows: dict[int, tuple[float, ...]]
    faults: tuple[RowFault, ...]


def planet_id(text: str) -> int | None:
    """An id that may be written as a float ("1103775.0"); None where it is none."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    number = _number(text)
    if number is None or not math.isfinite(number) or number != math.floor(number):
        return None
    return int(number) if abs(number) < _LARGEST_EXACT else None


def _number(text: str) -> float | None:
    """A cell's number, NaN for a blank one; None for other text."""
    text = text.strip()
    if text in _BLANK:
        return math.nan
    try:
        # Python also takes 1_000, which no other reader of tables does.
        return None if "_" in text else float(text)
    except ValueError:
        return None


def shortened(text: str, limit: int = 40) -> str:
    """A quoted text that fits into a line."""
    return repr(text if len(text) <= limit else f"{text[: limit - 3]}...")


def _read(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
            return list(csv.reader(handle))
    except FileNotFoundError as error:
        raise DataError(path, "a CSV file", "no such file", "check paths.input") from error
    except (OSError, csv.Error) as error:
        raise DataError(path, "a readable CSV file", str(error), _REMEDY) from error


def check_header(path: Path, header: Sequence[str], found: Sequence[str]) -> None:
    """See that a table has exactly the columns of `header`.

    Raises
    ------
    DataError : an empty table, a column in another place, too many or too few
    """
    if not found:
        raise DataError(path, f"a header of {len(header)} columns", "an empty file", _REMEDY)
    if found[0] in ("", "Unnamed: 0") and tuple(found[1:]) == tuple(header):
        remedy = "write the table with `to_csv(path, index=False)`"
        what = f"{shortened(found[0])}, the index that pandas writes"
        raise DataError(path, f"'{header[0]}' as the first column", what, remedy)
    for position, (want, got) in enumerate(zip(header, found, strict=False), start=1):
        if want != got:
            raise DataError(path, f"'{want}' as column {position}", shortened(got), _REMEDY)
    if len(found) != len(header):
        raise DataError(path, f"{len(header)} columns", f"{len(found)}", _REMEDY)


def read_row_table(path: Path, header: Sequence[str]) -> RowTable:
    """Read a CSV file whose header must be `header`, planet_id first.

    A row without an id or with another number of cells is left out, a cell that is no number says
    nothing, and where two rows of a planet differ neither is believed in what they differ in.

    Raises
    ------
    DataError : missing or empty file, another header, not one row that can be read
    """
    lines = _read(path)
    check_header(path, header, lines[0] if lines else ())
    rows: dict[int, tuple[float, ...]] = {}
    faults: list[RowFault] = []
    for number, cells in enumerate(lines[1:], start=1):
        if not any(cell.strip() for cell in cells):
            continue
        planet = planet_id(cells[0])
        if planet is None:
            faults.append(RowFault(number, None, "an integer planet_id", shortened(cells[0])))
            continue
        if len(cells) != len(header):
            expected = f"{len(header)} cells"
            faults.append(RowFault(number, planet, expected, f"{len(cells)}"))
            continue
        values = []
        for name, cell in zip(header[1:], cells[1:], strict=True):
            value = _number(cell)
            if value is None:
                faults.append(RowFault(number, planet, f"a number in {name}", shortened(cell)))
            values.append(math.nan if value is None else value)
        if planet in rows:
            faults.append(RowFault(number, planet, "one row a planet", "another"))
            values = [a if a == b else math.nan for a, b in zip(rows[planet], values, strict=True)]
        rows[planet] = tuple(values)
    if not rows:
        found = faults[0] if faults else None
        text = f"{found.found} in row {found.row}" if found else "only a header"
        raise DataError(path, f"rows of {len(header)} cells", text, _REMEDY)
    return RowTable(rows, tuple(faults))
