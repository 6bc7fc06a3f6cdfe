"""From the bytes of a submission file to ids and numbers, and every fault of form on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.submission.problem import Findings, Problem
from spectramind.submission.table import COLUMNS
from spectramind.survey.tables import SIGMA_COLUMNS, WAVELENGTH_COLUMNS

FloatArray = NDArray[np.float64]

# What a CSV reader takes for numbers. Python's float() also takes 1_000, spaces and other digits.
_PLAIN_LINE = re.compile(r"[0-9eE+\-.,]*")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NON_FINITE = re.compile(r"[+-]?(nan|inf|infinity)|n/?a|null|none", re.IGNORECASE)
_REWRITE = "write the table with `spectramind submit` or as plain CSV with 567 columns"


@dataclass(frozen=True)
class SubmissionText:
    """A submission file as far as it could be read.

    planets  (planet,) text of the ids
    values   (planet, 566) mu and sigma; NaN where a cell could not be read, which is reported
    """

    planets: tuple[str, ...]
    values: FloatArray


def read_submission_text(path: Path, findings: Findings) -> SubmissionText | None:
    """Read `path`; None where the form is too broken to look at single values.

    Raises
    ------
    DataError : there is no such file
    """
    text = _decoded(path, findings)
    if text is None:
        return None
    lines = _lines(text, findings)
    if not _header_holds(lines[0], findings):
        return None
    complete = text.endswith("\n")
    planets = [line.partition(",")[0] for line in lines[1:]]
    values = np.full((len(planets), len(COLUMNS) - 1), np.nan)
    for index, line in enumerate(lines[1:]):
        cut = index == len(planets) - 1 and not complete
        cells = line.split(",")
        if len(cells) != len(COLUMNS):
            findings.add(_wrong_cell_count(index + 1, planets[index], len(cells), cut))
        elif (numbers := _plain_numbers(line, cells)) is not None:
            values[index] = numbers
        else:
            values[index] = _checked_numbers(index + 1, cells, findings)
    if not planets:
        findings.add(Problem("no-rows", "error", "has a header and no planet", _REWRITE))
    return SubmissionText(tuple(planets), values)


def _decoded(path: Path, findings: Findings) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(path, "a submission table", found, "correct the path") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        findings.add(Problem("encoding", "error", "is not text in UTF-8", _REWRITE))
        return None
    if text.startswith("\ufeff"):
        found = "starts with a byte order mark"
        findings.add(Problem("byte-order-mark", "warning", found, "save it as UTF-8 without BOM"))
        text = text[1:]
    if not text.strip():
        findings.add(Problem("empty", "error", "is empty", _REWRITE))
        return None
    return text


def _lines(text: str, findings: Findings) -> list[str]:
    """Header and rows, without line endings and without the empty end after the last one."""
    if "\r" in text:
        found = "has line endings of another system"
        findings.add(Problem("line-ending", "warning", found, "end lines with \\n alone"))
        text = text.replace("\r\n", "\n")
    if text.endswith("\n"):
        return text[:-1].split("\n")
    found = "does not end with a line ending"
    findings.add(Problem("no-final-newline", "warning", found, "make sure it is not cut off"))
    return text.split("\n")


def _header_holds(header: str, findings: Findings) -> bool:
    """Whether the header is the official one; reports the first place where it is not."""
    names = tuple(header.split(","))
    if names == COLUMNS:
        return True
    found, remedy, code = "", _REWRITE, "header"
    column, value = None, ""
    missing = [name for name in COLUMNS if name not in set(names)]
    if len(names) == 1:
        code, value = "delimiter", header
        found, remedy = "is a header without commas", "separate the columns with commas"
    elif _without_index(names) == COLUMNS:
        code, value = "index-column", names[0] or '""'
        found = "is the name of a column before planet_id: the index that pandas writes"
        remedy = "write the table with `to_csv(path, index=False)`"
    elif tuple(name.strip(' "\r') for name in names) == COLUMNS:
        found, remedy = "has quotes or spaces in its column names", "write the bare names"
    elif names == ("planet_id", *SIGMA_COLUMNS, *WAVELENGTH_COLUMNS):
        code, column, value = "swapped-blocks", names[1], names[1]
        found = "stands where wl_1 belongs: the mu and sigma blocks are swapped"
        remedy = "write wl_1..wl_283 before sigma_1..sigma_283: the score reads by position"
    elif missing:
        column = missing[0]
        found = f"is missing, one of {len(missing)} missing of {len(COLUMNS)} columns"
    else:
        index = next(i for i, name in enumerate((*names, "")) if name not in COLUMNS[i : i + 1])
        column, value = COLUMNS[min(index, len(COLUMNS) - 1)], names[index]
        found = f"is the name of column {index + 1}, in another order or twice"
        remedy = "write the columns in the order of the sample: the score reads by position"
    findings.add(Problem(code, "error", found, remedy, column=column, value=value))
    return False


def _without_index(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names without a first column that pandas made of an index."""
    unnamed = names[0].strip('" ') in ("", "Unnamed: 0", "index", "level_0")
    return tuple(name.strip('"') for name in names[1:]) if unnamed else names


def _wrong_cell_count(row: int, planet: str, cells: int, cut: bool) -> Problem:
    found = f"has {cells} cells instead of {len(COLUMNS)}"
    if cut:
        remedy = "the file is cut off: write it again and check the free disk space"
        return Problem("truncated", "error", found, remedy, row, None, "", planet)
    if cells == 1 and not planet.strip():
        remedy = "delete the line"
        return Problem("blank-line", "error", "is a blank line", remedy, row)
    remedy = "write one value a column, with a decimal point and no comma inside numbers"
    return Problem("cell-count", "error", found, remedy, row, None, "", planet)


def _plain_numbers(line: str, cells: list[str]) -> list[float] | None:
    """The numbers of a row without any fault of form; None where one has to look closer."""
    if not _PLAIN_LINE.fullmatch(line):
        return None
    try:
        return [float(cell) for cell in cells[1:]]
    except ValueError:
        return None


def _checked_numbers(row: int, cells: list[str], findings: Findings) -> list[float]:
    """The numbers of a row cell by cell, NaN and a problem where a cell is not a number."""
    numbers = []
    for column, cell in zip(COLUMNS[1:], cells[1:], strict=True):
        if _PLAIN_NUMBER.fullmatch(cell):
            numbers.append(float(cell))
            continue
        numbers.append(np.nan)
        code, found, remedy = _fault_of_cell(cell)
        findings.add(Problem(code, "error", found, remedy, row, column, cell, cells[0]))
    return numbers


def _fault_of_cell(cell: str) -> tuple[str, str, str]:
    if not cell:
        return "empty-cell", "is an empty cell", "give the value, or the fallback of the planet"
    if _PLAIN_NUMBER.fullmatch(cell.strip(' \t"\r')):
        return "whitespace", "has quotes or spaces around the number", "write the bare number"
    if _NON_FINITE.fullmatch(cell):
        remedy = "give a finite value, or the fallback of the planet"
        return "non-finite", "is not finite: one such cell makes the whole score NaN", remedy
    return "not-a-number", "is not a number", "write a decimal number such as 0.0147 or 1.47e-2"
