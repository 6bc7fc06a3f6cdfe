"""A run killed half-way is finished by the same command, to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipeline_commands import spectramind
from spectramind.provenance.digest import sha256
from spectramind.survey.tables import read_truth


def products(out: Path) -> dict[str, str]:
    """Digest of every product below `out`, by relative path."""
    return {str(p.relative_to(out)): sha256(p) for p in sorted(out.rglob("*.nc"))}


def test_kill_9_in_the_middle(small_survey: Path, tmp_path: Path) -> None:
    arguments = ["predict", f"paths.input={small_survey}", "data.split=train", "runtime.workers=1"]
    undisturbed = tmp_path / "undisturbed"
    assert spectramind(*arguments, f"paths.out={undisturbed}", cwd=tmp_path).returncode == 0

    out = tmp_path / "killed"
    running = subprocess.Popen(
        [sys.executable, "-m", "spectramind", *arguments, f"paths.out={out}"],
        cwd=tmp_path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while len(list(out.rglob("fit/**/*.nc"))) < 1:
        assert running.poll() is None, "finished before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (out / "predictions.nc").exists()
    done = {path: path.stat().st_mtime_ns for path in out.rglob("*.nc")}

    again = spectramind(*arguments, f"paths.out={out}", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert products(out) == products(undisturbed)
    untouched = {path: path.stat().st_mtime_ns for path in done}
    assert untouched == done


def test_two_workers_give_the_bytes_of_one(small_survey: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        done = spectramind(
            "predict", f"paths.input={small_survey}", f"paths.out={tmp_path}/{workers}",
            "data.split=train", f"runtime.workers={workers}", cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert products(tmp_path / "1") == products(tmp_path / "2")


def test_changed_choice_is_done_again(small_survey: Path, tmp_path: Path) -> None:
    arguments = ["predict", f"paths.input={small_survey}", f"paths.out={tmp_path}/out"]
    planet = read_truth(small_survey / "train.csv").planet_ids[0]
    arguments += ["runtime.executor=serial", "data.split=train", f"data.planets=[{planet}]"]
    assert spectramind(*arguments, cwd=tmp_path).returncode == 0
    before = products(tmp_path / "out")
    assert spectramind(*arguments, cwd=tmp_path).returncode == 0
    assert products(tmp_path / "out") == before
    assert spectramind(*arguments, "detector.extraction=sum", cwd=tmp_path).returncode == 0
    after = products(tmp_path / "out")
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
