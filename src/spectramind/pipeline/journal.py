"""What the event log says about the runs that filled a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spectramind.provenance.events import read_events
from spectramind.report.content import Journal

_MOST = 400
"""Events shown, the latest: a survey with many broken planets has one for each."""
_DETAILS = ("error", "planet", "status", "seconds", "hash", "commit")


def journal_of(log: Path, out: Path) -> Journal:
    """Commands and events of all runs into a folder; some verbs go on from the last `predict`."""
    records = list(read_events(log))
    runs = _runs_into(records, out.absolute())
    mine = [record for record in records if record["run"] in runs]
    return Journal(tuple(_commands(mine)), tuple(_row(record) for record in mine[-_MOST:]))


def _runs_into(records: Iterable[dict[str, Any]], out: Path) -> set[str]:
    """Names of the runs with this `paths.out`, named or taken from the last `predict`."""
    runs: set[str] = set()
    last: Path | None = None
    for record in records:
        if record["event"] != "started":
            continue
        named = record.get("config", {}).get("paths", {}).get("out")
        folder = Path(record.get("folder", ""), named) if named else last
        if record["verb"] == "predict":
            last = folder
        if folder == out:
            runs.add(record["run"])
    return runs


def _commands(records: Iterable[dict[str, Any]]) -> list[str]:
    """Each command once, in the order in which it was last given."""
    commands: dict[str, None] = {}
    for record in records:
        if record["event"] == "started":
            text = " ".join(["spectramind", record["verb"], *record.get("overrides", ())])
            commands.pop(text, None)
            commands[text] = None
    return list(commands)


def _row(record: dict[str, Any]) -> tuple[str, str, str, str]:
    details = "; ".join(f"{key} {record[key]}" for key in _DETAILS if record.get(key) is not None)
    return str(record["time"])[:19], str(record["verb"]), str(record["event"]), details
