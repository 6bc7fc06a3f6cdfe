"""A sweep: every point once, in any number of workers, resumed where it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipeline_commands import spectramind
from spectramind.errors import DataError
from spectramind.pipeline.sweep import TABLE, sweep, sweep_points
from spectramind.provenance.history import read_runs
from spectramind.provenance.run import EVENTS


def arguments(survey: Path, folder: Path, *more: str) -> list[str]:
    return [
        "model=polynomial", f"paths.input={survey}", f"paths.out={folder}/out",
        f"paths.logs={folder}/logs", f"paths.outputs={folder}/outputs",
        "submit.sigma_floor=1e-6,2e-3", *more,
    ]  # fmt: skip


def silent(*_: int) -> None:
    pass


def test_points_are_scored_tabulated_and_resumed(light_curve_survey: Path, tmp_path: Path) -> None:
    serial = [*arguments(light_curve_survey, tmp_path), "runtime.executor=serial"]
    first = sweep("predict", serial, silent)
    assert (first.points, first.before, first.failed) == (2, 0, 0)
    low, high = first.rows
    assert low["score"] != high["score"]
    with (tmp_path / "out" / TABLE).open() as handle:
        rows = list(csv.DictReader(handle))
    assert [float(row["submit.sigma_floor"]) for row in rows] == [1e-6, 2e-3]
    assert [float(row["score"]) for row in rows] == [low["score"], high["score"]]
    # One point is lost: it alone is done again, with the same result.
    points = sweep_points("predict", serial)
    points[1].record.unlink()
    again = sweep("predict", serial, silent)
    assert (again.before, again.rows[0]) == (1, low)
    assert {**again.rows[1], "seconds": 0} == {**high, "seconds": 0}
    runs = read_runs(tmp_path / "logs" / EVENTS)
    assert [run.verb for run in runs] == ["predict"] * 3
    assert runs[2].result["score"] == high["score"]


def test_two_workers_and_a_point_that_fails(light_curve_survey: Path, tmp_path: Path) -> None:
    done = spectramind(
        "sweep", "--work", "predict", "--json", "model=polynomial", "runtime.workers=2",
        f"paths.input={light_curve_survey}", "paths.out=out", "model.ckpt=null,none.safetensors",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    summary = json.loads(done.stdout)
    good, bad = summary["rows"]
    assert (summary["points"], summary["failed"], good["status"]) == (2, 1, "ok")
    assert "takes none" in bad["status"] and bad["model.ckpt"] == "none.safetensors"
    assert 0 <= good["score"] <= 1


def test_a_typo_costs_no_time(light_curve_survey: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="did you mean"):
        sweep("predict", arguments(light_curve_survey, tmp_path, "submit.sigma_capp=1,2"), silent)
    with pytest.raises(DataError, match=r"one paths\.out"):
        sweep("predict", arguments(light_curve_survey, tmp_path, "paths.out=a,b"), silent)
    assert not (tmp_path / "out").exists()
