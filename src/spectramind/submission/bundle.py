"""The bundle: one zip with the table, the configuration that made it, the report, a manifest.

The same content gives the same bytes: fixed order, dates, permissions and compression.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from spectramind.errors import DataError
from spectramind.provenance.atomic import atomic_path
from spectramind.submission.manifest import (
    MANIFEST,
    Manifest,
    Origin,
    manifest_of,
    parse_manifest,
)

TABLE, CONFIG, REPORT = "submission.csv", "config.yaml", "report.html"

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Earliest date that the zip format knows."""
_UNIX = 3
_PERMISSIONS = 0o100644 << 16
_LEVEL = 6


def write_bundle(path: Path, files: Mapping[str, bytes | Path], origin: Origin) -> Manifest:
    """Write `files` and their manifest as a zip, atomically.

    Parameters
    ----------
    files : content, or the file that holds it, by its name inside the bundle; `submission.csv`
        must be among them
    origin : what made the files, copied into the manifest

    Raises
    ------
    DataError : `submission.csv` or a named file is missing, or a name is not a plain file name
    OutputError : `path` cannot be written
    """
    _check_names(path, files)
    contents = {name: _content(files[name]) for name in sorted(files, key=_rank)}
    manifest = manifest_of(contents, origin)
    with (
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as bundle,
    ):
        for name, content in {**contents, MANIFEST: manifest.to_json().encode()}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _PERMISSIONS
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, content, compresslevel=_LEVEL)
    return manifest


def _rank(name: str) -> tuple[int, str]:
    """Sort key: the three known files first, the others by name."""
    known = (TABLE, CONFIG, REPORT)
    return (known.index(name) if name in known else len(known), name)


def _check_names(path: Path, files: Mapping[str, bytes | Path]) -> None:
    if TABLE not in files:
        raise DataError(path, f"{TABLE} in the bundle", "none", "give the submission table")
    for name in files:
        if name == MANIFEST or not name or name != Path(name).name or "\\" in name:
            remedy = f"give plain file names other than {MANIFEST}"
            raise DataError(path, "plain file names", repr(name), remedy)


def _content(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(source, "a file to bundle", found, "write it first") from error


def verify_bundle(path: Path) -> Manifest:
    """Read the manifest of a bundle and hold every file against it.

    Raises
    ------
    DataError : no bundle, a damaged one, or a file that differs from its size or SHA-256
    """
    remedy = "make the bundle again with `spectramind submit`"
    try:
        with zipfile.ZipFile(path) as bundle:
            contents = {name: bundle.read(name) for name in bundle.namelist()}
    except OSError as error:
        raise DataError(path, "a bundle", error.strerror or str(error), remedy) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(path, "a sound zip file", str(error), remedy) from error
    if MANIFEST not in contents:
        raise DataError(path, f"a {MANIFEST} inside", "none", remedy)
    manifest = parse_manifest(path, contents.pop(MANIFEST))
    if contents.keys() != manifest.files.keys():
        odd = sorted(contents.keys() ^ manifest.files.keys())
        raise DataError(path, "the files of its manifest", f"{odd[0]} in one alone", remedy)
    for name, entry in manifest_of(contents, manifest.origin).files.items():
        if entry != manifest.files[name]:
            expected = f"{name} with SHA-256 {manifest.files[name].sha256[:12]}..."
            raise DataError(path, expected, f"{entry.sha256[:12]}...", remedy)
    return manifest


def read_member(path: Path, name: str) -> str:
    """Text of one file of a bundle that has been verified."""
    with zipfile.ZipFile(path) as bundle:
        return bundle.read(name).decode()
