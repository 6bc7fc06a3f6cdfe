"""The notebook: valid, as committed, the four commands to the letter, and it runs."""

from __future__ import annotations

import shlex
from pathlib import Path

import nbformat
import pytest

from spectramind.conf.compose import compose
from spectramind.kaggle.metadata import KERNEL_FILE, NOTEBOOK_FILE
from spectramind.kaggle.notebook import commands, notebook, write_notebook
from spectramind.kaggle.rehearsal import Rehearsal, rehearse
from spectramind.kaggle.rehearsal_plan import Plan
from spectramind.kaggle.rehearsal_summary import summary_lines
from spectramind.kaggle.sandbox import Limits

COMMITTED = Path(__file__).parents[2] / "kaggle"


def test_regenerated_is_committed(tmp_path: Path) -> None:
    write_notebook(compose().kaggle, tmp_path, compose().calib)
    for name in (NOTEBOOK_FILE, KERNEL_FILE):
        again = (tmp_path / name).read_text(encoding="utf-8")
        assert again == (COMMITTED / name).read_text(encoding="utf-8"), (
            "run `spectramind kaggle notebook +paths.out=kaggle` and commit"
        )


def test_notebook_is_valid_and_short() -> None:
    nbformat.validate(nbformat.from_dict(notebook(compose().kaggle)))
    assert len(notebook(compose().kaggle)["cells"]) <= 8


def test_four_commands_to_the_letter() -> None:
    words = [shlex.split(command)[3:] for command in commands()]
    out = "+paths.out=/kaggle/working/output"
    assert words == [
        ["test", "--mode=fast"],
        [
            "predict", "+data.split=test", "+runtime.kaggle=true",
            "+paths.input=$SURVEY", out,
            "+model.ckpt=$WEIGHTS/model.ckpt",
        ],
        ["calibrate-temp", "+calib.corel=true", out],
        ["submit", "+submit.bundle=/kaggle/working/submission.zip", "+report.html=true"],
    ]  # fmt: skip


@pytest.fixture(scope="module")
def done(
    made: Path, small_survey: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rehearsal, Path]:
    """The notebook on the small survey, in plain mode: compiled kernels are then found again."""
    scratch = tmp_path_factory.mktemp("rehearsal")
    plan = Plan(small_survey, made, scratch, Limits(), "plain", public=False)
    return rehearse(plan, compose().kaggle), scratch / "hidden" / "results"


def test_notebook_runs_top_to_bottom(done: tuple[Rehearsal, Path]) -> None:
    rehearsal, results = done
    assert rehearsal.problems == ()
    assert rehearsal.lost == ()
    assert list(rehearsal.cells) == ["prepare", "test", "predict", "calibrate", "submit", "show"]
    assert (results / "submission.zip").is_file()
    assert (results / "output" / "report.html").is_file()


def test_rehearsal_says_what_held(done: tuple[Rehearsal, Path]) -> None:
    rehearsal, _ = done
    assert rehearsal.planets == 4
    assert 0 < rehearsal.memory_gb < 12
    assert 0 < rehearsal.disk_gb < 1
    assert rehearsal.projection.disk_gb > rehearsal.disk_gb
    said = "\n".join(summary_lines(rehearsal))
    assert "1210 visits" in said and said.endswith("passed")
    assert "NOT        network" in said
