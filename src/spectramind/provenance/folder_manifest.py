"""A manifest for a flat folder of files: what must be there, with size and SHA-256.

Whoever uses a file of such a folder can tell first whether it is the one that was put there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spectramind.errors import DataError
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import sha256

FILE_NAME = "MANIFEST.json"
FORMAT = "spectramind folder 1"
_REMEDY = "make the folder again with `spectramind kaggle bundle`"


def write_manifest(folder: Path, origin: Mapping[str, str], beside: tuple[str, ...] = ()) -> None:
    """List every file of `folder` in its manifest; equal content gives equal bytes.

    Parameters
    ----------
    origin : what made the files, by name
    beside : names of files that accompany the folder and are no part of its content
    """
    names = sorted(path.name for path in folder.iterdir() if path.name not in (FILE_NAME, *beside))
    files = {name: _entry(folder / name) for name in names}
    value = {"format": FORMAT, **origin, "files": files}
    write_text(folder / FILE_NAME, json.dumps(value, indent=1, sort_keys=True) + "\n")


def _entry(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": sha256(path)}


def read_manifest(folder: Path) -> dict[str, Any]:
    """What `write_manifest` wrote.

    Raises
    ------
    DataError : there is none, or it is damaged
    """
    path = folder / FILE_NAME
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT or not isinstance(value["files"], dict):
            raise DataError(path, FORMAT, str(value["format"]), _REMEDY)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(path, "a manifest", f"{type(error).__name__}: {error}", _REMEDY) from error
    return value


def verify_file(path: Path) -> None:
    """Hold one file against the manifest of its folder, where there is one.

    Raises
    ------
    DataError : the manifest is damaged, does not name the file, or names another content
    """
    if not (path.parent / FILE_NAME).is_file():
        return
    expected = read_manifest(path.parent)["files"].get(path.name)
    if expected is None:
        raise DataError(path, f"a file named in {FILE_NAME}", "no such name there", _REMEDY)
    found = _entry(path) if path.is_file() else None
    if found != expected:
        text = f"{found['sha256'][:12]}.." if found else "no such file"
        raise DataError(path, f"SHA-256 {expected['sha256'][:12]}..", text, _REMEDY)
