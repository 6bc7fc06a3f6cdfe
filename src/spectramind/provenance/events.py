"""The event log: one JSON object a line, appended in one write, never rewritten.

Schema 1: `schema`, `time` (UTC, ISO 8601), `run` (run id), `verb`, `event`, then the fields of
the event. A line torn by a crash or a full disk is skipped by the reader.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spectramind.errors import DataError
from spectramind.provenance.atomic import output_error

SCHEMA = 1


def append_line(path: Path, line: str) -> None:
    """Append `line` to `path` in a single write, so that parallel writers do not interleave.

    A torn last line is closed first: it must not swallow the line that follows it.

    Raises
    ------
    OutputError : the log cannot be written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(size - 1, 0))
            closing = b"" if log.read(1) in (b"", b"\n") else b"\n"
            rest = closing + line.encode() + b"\n"
            # Only a disk that fills up takes less than the whole; the next write then says so.
            while rest:
                rest = rest[log.write(rest) or 0 :]
    except OSError as error:
        raise output_error(path, error) from error


def append_event(path: Path, run: str, verb: str, event: str, **fields: Any) -> None:
    """Append one event of a run to the log at `path`."""
    record = {
        "schema": SCHEMA,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "run": run,
        "verb": verb,
        "event": event,
        **fields,
    }
    append_line(path, json.dumps(record, default=str))


def _is_event(record: Any) -> bool:
    """Whether a line is an event as `append_event` writes them."""
    return (
        isinstance(record, dict)
        and record.get("schema") == SCHEMA
        and all(isinstance(record.get(key), str) for key in ("time", "run", "verb", "event"))
    )


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events in `path`, oldest first; torn, foreign and other lines are skipped.

    Raises
    ------
    DataError : the log cannot be read
    """
    if not path.is_file():
        return
    try:
        with path.open(encoding="utf-8", errors="replace") as handle:
            for line in handle:
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if _is_event(record):
                    yield record
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(path, "a readable event log", found, "make it readable") from error
