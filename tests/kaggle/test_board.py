"""Kaggle's list of submissions in the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kaggle_site import Site, kaggle_site
from typer.testing import CliRunner

from spectramind.cli.app import app
from spectramind.errors import DataError
from spectramind.kaggle.board import board_rows, sync
from spectramind.kaggle.client import Client
from spectramind.kaggle.ledger import Entry, append_entry, read_ledger, submitted_on

NAME = "ariel-data-challenge-2025"
KNOWN = Entry(
    time="2026-11-30T10:00:00+00:00", table="a" * 64, bundle="b1" * 32, run_hash="c3d4e5f60718",
    config_hash="", code="", commit=None, seed=0, data_digest="", checkpoint="generic",
    estimator="physics", calibration="none", config={}, cv=0.6,
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return kaggle_site(tmp_path / "site", monkeypatch)


def listed(site: Site, *rows: dict[str, Any]) -> None:
    """Put submissions on Kaggle, newest first as it lists them."""
    plain = {
        "fileName": "submission.csv", "date": "2026-11-30T12:00:00.123000", "description": "",
        "status": "SubmissionStatus.COMPLETE", "publicScore": "", "privateScore": "",
    }  # fmt: skip
    (site.root / "submissions.json").write_text(json.dumps([{**plain, **row} for row in rows]))


def test_bundle_is_found_by_the_hash_in_the_description(site: Site, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    append_entry(ledger, KNOWN)
    listed(site, {"ref": 7, "description": f"spectramind {'b1' * 6} x", "publicScore": "0.61"})
    done = sync(Client(), NAME, ledger)
    (entry,) = read_ledger(ledger)
    assert (done.added, done.changed) == (0, 1)
    assert (entry.table, entry.ref, entry.public, entry.cv) == (KNOWN.table, "7", 0.61, 0.6)


def test_same_bundle_twice_is_two_submissions(site: Site, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    append_entry(ledger, KNOWN)
    description = f"spectramind {'b1' * 6}"
    listed(
        site,
        {
            "ref": 8,
            "description": description,
            "publicScore": "0.63",
            "date": "2026-11-30T15:00:00",
        },
        {"ref": 7, "description": description, "publicScore": "0.61"},
    )
    for _ in range(2):
        sync(Client(), NAME, ledger)
    entries = read_ledger(ledger)
    assert [(e.ref, e.public, e.checkpoint) for e in entries] == [
        ("7", 0.61, "generic"), ("8", 0.63, "generic"),
    ]  # fmt: skip
    assert submitted_on(entries, "2026-11-30") == 2


def test_foreign_submission_is_kept_as_such(site: Site, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    listed(site, {"ref": 3, "description": "by hand", "publicScore": "0.5", "privateScore": "0.4"})
    assert sync(Client(), NAME, ledger).added == 1
    (entry,) = read_ledger(ledger)
    assert (entry.estimator, entry.note, entry.private) == ("unknown", "by hand", 0.4)
    assert sync(Client(), NAME, ledger).added == 0
    assert len(ledger.read_text().splitlines()) == 1


def test_score_that_comes_later_and_error(site: Site, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    listed(site, {"ref": 3, "status": "SubmissionStatus.PENDING"})
    sync(Client(), NAME, ledger)
    listed(site, {"ref": 3, "publicScore": "0.55"})
    sync(Client(), NAME, ledger)
    (entry,) = read_ledger(ledger)
    assert (entry.status, entry.public) == ("complete", 0.55)
    listed(site, {"ref": 3, "status": "SubmissionStatus.ERROR"})
    sync(Client(), NAME, ledger)
    assert read_ledger(ledger)[0].status == "error"


def test_times_are_utc_and_days_are_counted(site: Site, tmp_path: Path) -> None:
    listed(site, {"ref": 3, "date": "2026-12-01T01:30:00+02:00"})
    (row,) = board_rows(Client(), NAME)
    assert row.time == "2026-11-30T23:30:00+00:00"
    listed(site)
    assert board_rows(Client(), NAME) == ()
    assert sync(Client(), NAME, tmp_path / "ledger.jsonl").listed == 0


def test_other_answers_are_refused(site: Site, tmp_path: Path) -> None:
    (site.root / "submissions.json").write_text('[{"ref": 1}]')
    with pytest.raises(DataError, match="submissions as JSON"):
        sync(Client(), NAME, tmp_path / "ledger.jsonl")


def test_commands(site: Site, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    listed(site, {"ref": 3, "description": "by hand", "publicScore": "0.5"})
    words = [f"leaderboard.ledger={ledger}"]
    said = CliRunner().invoke(app, ["leaderboard", "sync", *words])
    assert said.exit_code == 0 and "1 added" in said.output and "2 today" in said.output
    status = CliRunner().invoke(app, ["leaderboard", "status", *words])
    assert "public 0.5000" in status.output and "complete" in status.output
