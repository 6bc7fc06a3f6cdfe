"""What files a competition has: names and sizes, page by page from Kaggle's client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spectramind.errors import DataError
from spectramind.kaggle.client import Client, Said
from spectramind.provenance.atomic import write_text

_PAGE = 200
_NEXT = re.compile(r"^Next Page Token = (\S+)$", re.MULTILINE)
_PLANET = re.compile(r"(?P<split>train|test)/(?P<planet>\d+)/.+")


@dataclass(frozen=True)
class RemoteFile:
    """A file of a competition.

    name   below the survey's folder, with slashes
    size   byte
    """

    name: str
    size: int

    @property
    def planet(self) -> tuple[str, int] | None:
        """Split and planet that it belongs to; None for a table."""
        match = _PLANET.fullmatch(self.name)
        return (match["split"], int(match["planet"])) if match else None


def competition_files(
    client: Client, competition: str, kept: Path, found: Callable[[int], None]
) -> tuple[RemoteFile, ...]:
    """Every file of a competition, asked for once and then read from `kept`.

    Parameters
    ----------
    found : told the number of files after each page

    Raises
    ------
    ConfigurationError : no token
    DataError : no such competition, or its rules are not accepted, or another answer than expected
    """
    if kept.is_file():
        return _kept(kept)
    files: list[RemoteFile] = []
    token: str | None = None
    while True:
        page = ["--page-token", token] if token else []
        said = client.read(
            "competitions", "files", competition, "--format", "json", "--page-size", str(_PAGE),
            "-q", *page,
        )  # fmt: skip
        files += _page(said, competition)
        found(len(files))
        following = _NEXT.search(said.out)
        if following is None:
            break
        token = following[1]
    write_text(kept, json.dumps([[file.name, file.size] for file in files]) + "\n")
    return tuple(files)


def _kept(path: Path) -> tuple[RemoteFile, ...]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(RemoteFile(str(name), int(size)) for name, size in rows)
    except (OSError, ValueError, TypeError) as error:
        remedy = "delete it; the list will be fetched again"
        raise DataError(path, "names and sizes of files", str(error), remedy) from error


def _page(said: Said, competition: str) -> list[RemoteFile]:
    if said.absent:
        remedy = f"accept the rules at https://www.kaggle.com/competitions/{competition}/rules"
        raise said.failed(f"the files of competition {competition}", remedy)
    if said.status != 0:
        raise said.failed("a list of files", "check the network and try again")
    try:
        rows = json.loads(said.out[said.out.index("[") :])
        return [RemoteFile(str(row["name"]), int(row["size"])) for row in rows]
    except (ValueError, KeyError, TypeError):
        raise said.failed("names and sizes in byte", "update Kaggle's client") from None
