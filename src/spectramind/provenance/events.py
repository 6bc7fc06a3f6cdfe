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

from spectramind.provenance.atomic import output_error

SCHEMA = 1


def append_line(path: Path, line: str) -> None:
    """Append `line` to `path` in a single write, so that parallel writers do not interleave.

    Raises
    ------
    OutputError : the log cannot be written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, line.encode() + b"\n")
        finally:
            os.close(handle)
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


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events in `path`, oldest first; torn lines and other schemas are skipped."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as handle:
        for line in handle:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(record, dict) and record.get("schema") == SCHEMA:
                yield record
