"""What a validator says: problems with their place in the file, and the verdict they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from spectramind.errors import DataError

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One fault of a submission file.

    code      name of the check that found it
    severity  an error would be rejected or score wrongly; a warning is read as it was meant
    found     what is wrong, without its place
    remedy    what to do about it
    row       row of the table from 1, the header not counted; None for the file as a whole
    column    name of the column; None for the row or file as a whole
    value     offending text as it stands in the file
    planet    text of the planet id of that row
    """

    code: str
    severity: Severity
    found: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str = ""
    planet: str = ""

    @property
    def place(self) -> str:
        """Where in the file, in words."""
        planet = f" (planet {self.planet})" if self.planet else ""
        parts = [f"row {self.row}{planet}"] if self.row is not None else []
        parts += [f"column {self.column}"] if self.column is not None else []
        return ", ".join(parts) or "file"

    @property
    def description(self) -> str:
        """Place, value and what is wrong."""
        value = f"{_shortened(self.value)!r} " if self.value else ""
        return f"{self.place}: {value}{self.found}"

    @property
    def message(self) -> str:
        """One line: place, value, what is wrong, what to do."""
        return " ".join(f"{self.description}; {self.remedy}".split())


def _shortened(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


@dataclass(frozen=True)
class ValidationReport:
    """Verdict on one submission file.

    file      its name
    planets   rows that hold a planet
    problems  in the order found, of each code only the first few
    counts    how often each code was found, also beyond those few
    """

    file: str
    planets: int
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that make the submission invalid."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems to look at that do not make it invalid."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def valid(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def require_valid(self) -> None:
        """Raise a DataError that names the first error, if there is one."""
        if self.valid:
            return
        first = self.errors[0]
        more = sum(self.counts[code] for code in {p.code for p in self.errors}) - 1
        others = f" ({more} more errors)" if more else ""
        found = f"{first.description}{others}"
        raise DataError(self.file, "a valid submission", found, first.remedy)


@dataclass
class Findings:
    """Problems as they are found; keeps the first `shown` of each code and counts all."""

    shown: int
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def wants(self, code: str) -> bool:
        """Whether another problem of this code would be kept."""
        return self.counts[code] < self.shown

    def add(self, problem: Problem) -> None:
        """Count `problem`, and keep it if few of its code are known."""
        if self.wants(problem.code):
            self.problems.append(problem)
        self.counts[problem.code] += 1
