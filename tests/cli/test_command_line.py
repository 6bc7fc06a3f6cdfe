"""What a user meets first: help, speed, one-line errors, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer

from pipeline_commands import spectramind, spectramind_process
from spectramind.cli.verb import one_line_errors
from spectramind.conf.compose import compose
from spectramind.provenance.run import open_run

VERBS = (
    "test", "simulate", "reduce", "fit", "train", "predict", "calibrate-temp", "coverage",
    "submit", "validate", "score", "report", "sweep", "manifest", "compare", "ablate",
    "reproduce", "check",
)  # fmt: skip


def test_help_is_quick_and_light() -> None:
    code = (
        "import sys, spectramind, spectramind.cli.app\n"
        "heavy = {'torch', 'pandas', 'numpy', 'polars', 'numba', 'xarray', 'hydra'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    seconds = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, "-m", "spectramind", "--help"], capture_output=True)
        after = os.times()
        user, system = after.children_user, after.children_system
        seconds.append(user + system - before.children_user - before.children_system)
    assert min(seconds) < 0.7  # of a processor: what else runs here does not count


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str, tmp_path: Path) -> None:
    shown = spectramind(verb, "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert f"Example: spectramind {verb}" in " ".join(shown.stdout.split())
    assert "--json" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("validate",), "Missing argument 'submission'"),
        (("fit", "--nope"), "No such option"),
    ],
)
def test_usage_errors_take_one_line(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    wrong = spectramind(*arguments, cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: ")
    assert wrong.stderr.count("\n") == 1
    assert words.lower() in wrong.stderr.lower()
    assert "--help" in wrong.stderr


def test_examples_are_shown_as_they_are_written(tmp_path: Path) -> None:
    """Brackets are markup to the library that draws help."""
    from spectramind.cli import compare, leaderboard

    for arguments, example in (
        (("leaderboard", "shakeup"), leaderboard.SHAKEUP_EXAMPLE),
        (("compare",), compare.EXAMPLE),
    ):
        shown = spectramind(*arguments, "--help", cwd=tmp_path)
        assert "".join(example.split()) in "".join(shown.stdout.split())


def test_help_names_the_keys_that_are_used_most(tmp_path: Path) -> None:
    shown = "".join(spectramind("predict", "--help", cwd=tmp_path).stdout.replace("│", "").split())
    for key in ("paths.input", "paths.out", "data.split", "model.ckpt", "docs/reference/keys.md"):
        assert key in shown, shown
    assert (Path(__file__).parents[2] / "docs/reference/keys.md").is_file()


def test_figures_that_cannot_be_drawn_are_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    given = ("fit", "--plot", "paths.input=nowhere", "paths.out=out")
    done = spectramind(*given, cwd=tmp_path)
    assert done.returncode == 3
    assert "needs matplotlib: pip install matplotlib" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "paths.out=${nokey}"),
        ("predict", "data.planets=[" + "9" * 5000 + "]"),
        ("fit", "--planet", "9" * 5000),
        ("fit", "--planet", "9" * 500, "paths.input=nowhere", "paths.out=out"),
        ("submit", "paths.out=out", "submit.csv=/"),
        ("predict", "paths.out=out", "paths.input=" + "x" * 5000),
    ],
)
def test_absurd_arguments_are_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = spectramind(*arguments, cwd=tmp_path)
    assert done.returncode in (2, 3), done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert "internal fault" not in done.stderr
    assert len(done.stderr) < 1000


def test_verbs_are_all_tested() -> None:
    from spectramind.cli.app import app

    assert {command.name for command in app.registered_commands} == set(VERBS)
    groups = {"runs", "kaggle", "leaderboard", "survey"}
    assert {group.name for group in app.registered_groups} == groups


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["predict", "paths.inputt=x"], ["paths.inputt", "did you mean paths.input?"]),
        (["predict", "paths.out=out"], ["paths.input", "+paths.input=DIR"]),
        (["predict", "paths.input=nowhere", "paths.out=out"], ["nowhere", "no such folder"]),
        (["calibrate-temp"], ["predict"]),
        (["submit", "paths.out=nothing"], ["predict.json", "spectramind predict"]),
        (["validate", "none.csv", "--sample", "none.csv"], ["none.csv"]),
        (["score", "none.csv", "none.csv", "--train", "none.csv"], ["none.csv"]),
        (["simulate", "sim.preset=easy", "paths.out=x"], ["sim.preset", "easy"]),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: list[str], words: list[str], tmp_path: Path
) -> None:
    done = spectramind(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


def test_unwritable_output(small_survey: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = spectramind(
        "predict", f"paths.input={small_survey}", f"paths.out={tmp_path}/file/out",
        "runtime.strict=true", "runtime.executor=serial", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "error: " in done.stderr.splitlines()[-1]
    assert "file" in done.stderr.splitlines()[-1]


def test_full_disk_is_one_line(small_survey: Path, tmp_path: Path) -> None:
    """A file system of a few kilobytes stands for the full disk, where one may be mounted."""
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)],
        capture_output=True, check=False,
    ) if os.geteuid() == 0 else None  # fmt: skip
    if mount is None or mount.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        # Workers write: HDF5 may break the process that meets a full disk when it lets the file go.
        done = spectramind_process(
            "predict", f"paths.input={small_survey}", f"paths.out={small}", cwd=tmp_path
        )
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert done.returncode == 2
    assert "free disk space" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("within_a_run", [True, False])
def test_a_fault_of_ours_is_one_line_and_its_traceback_is_kept(
    within_a_run: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "elsewhere" / "v50_debug_log.md"
    places = [f"paths.logs={log.parent}", f"paths.outputs={tmp_path}"]
    run = open_run("score", compose(places), places) if within_a_run else nullcontext()
    with pytest.raises(typer.Exit) as ended, one_line_errors(), run:
        raise ZeroDivisionError("by zero")
    assert ended.value.exit_code == 5
    said = capsys.readouterr().err
    assert said.startswith("error: internal fault, ZeroDivisionError: by zero; traceback")
    assert "Traceback" in (log.read_text() if within_a_run else said)
    assert str(log) in said if within_a_run else not log.exists()
