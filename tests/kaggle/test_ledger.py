"""The ledger of submissions, and a recorded one made again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spectramind.cli.app import app
from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.kaggle.ledger import Entry, append_entry, best, entry_of, read_ledger, submitted_on
from spectramind.kaggle.reproduce import find_entry, missing_for, reproduce
from spectramind.pipeline.predict import predict
from spectramind.pipeline.submit import submit
from spectramind.provenance.digest import sha256
from spectramind.provenance.run import open_run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def quiet(done: int, total: int, failed: int) -> None:
    """No progress."""


def places(folder: Path) -> list[str]:
    return [f"paths.{key}={folder}/{key}" for key in ("out", "outputs", "logs")]


@pytest.fixture(scope="module")
def bundle(small_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission of two light fits."""
    folder = tmp_path_factory.mktemp("submission")
    overrides = [
        f"paths.input={small_survey}", *places(folder), "model=polynomial",
        "runtime.executor=serial", f"submit.bundle={folder}/submission.zip", "report.html=false",
        "submit.sigma_floor=2e-6",
    ]  # fmt: skip
    config = compose(overrides)
    with open_run("predict", config, overrides) as run:
        predict(config, run, quiet)
    submit(config, quiet)
    return folder / "submission.zip"


def test_entry_ties_a_score_to_its_origin(bundle: Path) -> None:
    entry = entry_of(bundle, NOON)
    assert entry.bundle == sha256(bundle)
    assert entry.table == sha256(bundle.with_name("submission.csv"))
    assert entry.checkpoint == "generic"
    assert entry.config["model"]["name"] == "polynomial"
    assert entry.time == "2026-03-01T12:00:00+00:00"


def test_later_lines_add_what_is_known(bundle: Path, tmp_path: Path) -> None:
    ledger, entry = tmp_path / "leaderboard.jsonl", entry_of(bundle, NOON)
    append_entry(ledger, replace(entry, cv=0.6, note="first"))
    append_entry(ledger, replace(entry, table="other", cv=0.5, public=0.7))
    append_entry(ledger, replace(entry, public=0.61))
    first, other = read_ledger(ledger)
    assert (first.cv, first.public, first.note) == (0.6, 0.61, "first")
    assert best([first, other], "cv") == first
    assert best([first, other], "public") == other
    assert best([first, other], "private") is None
    assert submitted_on([first, other], "2026-03-01") == 2
    assert submitted_on([first, other], "2026-03-02") == 0


def test_damaged_line_is_named(tmp_path: Path) -> None:
    ledger = tmp_path / "leaderboard.jsonl"
    ledger.write_text('{"time": "now"}\n')
    with pytest.raises(DataError, match="line 1"):
        read_ledger(ledger)


def test_fourth_submission_of_a_day_is_warned_of(bundle: Path, tmp_path: Path) -> None:
    ledger, runner = tmp_path / "leaderboard.jsonl", CliRunner()
    for number in range(3):
        append_entry(ledger, replace(entry_of(bundle), table=f"{number}", cv=0.1 * number))
    place = f"leaderboard.ledger={ledger}"
    known = ["leaderboard.cv=0.9", "leaderboard.note=a wider prior, 4 folds"]
    recorded = runner.invoke(app, ["leaderboard", "record", str(bundle), place, *known, "--json"])
    assert recorded.exit_code == 0
    assert "4 submissions today, Kaggle takes 3" in json.loads(recorded.stdout)["warning"]
    shown = runner.invoke(app, ["leaderboard", "status", place])
    assert "left today     0 of 3" in shown.stdout
    assert shown.stdout.count("polynomial") == 4
    assert "cv 0.9000  public    -    private    -    a wider prior, 4 folds" in shown.stdout
    told = runner.invoke(app, ["leaderboard", "status", place, "--json"])
    assert json.loads(told.stdout)["best"]["cv"] == entry_of(bundle).table


def test_recorded_submission_is_made_again(
    bundle: Path, small_survey: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "leaderboard.jsonl"
    append_entry(ledger, entry_of(bundle))
    entry = find_entry(ledger, entry_of(bundle).table[:8])
    again = [f"paths.input={small_survey}", *places(tmp_path), "runtime.executor=serial"]
    done = reproduce(entry, again, quiet)
    assert Path(done.csv).read_bytes() == bundle.with_name("submission.csv").read_bytes()
    with pytest.raises(DataError, match="found 0"):
        find_entry(ledger, "nothing")


def test_what_is_missing_is_said(bundle: Path, tmp_path: Path) -> None:
    entry: Entry = replace(
        entry_of(bundle), code="0123456789ab", commit="fedcba987654", checkpoint="ab" * 32
    )
    code, survey, checkpoint = missing_for(entry, compose())
    assert "0123456789ab" in code and "commit fedcba987654" in code
    assert "+paths.input=DIR" in survey
    assert "abababababab" in checkpoint and "+model.ckpt=FILE" in checkpoint
    with pytest.raises(DataError, match="commit fedcba987654"):
        reproduce(entry, places(tmp_path), quiet)
