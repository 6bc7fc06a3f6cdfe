"""The manifest of a survey: path, size and digest of every file, and what has changed since.

It stands for 247 GB of frames in one small file. The digest of a file above 4 MiB covers its size,
its first 64 KiB and its last 4 MiB, as everywhere: a footer of parquet tells frames apart.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from spectramind.errors import DataError
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import fingerprint

FILE_NAME = "survey_manifest.json"


@dataclass(frozen=True)
class SurveyFile:
    """One file of a survey.

    path    below the survey's folder, with slashes
    size    bytes
    digest  fingerprint of name, size and content
    """

    path: str
    size: int
    digest: str


def survey_files(root: Path) -> tuple[SurveyFile, ...]:
    """Every file below `root`, by path; names that begin with a dot are nobody's data.

    Raises
    ------
    DataError : there is no such folder, or no file in it
    """
    files = tuple(
        SurveyFile(path.relative_to(root).as_posix(), path.stat().st_size, fingerprint([path]))
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    )
    if not files:
        found = "an empty folder" if root.is_dir() else "no such folder"
        raise DataError(root, "the files of a survey", found, "correct paths.input")
    return files


def write_manifest(path: Path, files: tuple[SurveyFile, ...]) -> None:
    """Write a manifest, one line a file; equal files give equal bytes."""
    lines = ",\n".join(json.dumps(asdict(file)) for file in files)
    write_text(path, f"[\n{lines}\n]\n")


def read_manifest(path: Path) -> tuple[SurveyFile, ...]:
    """Read a manifest.

    Raises
    ------
    DataError : it is missing or damaged
    """
    remedy = "write it with `spectramind manifest`"
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        return tuple(SurveyFile(r["path"], int(r["size"]), str(r["digest"])) for r in records)
    except FileNotFoundError:
        raise DataError(path, "a survey manifest", "no such file", remedy) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(path, "a survey manifest", str(error), remedy) from error


def changes(before: tuple[SurveyFile, ...], now: tuple[SurveyFile, ...]) -> dict[str, str]:
    """What became of each file that is not as it was: changed, missing or new, by path."""
    old, new = ({file.path: file for file in files} for files in (before, now))
    found = {path: "missing" for path in old if path not in new}
    found |= {path: "changed" for path in old if path in new and old[path] != new[path]}
    found |= {path: "new" for path in new if path not in old}
    return dict(sorted(found.items()))
