"""The manifest of a bundle: what lies in it, and what made it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from spectramind.errors import DataError

MANIFEST = "manifest.json"
SCHEMA = 1
"""Version of the manifest's form; raised when a field changes its meaning."""


@dataclass(frozen=True)
class Origin:
    """What made the files of a bundle.

    run_hash     names configuration and code of the run
    data_digest  digest of the input data
    versions     version by package name
    notes        further text by name, such as estimator or number of fallbacks
    """

    run_hash: str
    data_digest: str
    versions: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileEntry:
    """Size in byte and SHA-256 (hex) of one file."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Files of a bundle by name, and their origin."""

    files: Mapping[str, FileEntry]
    origin: Origin

    def to_json(self) -> str:
        """Readable JSON with sorted keys: equal manifests give equal text."""
        value = {
            "schema": SCHEMA,
            "files": {name: asdict(entry) for name, entry in self.files.items()},
            "run_hash": self.origin.run_hash,
            "data_digest": self.origin.data_digest,
            "versions": dict(self.origin.versions),
            "notes": dict(self.origin.notes),
        }
        return json.dumps(value, indent=2, sort_keys=True) + "\n"


def manifest_of(contents: Mapping[str, bytes], origin: Origin) -> Manifest:
    """Manifest of files given as bytes by name."""
    files = {
        name: FileEntry(len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    }
    return Manifest(files, origin)


def parse_manifest(bundle: Path, content: bytes) -> Manifest:
    """Read what `Manifest.to_json` wrote.

    Raises
    ------
    DataError : damaged, or of another schema version
    """
    remedy = "make the bundle again with `spectramind submit`"
    try:
        value = json.loads(content)
        if value["schema"] != SCHEMA:
            raise DataError(bundle, f"manifest schema {SCHEMA}", str(value["schema"]), remedy)
        files = {name: FileEntry(**entry) for name, entry in value["files"].items()}
        origin = Origin(value["run_hash"], value["data_digest"], value["versions"], value["notes"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise DataError(bundle, f"a sound {MANIFEST}", found, remedy) from error
    return Manifest(files, origin)
