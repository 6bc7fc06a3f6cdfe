"""One file by Kaggle's client: fetched beside its place, checked, then moved there."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

from spectramind.errors import DataError, OutputError
from spectramind.kaggle.client import Client
from spectramind.kaggle.competition_files import RemoteFile
from spectramind.survey.file_check import check_file

_TRIES = 4
_SECONDS_BETWEEN_TRIES = 5.0
_FULL = re.compile(r"No space left|Disk quota exceeded|Errno (28|122)")


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Whether a file is there with the size and the content that it must have."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    try:
        check_file(path, file.name)
    except DataError:
        return False
    return True


def fetch_file(client: Client, competition: str, file: RemoteFile, staging: Path) -> bool:
    """Fetch a file into `staging`, below its own name; False where it is there and whole.

    Raises
    ------
    OutputError : the disk is full
    DataError : it did not come whole in several tries
    """
    path = staging / file.name
    if is_whole(path, file):
        return False
    reason = ""
    for number in range(_TRIES):
        if number:
            client.sleep(_SECONDS_BETWEEN_TRIES * number)
        reason = _try(client, competition, file, staging)
        if not reason:
            return True
        if _FULL.search(reason):
            remedy = "free disk space and give the command again; what is there stays"
            raise OutputError(path, f"{file.size / 1e6:.0f} MB of disk", "a full disk", remedy)
    raise DataError(file.name, f"{file.size} bytes that are what they claim", reason, "try again")


def _try(client: Client, competition: str, file: RemoteFile, staging: Path) -> str:
    """One try; why it failed, or an empty text."""
    path = staging / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    said = client.read(
        "competitions", "download", competition, "-f", file.name, "-p", staging, "-q"
    )
    if said.status != 0:
        return said.last  # a part of it may be there, which the client goes on from
    _unwrapped(staging, path)
    if not path.is_file():
        return "the client left no file"
    size = path.stat().st_size
    if size != file.size:
        path.unlink()
        return f"{size} bytes"
    try:
        check_file(path, file.name)
    except DataError as error:
        path.unlink()
        return f"{error.found} instead of {error.expected}"
    return ""


def _unwrapped(staging: Path, path: Path) -> None:
    """Bring to its place what clients leave elsewhere: without folders, or in a zip of its own."""
    flat = staging / path.name
    for left in (path, flat):
        archive = left.with_name(f"{left.name}.zip")
        if archive.is_file() and zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                wanted = [n for n in packed.namelist() if PurePosixPath(n).name == path.name]
                if len(wanted) == 1:
                    path.write_bytes(packed.read(wanted[0]))
            archive.unlink()
    if flat != path and flat.is_file() and not path.is_file():
        flat.replace(path)
