"""What a look at a whole survey found, and whether work can begin all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError


@dataclass(frozen=True)
class Finding:
    """One thing that is not what it claims to be.

    check     name of the check that found it
    file      below the survey's folder, with slashes
    planets   whom it concerns; empty where it concerns all
    harmless  whether the answers are right all the same
    """

    check: str
    file: str
    expected: str
    found: str
    remedy: str
    planets: tuple[int, ...] = ()
    harmless: bool = False

    @property
    def refuses(self) -> bool:
        """Whether every planet would be wrong."""
        return not (self.planets or self.harmless)

    @property
    def message(self) -> str:
        """One line: file, expected, found, remedy."""
        return str(DataError(self.file, self.expected, self.found, self.remedy))


def below(root: Path, file: Path | str) -> str:
    """A file's path below the survey's folder."""
    text = str(file)
    for start in (f"{root}/", f"{root.absolute()}/"):
        text = text.removeprefix(start)
    return text


def fault(check: str, error: DataError, root: Path, planets: Sequence[int] = ()) -> Finding:
    """A finding from an error that a reader raised."""
    file = below(root, error.file)
    return Finding(check, file, error.expected, error.found, error.remedy, tuple(planets))


def named(planets: Sequence[int], most: int = 5) -> str:
    """The first few of many planets, in words."""
    more = f" and {len(planets) - most} more" if len(planets) > most else ""
    return ", ".join(map(str, planets[:most])) + more


def refuse(findings: Sequence[Finding], root: Path) -> None:
    """Raise the first finding that concerns all planets.

    Raises
    ------
    DataError : there is one; how many more there are is said with it
    """
    faults = [finding for finding in findings if finding.refuses]
    if not faults:
        return
    first, more = faults[0], len(faults) - 1
    others = f" ({more} more: `spectramind check`)" if more else ""
    raise DataError(root / first.file, first.expected, first.found + others, first.remedy)
