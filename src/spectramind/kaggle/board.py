"""Kaggle's list of submissions into the ledger: scores, references, and which bundle was which."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spectramind.errors import DataError
from spectramind.kaggle.client import Client, Said
from spectramind.kaggle.ledger import Entry, append_entry, read_ledger

_MOST = 200
"""Submissions that the client lists at once; there is no way to ask it for those before."""
_HASH = re.compile(r"\b[0-9a-f]{8,64}\b")
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class BoardRow:
    """A submission as Kaggle lists it.

    time      UTC, ISO 8601
    status    pending, complete or error
    public, private   scores, None while they are not told
    """

    reference: str
    time: str
    description: str
    status: str
    public: float | None
    private: float | None


@dataclass(frozen=True)
class Synced:
    """What a sync found.

    added     submissions that the ledger did not know
    changed   submissions of which it now knows more
    left      submissions that Kaggle still takes today; None where it does not say
    cut       the list may lack older ones
    """

    listed: int
    added: int
    changed: int
    left: int | None
    cut: bool


def board_rows(client: Client, competition: str) -> tuple[BoardRow, ...]:
    """Submissions of the team, oldest first.

    Raises
    ------
    ConfigurationError : no token
    DataError : no such competition, or another answer than expected
    """
    said = client.read(
        "competitions", "submissions", competition, "--format", "json",
        "--page-size", str(_MOST), "-q",
    )  # fmt: skip
    if said.status != 0:
        raise said.failed(f"the submissions to {competition}", "join it, and check the network")
    if "No submissions found" in said.out:
        return ()
    try:
        rows = json.loads(said.out[said.out.index("[") :])
        return tuple(sorted(map(_row, rows), key=lambda row: row.time))
    except (ValueError, KeyError, TypeError):
        raise said.failed("submissions as JSON", "update Kaggle's client") from None


def _row(values: dict[str, Any]) -> BoardRow:
    date = datetime.fromisoformat(str(values["date"]))
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return BoardRow(
        reference=str(values["ref"]),
        time=date.astimezone(UTC).isoformat(timespec="seconds"),
        description=str(values["description"] or ""),
        status=str(values["status"]).rpartition(".")[2].lower(),
        public=_score(values["publicScore"]),
        private=_score(values["privateScore"]),
    )


def _score(value: object) -> float | None:
    return None if value in (None, "") else float(str(value))


def submissions_left(client: Client, competition: str) -> int | None:
    """Submissions that Kaggle still takes today, None where the client does not say."""
    said = client.read("competitions", "submission-limits", competition, "--json", "-q")
    return _left(said)


def _left(said: Said) -> int | None:
    try:
        answer = json.loads(said.out[said.out.index("{") :])
    except ValueError:
        return None
    # The client has written names of this answer in both ways.
    left = answer.get("numAllowedNow", answer.get("num_allowed_now"))
    return left if said.status == 0 and isinstance(left, int) else None


def entry_for(row: BoardRow, entries: Sequence[Entry]) -> Entry:
    """What the ledger is to hold of a submission.

    It is the one with its reference; else the one whose hash stands in its description, as long as
    that has no reference of its own; else a new one.
    """
    told = {"ref": row.reference, "status": row.status, "public": row.public}
    told |= {"private": row.private}
    same = [entry for entry in entries if entry.ref == row.reference]
    if same:
        return _told(same[0], told)
    made = [entry for entry in entries if _names(row.description, entry)]
    free = [entry for entry in made if entry.ref is None]
    if free:
        return _told(free[0], told)
    if made:  # the same bundle, handed in once more
        again = f"{made[0].table.partition('@')[0]}@{row.reference}"
        fresh = replace(made[0], table=again, time=row.time, public=None, private=None)
        return _told(fresh, told)
    return _told(_foreign(row), told)


def _told(entry: Entry, told: dict[str, Any]) -> Entry:
    """The entry with what Kaggle says; a score that is not told yet takes nothing away."""
    return replace(entry, **{k: v for k, v in told.items() if v is not None})


def _names(description: str, entry: Entry) -> bool:
    known = [key for key in (entry.bundle, entry.table, entry.run_hash) if key]
    return any(key.startswith(word) for word in _HASH.findall(description) for key in known)


def _foreign(row: BoardRow) -> Entry:
    """A submission that was not made by a bundle that the ledger knows."""
    return Entry(
        time=row.time,
        table=f"kaggle-{row.reference}",
        bundle="",
        run_hash="",
        config_hash="",
        code="",
        commit=None,
        seed=None,
        data_digest="",
        checkpoint="",
        estimator=_UNKNOWN,
        calibration="",
        config={},
        note=row.description,
    )


def sync(client: Client, competition: str, ledger: Path) -> Synced:
    """Write into the ledger what Kaggle knows and it does not; a second time writes nothing.

    Raises
    ------
    ConfigurationError : no token
    DataError : no such competition, or the ledger is damaged
    OutputError : the ledger cannot be written
    """
    rows = board_rows(client, competition)
    if len({row.reference for row in rows}) != len(rows):
        raise DataError(competition, "each submission once", "a reference twice", "try again")
    added = changed = 0
    for row in rows:
        entries = read_ledger(ledger)
        entry = entry_for(row, entries)
        before = next((known for known in entries if known.table == entry.table), None)
        if before == entry:
            continue
        added += before is None
        changed += before is not None
        append_entry(ledger, entry)
    left = submissions_left(client, competition)
    return Synced(len(rows), added, changed, left, len(rows) >= _MOST)
