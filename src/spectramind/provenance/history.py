"""Past runs, as the event log tells them: what ran, with what, how long, and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spectramind.errors import DataError
from spectramind.provenance.events import read_events


@dataclass(frozen=True)
class PastRun:
    """One run, from its events.

    name      `<time>-<hash>`, unique
    hash      names verb, configuration and code
    started   UTC, ISO 8601
    status    ok, failed, interrupted; "unfinished" while it runs or after it was killed
    seconds   duration; None without an end
    config    the resolved configuration
    data      digest of the survey's tables; None where no survey was named
    dvc       digest of each output that dvc.lock names; empty without one
    result    summary that the verb ended with; empty where it had none
    """

    name: str
    hash: str
    verb: str
    started: str
    folder: str = ""
    status: str = "unfinished"
    seconds: float | None = None
    error: str | None = None
    overrides: tuple[str, ...] = ()
    config: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    commit: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    data: str | None = None
    dvc: dict[str, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def out(self) -> Path | None:
        """Folder of the products that the run was told, absolute; None where it was told none."""
        paths = self.config.get("paths")
        named = paths.get("out") if isinstance(paths, dict) else None
        return Path(self.folder, named) if isinstance(named, str) else None


_TEXTS = ("hash", "folder", "code", "commit", "data")
_MAPPINGS = ("config", "versions", "dvc")


def _started(record: dict[str, Any]) -> PastRun:
    """A run from its first event; a field of another type than is written is as if it were not."""
    known: dict[str, Any] = {"hash": ""}
    known |= {name: record[name] for name in _TEXTS if isinstance(record.get(name), str)}
    known |= {name: record[name] for name in _MAPPINGS if isinstance(record.get(name), dict)}
    given = record.get("overrides")
    overrides = tuple(map(str, given)) if isinstance(given, list) else ()
    return PastRun(
        record["run"], verb=record["verb"], started=record["time"], overrides=overrides, **known
    )


def _ended(run: PastRun, record: dict[str, Any]) -> PastRun:
    status, seconds, error = (record.get(key) for key in ("status", "seconds", "error"))
    return replace(
        run,
        status=status if isinstance(status, str) else run.status,
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
        error=error if isinstance(error, str) else None,
    )


def past_runs(events: Iterable[dict[str, Any]]) -> list[PastRun]:
    """Put events together, a run each, oldest first; events without a start are left out."""
    runs: dict[str, PastRun] = {}
    for record in events:
        name, event = record["run"], record["event"]
        if event == "started":
            runs[name] = _started(record)
        elif name in runs and event == "result":
            if isinstance(record.get("result"), dict):
                runs[name] = replace(runs[name], result=record["result"])
        elif name in runs and event == "finished":
            runs[name] = _ended(runs[name], record)
    return list(runs.values())


def read_runs(log: Path) -> list[PastRun]:
    """Runs in the event log `log`, oldest first.

    Raises
    ------
    DataError : there is no such log
    """
    if not log.is_file():
        remedy = "give the folder of the log with --logs"
        raise DataError(log, "an event log", "no such file", remedy)
    return past_runs(read_events(log))


def find_run(runs: Sequence[PastRun], key: str) -> PastRun:
    """The run whose name is `key`, or the latest whose hash begins with it.

    Raises
    ------
    DataError : there is none, or runs of different hashes begin like that
    """
    for run in runs:
        if run.name == key:
            return run
    matches = [run for run in runs if key and run.hash.startswith(key)]
    hashes = sorted({run.hash for run in matches})
    remedy = "`spectramind runs list` shows all"
    if len(hashes) != 1:
        found = ", ".join(hashes) or "none"
        raise DataError("event log", f"one run of name or hash {key!r}", found, remedy)
    return matches[-1]


def score_of(run: PastRun, runs: Sequence[PastRun]) -> float | None:
    """Score that a run ended with, or that a later `score` gave to the very table it wrote."""
    if (own := _number(run.result.get("score"))) is not None:
        return own
    table = run.result.get("sha256")
    for other in reversed(runs):
        if table and other.verb == "score" and other.result.get("sha256") == table:
            return _number(other.result.get("score"))
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None
