"""Where the last prediction lies, for verbs that are not told."""

from __future__ import annotations

from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.provenance.events import read_events
from spectramind.provenance.run import EVENTS


def last_out(config: Config) -> Path:
    """`paths.out`, or that of the last successful `predict` in the event log.

    Raises
    ------
    DataError : neither is given nor recorded
    """
    if config.paths.out is not None:
        return config.paths.out
    log = config.paths.logs / EVENTS
    started: dict[str, Path | None] = {}
    found: Path | None = None
    for record in read_events(log):
        if record.get("verb") != "predict":
            continue
        if record["event"] == "started":
            # Relative paths are relative to where that run was started.
            out = record["config"]["paths"]["out"]
            started[record["run"]] = Path(record.get("folder", ""), out) if out else None
        elif record["event"] == "finished" and record.get("status") == "ok":
            found = started.get(record["run"], found)
    if found is None:
        raise DataError(log, "a finished predict run", "none", "add +paths.out=DIR")
    return found
