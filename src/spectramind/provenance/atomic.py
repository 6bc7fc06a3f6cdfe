"""Products appear whole or not at all: write beside the target, then rename."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spectramind.errors import OutputError

_REMEDIES = {
    errno.ENOSPC: "free disk space or point paths.out at another disk",
    errno.EDQUOT: "free disk quota or point paths.out at another disk",
    errno.EACCES: "make the folder writable or choose another paths.out",
    errno.EPERM: "make the folder writable or choose another paths.out",
    errno.EROFS: "the file system is read-only; choose another paths.out",
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Turn an operating-system error met while writing `path` into a one-line OutputError."""
    remedy = _REMEDIES.get(error.errno or 0, "choose another paths.out")
    # HDF5 says in its own many words what the number means.
    found = os.strerror(error.errno) if error.errno else str(error)
    return OutputError(path, "a writable place", found, remedy)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary name in the folder of `path`; on success flush it and rename it to `path`.

    Nothing is left behind when the block raises. A process killed inside the block leaves a
    `.name.xxxx.tmp` file, which no reader looks at.

    Raises
    ------
    OutputError : the folder cannot be created or written, or the disk is full
    """
    if not path.name:
        raise OutputError(path, "the name of a file", "a folder", "give the file's name too")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 to `path`, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
