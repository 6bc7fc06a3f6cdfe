"""Where the last prediction lies, for verbs that are not told."""

from __future__ import annotations

from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.provenance.events import read_events
from spectramind.provenance.history import past_runs
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
    found: Path | None = None
    for run in past_runs(read_events(log)):
        if run.verb == "predict" and run.status == "ok":
            # Relative paths are relative to where that run was started.
            found = run.out or found
    if found is None:
        raise DataError(log, "a finished predict run", "none", "add +paths.out=DIR")
    return found
