"""The one exception tree, and the exit code that each branch ends a command with.

    SpectraMindError            5   root
    ├── InternalError           5   what nobody foresaw: a fault of this package
    ├── DataError               2   an input, a product or a schema is not as expected
    │   └── OutputError         2   a product cannot be written (permissions, full disk)
    ├── ConfigurationError      3   a well-formed configuration that cannot work
    └── BudgetError             4   time, memory or disk would not suffice
        └── OutOfMemoryError    4   memory did not suffice

Every message is one line: which file, what was expected, what was found, what to do.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SpectraMindError(Exception):
    """Root of all errors raised on purpose by this package."""

    exit_code = 5


class InternalError(SpectraMindError):
    """An error that was not raised on purpose.

    trace  its traceback
    log    file that keeps the traceback, where a run has kept it
    """

    def __init__(self, text: str, trace: str) -> None:
        super().__init__(" ".join(text.split()))
        self.trace = trace
        self.log: Path | None = None


class DataError(SpectraMindError):
    """A file, table or array that does not have the expected content.

    Parameters
    ----------
    file : path or name of the offending file
    expected : what should have been there
    found : what was there instead
    remedy : what the user can do about it
    """

    exit_code = 2

    def __init__(self, file: Path | str, expected: str, found: str, remedy: str) -> None:
        self.file, self.expected, self.found, self.remedy = str(file), expected, found, remedy
        text = f"{file}: expected {expected}, found {found}; {remedy}"
        super().__init__(" ".join(text.split()))

    def __reduce__(self) -> tuple[type[DataError], tuple[str, str, str, str]]:
        # Exceptions cross process boundaries; the default would lose the four fields.
        return type(self), (self.file, self.expected, self.found, self.remedy)


class OutputError(DataError):
    """A product cannot be written: no permission, a full disk, a folder in the way."""


class ConfigurationError(SpectraMindError):
    """Keys and values that are valid one by one but cannot work together."""

    exit_code = 3


class BudgetError(SpectraMindError):
    """A limit of time, memory or disk that the work would not hold."""

    exit_code = 4


class OutOfMemoryError(BudgetError):
    """Memory ran out; alone, the same work might succeed."""


def shortened_path(path: str, most: int = 300) -> str:
    """A path that fits into a message."""
    return path if len(path) <= most else f"{path[: most // 2]}...{path[-most // 2 :]}"


@contextmanager
def own_errors(*passing: type[Exception]) -> Iterator[None]:
    """Turn every error that leaves the block into one of this tree.

    Parameters
    ----------
    passing : kinds that are no errors and leave as they are
    """
    known: tuple[type[Exception], ...] = (SpectraMindError, *passing)
    try:
        yield
    except known:
        raise
    except MemoryError as error:
        raise OutOfMemoryError(" ".join(f"out of memory: {error}".split())) from error
    except OSError as error:
        if error.filename is None:
            raise InternalError(f"OSError: {error}", traceback.format_exc()) from error
        # What the system says of a path is not our fault: too long a name, no permission, a loop.
        found = error.strerror or str(error)
        file = shortened_path(str(error.filename))
        raise DataError(file, "a usable path", found, "correct the path") from error
    except Exception as error:
        # The end of a process and the end of an item of a survey: here alone everything is caught,
        # since one line must tell the user, and one planet must not cost the others.
        text = f"{type(error).__name__}: {error}"
        raise InternalError(text, traceback.format_exc()) from error
