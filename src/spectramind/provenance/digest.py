"""Digests: what tells two configurations, inputs or products apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_WHOLE = 1 << 20
_BLOCK = 1 << 16


def sha256(path: Path) -> str:
    """SHA-256 of the whole content of `path`, as hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def config_hash(config: Any) -> str:
    """First 12 hex digits of the SHA-256 of the canonical JSON of `config`."""
    return hashlib.sha256(canonical_json(config).encode()).hexdigest()[:12]


def fingerprint(paths: Iterable[Path]) -> str:
    """Digest of the inputs of one task: names, sizes and contents of `paths`, in order.

    Files up to 1 MiB count whole. Of a larger file the first and last 64 KiB count with its size:
    a parquet file ends in a footer with the offsets, sizes and statistics of all its pages, so
    frames that change without changing the fingerprint do not occur by accident, and 200 MB a
    visit need not be read twice.
    """
    digest = hashlib.sha256()
    for path in paths:
        size = path.stat().st_size
        digest.update(f"{path.name}:{size};".encode())
        with path.open("rb") as handle:
            if size <= _WHOLE:
                digest.update(handle.read())
            else:
                digest.update(handle.read(_BLOCK))
                handle.seek(-_BLOCK, 2)
                digest.update(handle.read())
    return digest.hexdigest()[:16]
