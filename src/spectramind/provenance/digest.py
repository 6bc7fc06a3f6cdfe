"""Digests: what tells two configurations, inputs or products apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_HEAD = 1 << 16
_TAIL = 1 << 22


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


def fingerprint(paths: Iterable[Path], *, names: bool = True) -> str:
    """Digest of the inputs of one task: names, sizes and contents of `paths`, in order.

    Without `names` files of another name and the same content have the same digest.

    Of a file above 4 MiB the first 64 KiB and the last 4 MiB count, with its size. That holds the
    whole footer of a parquet file, which is 2 MiB for AIRS-CH0: offset and compressed size of each
    pixel's series. Frames that change without changing the digest do not occur by accident, and
    200 MB a visit need not be read twice.
    """
    digest = hashlib.sha256()
    for path in paths:
        size = path.stat().st_size
        digest.update(f"{path.name if names else ''}:{size};".encode())
        with path.open("rb") as handle:
            digest.update(handle.read(_HEAD))
            handle.seek(max(handle.tell(), size - _TAIL))
            digest.update(handle.read())
    return digest.hexdigest()[:16]
