"""Runs told by the event log, and the differences between two."""

from __future__ import annotations

from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.provenance.data_version import locked_digests, tables_digest
from spectramind.provenance.difference import differences
from spectramind.provenance.history import find_run, past_runs, read_runs, score_of
from spectramind.provenance.run import EVENTS, open_run

LOCK = """schema: '2.0'
stages:
  simulate:
    cmd: spectramind simulate
    outs:
    - path: stages/survey/train.csv
      hash: md5
      md5: 0123456789abcdef
      size: 3
"""


def run_with(logs: Path, *overrides: str, verb: str = "predict", **result: object) -> str:
    config = compose([f"paths.logs={logs}", f"paths.outputs={logs}/outputs", *overrides])
    with open_run(verb, config, overrides) as run:
        run.result(**result)
    return run.name


def test_difference_is_what_was_changed_and_nothing_else(tmp_path: Path) -> None:
    first = run_with(tmp_path, "train.folds=4", planets=3)
    second = run_with(tmp_path, "train.folds=7", planets=5)
    runs = read_runs(tmp_path / EVENTS)
    assert [run.name for run in runs] == [first, second]
    one, other = (find_run(runs, name) for name in (first, second))
    assert one.status == "ok"
    assert one.seconds is not None
    assert one.hash != other.hash
    found = differences(one, other)
    assert found == {"config": {"train.folds": (4, 7)}, "result": {"planets": (3, 5)}}
    assert differences(one, one) == {}


def test_same_settings_have_one_hash_and_the_latest_answers_to_it(tmp_path: Path) -> None:
    first, second = run_with(tmp_path), run_with(tmp_path)
    runs = read_runs(tmp_path / EVENTS)
    assert runs[0].hash == runs[1].hash
    assert find_run(runs, runs[0].hash[:5]).name == second
    assert find_run(runs, first).name == first
    for unknown in ("", "zzzz"):
        with pytest.raises(DataError, match="runs list"):
            find_run(runs, unknown)


def test_killed_run_is_unfinished_and_stray_events_are_no_run(tmp_path: Path) -> None:
    events = [
        {"run": "lost", "verb": "fit", "event": "finished", "status": "ok"},
        {"run": "a", "verb": "fit", "event": "started", "time": "t", "hash": "h"},
    ]
    (run,) = past_runs(events)
    assert (run.status, run.seconds, run.result) == ("unfinished", None, {})
    with pytest.raises(DataError, match="no such file"):
        read_runs(tmp_path / "none.jsonl")


def test_score_of_a_table_reaches_the_run_that_wrote_it(tmp_path: Path) -> None:
    run_with(tmp_path, verb="submit", sha256="aa", score=None)
    run_with(tmp_path, verb="submit", sha256="bb", score=None)
    run_with(tmp_path, verb="score", sha256="aa", score=0.5)
    run_with(tmp_path, verb="train", score=0.7)
    runs = read_runs(tmp_path / EVENTS)
    assert [score_of(run, runs) for run in runs] == [0.5, None, 0.5, 0.7]


def test_data_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = tmp_path / "survey"
    survey.mkdir()
    (survey / "train.csv").write_text("planet_id\n1\n")
    monkeypatch.chdir(tmp_path)
    run_with(tmp_path, f"paths.input={survey}")
    (tmp_path / "dvc.lock").write_text(LOCK)
    (survey / "train.csv").write_text("planet_id\n2\n")
    run_with(tmp_path, f"paths.input={survey}")
    one, other = read_runs(tmp_path / EVENTS)
    assert one.data and other.data == tables_digest(survey)
    assert differences(one, other)["data"] == {
        "tables": (one.data, other.data),
        "dvc.stages/survey/train.csv": (None, "0123456789abcdef"),
    }
    assert tables_digest(None) is None
    assert tables_digest(tmp_path / "nowhere") is None


@pytest.mark.parametrize("text", ["", "stages: 3", "stages: {a: {outs: [{path: x}]}}", "{", "- 1"])
def test_damaged_lock_is_no_lock(text: str, tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text(text)
    assert locked_digests(tmp_path) == {}
