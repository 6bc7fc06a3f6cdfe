"""What went wrong since the prediction that is about to be handed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spectramind.provenance.events import read_events
from spectramind.provenance.history import PastRun, past_runs

NOT_CALIBRATED = "none"
"""How the attribute `calibration` of a prediction begins that no calibrator has touched."""


def runs_into(records: Iterable[dict[str, Any]], out: Path) -> list[PastRun]:
    """Runs with this `paths.out`, named or taken from the last `predict`, oldest first."""
    found: list[PastRun] = []
    last: Path | None = None
    for run in past_runs(records):
        folder = run.out or last
        if run.verb == "predict":
            last = folder
        if folder == out:
            found.append(run)
    return found


@dataclass(frozen=True)
class Setbacks:
    """What `submit` has to say before anything else; None where there is nothing.

    failed     the last `predict` failed: why, and whose prediction is handed in
    undone     a `predict` came after the last `calibrate-temp`
    """

    failed: str | None = None
    undone: str | None = None

    def lines(self) -> tuple[str, ...]:
        """For people, one line each."""
        return tuple(line for line in (self.failed, self.undone) if line)


def _said(run: PastRun) -> str:
    return f"{run.name}, {run.started[:16]}"


def setbacks(log: Path, out: Path, calibration: str) -> Setbacks:
    """Setbacks of the prediction in a folder, as the event log has them.

    Parameters
    ----------
    calibration : what the prediction says of its calibrators
    """
    runs = runs_into(read_events(log), out.absolute())
    good = [k for k, run in enumerate(runs) if run.verb == "predict" and run.status == "ok"]
    if not good:
        return Setbacks()
    last = good[-1]
    return Setbacks(_failed(runs[last], runs[last + 1 :]), _undone(runs, last, calibration))


def _failed(source: PastRun, later: Sequence[PastRun]) -> str | None:
    """Why the last of the later predictions came to nothing."""
    predictions = [run for run in later if run.verb == "predict"]
    if not predictions:
        return None
    last = predictions[-1]
    why = last.error or f"it is {last.status}"
    return (
        f"the last predict ({_said(last)}) failed: {why}; this is the prediction of an earlier "
        f"run ({_said(source)})"
    )


def _undone(runs: Sequence[PastRun], last: int, calibration: str) -> str | None:
    before = [run for run in runs[:last] if run.verb == "calibrate-temp" and run.status == "ok"]
    if not before or not calibration.startswith(NOT_CALIBRATED):
        return None
    return (
        f"predict ({_said(runs[last])}) undid the calibration of {_said(before[-1])}: sigma is as "
        "the estimator states it; run `spectramind calibrate-temp` and submit again"
    )


def table_origin(log: Path, sha256: str) -> str | None:
    """The run that wrote a table of this digest, in words; None where the log knows none."""
    for record in reversed(list(read_events(log))):
        result = record.get("result")
        by_submit = isinstance(result, dict) and record["verb"] == "submit"
        told = result if isinstance(result, dict) and by_submit else record
        if told.get("sha256") == sha256:
            return f"run {record['run']} ({record['verb']}, {record['time'][:16]})"
    return None
