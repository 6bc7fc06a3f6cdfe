"""A few planets of a competition instead of all of it: chosen, fetched file by file, checked.

Files are fetched into a hidden folder; a table or a whole planet moves to its place when it is
checked. Whatever stops the work, nothing that was not checked can be read, and the same command
goes on where it was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectramind.errors import ConfigurationError, DataError, OutputError
from spectramind.kaggle.client import Client
from spectramind.kaggle.competition_files import RemoteFile, competition_files
from spectramind.kaggle.fetched_file import fetch_file, is_whole
from spectramind.provenance.atomic import write_text
from spectramind.survey.partial import MARKER

STAGING = ".fetch"
_RESERVE = 0.2e9
"""Byte of disk that stay free."""

Report = Callable[[int, int, str], None]
"""Called with bytes done, bytes in all and the file that is being fetched."""


@dataclass(frozen=True)
class Choice:
    """Which planets of a split: named, the first, or a random draw; one of the three.

    first, random   number of planets
    seed            of the draw
    """

    split: str
    planets: tuple[int, ...] = ()
    first: int | None = None
    random: int | None = None
    seed: int = 0

    def of(self, known: Sequence[int]) -> tuple[int, ...]:
        """The chosen planets, ascending.

        Parameters
        ----------
        known : planets of the split

        Raises
        ------
        ConfigurationError : none of the three ways, or several
        DataError : a planet that is not there, or more planets than there are
        """
        ways = (bool(self.planets), self.first is not None, self.random is not None)
        if sum(ways) != 1:
            raise ConfigurationError("give one of --planets ID,ID, --first N and --random N")
        ordered = sorted(known)
        if self.planets:
            if unknown := sorted(set(self.planets) - set(ordered)):
                expected = f"planets of the {self.split} split"
                raise DataError("--planets", expected, str(unknown[0]), "correct the id")
            return tuple(sorted(set(self.planets)))
        number = self.first if self.first is not None else self.random
        assert number is not None
        if not 1 <= number <= len(ordered):
            option = "--first" if self.first is not None else "--random"
            raise DataError(option, f"1 to {len(ordered)} planets", str(number), "ask for fewer")
        if self.first is not None:
            return tuple(ordered[:number])
        drawn = np.random.default_rng(self.seed).choice(len(ordered), number, replace=False)
        return tuple(ordered[row] for row in sorted(drawn))


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought.

    planets   that are complete, of those that were asked for
    of        planets that the split has in the competition
    size      byte that were fetched now
    missing   reason by file
    """

    survey: str
    split: str
    planets: tuple[int, ...]
    of: int
    size: int
    missing: dict[str, str]


def fetch_survey(
    client: Client, competition: str, out: Path, choice: Choice, report: Report
) -> Fetched:
    """Fetch tables and the chosen planets of a competition into the survey `out`.

    Raises
    ------
    ConfigurationError : no token, or no way of choosing
    DataError : no such competition or planet
    OutputError : there is not enough disk, or it fills up
    """
    staging = out / STAGING
    listing = staging / f"{competition}.json"
    files = competition_files(client, competition, listing, lambda n: client.tell(f"{n} files"))
    tables = [file for file in files if "/" not in file.name]
    of_planet: dict[int, list[RemoteFile]] = {}
    for file in files:
        if file.planet is not None and file.planet[0] == choice.split:
            of_planet.setdefault(file.planet[1], []).append(file)
    planets = choice.of(list(of_planet))
    due = [file for file in tables if not is_whole(out / file.name, file)]
    waiting = [planet for planet in planets if not (out / choice.split / str(planet)).is_dir()]
    due += [file for planet in waiting for file in of_planet[planet]]
    _check_disk(out, due, staging)
    work = _Work(client, competition, out, sum(file.size for file in due), report)
    work.tables(tables)
    whole = len(planets) == len(of_planet)
    if not whole:
        note = {"competition": competition, "planets": {choice.split: len(of_planet)}}
        write_text(out / MARKER, json.dumps(note) + "\n")
    for planet in waiting:
        work.planet(choice.split, planet, of_planet[planet])
    done = tuple(p for p in planets if (out / choice.split / str(p)).is_dir())
    return Fetched(str(out), choice.split, done, len(of_planet), work.fetched, work.missing)


def _check_disk(out: Path, due: Sequence[RemoteFile], staging: Path) -> None:
    """See that what is due fits, before the first byte.

    Raises
    ------
    OutputError : it does not
    """
    there = sum((staging / f.name).stat().st_size for f in due if (staging / f.name).is_file())
    needed = sum(file.size for file in due) - there + _RESERVE
    free = shutil.disk_usage(out).free
    if due and free < needed:
        expected = f"{needed / 1e9:.2f} GB free for {len(due)} files"
        remedy = "free disk space, or ask for fewer planets"
        raise OutputError(out, expected, f"{free / 1e9:.2f} GB", remedy)


class _Work:
    """Fetching, file after file: what is done, what is missing."""

    def __init__(
        self, client: Client, competition: str, out: Path, total: int, report: Report
    ) -> None:
        self.client, self.competition, self.out = client, competition, out
        self.total, self.report, self.done, self.fetched = total, report, 0, 0
        self.missing: dict[str, str] = {}

    def tables(self, files: Sequence[RemoteFile]) -> None:
        """Fetch tables, each to its place."""
        for file in files:
            if not is_whole(self.out / file.name, file) and self._one(file):
                (self.out / STAGING / file.name).replace(self.out / file.name)

    def planet(self, split: str, planet: int, files: Sequence[RemoteFile]) -> None:
        """Fetch all files of a planet; it moves to its place when all of them are whole."""
        whole = [self._one(file) for file in files]
        if all(whole):
            target = self.out / split / str(planet)
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.out / STAGING / split / str(planet)).replace(target)

    def _one(self, file: RemoteFile) -> bool:
        staging = self.out / STAGING
        self.report(self.done, self.total, file.name)
        try:
            fetched = fetch_file(self.client, self.competition, file, staging)
        except OutputError:
            raise
        except DataError as error:
            self.missing[file.name] = error.found
            return False
        finally:
            self.done += file.size
        self.fetched += file.size if fetched else 0
        self.report(self.done, self.total, file.name)
        return True
