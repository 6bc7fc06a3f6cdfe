"""Archives of plain arrays, read so that every fault of a file becomes one line."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError

_DAMAGE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, MemoryError,
    OverflowError, NotImplementedError, RuntimeError, SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy and zipfile may raise on a damaged archive."""

Arrays = dict[str, NDArray[np.generic]]


@contextmanager
def npz_faults(path: Path, expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever reading an archive raises into a DataError.

    Raises
    ------
    DataError : missing or damaged file, or one that holds objects
    """
    try:
        yield
    except DataError:
        raise
    except _DAMAGE as error:
        found = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if not path.exists():
            found = "no such file"
        raise DataError(path, expected, found, remedy) from error


def read_npz(path: Path, expected: str, remedy: str) -> Arrays:
    """All arrays of an archive, never objects.

    Raises
    ------
    DataError : missing or damaged file, or one that holds objects
    """
    # A file of our own: numpy leaves one open whose archive it cannot read.
    with (
        npz_faults(path, expected, remedy),
        path.open("rb") as handle,
        np.load(handle, allow_pickle=False) as archive,
    ):
        return {key: np.asarray(archive[key]) for key in archive.files}
