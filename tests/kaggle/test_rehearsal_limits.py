"""What a rehearsal enforces, with notebooks that try to get around it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.conf.schema.rehearsal import Fault
from spectramind.errors import DataError
from spectramind.kaggle.extrapolation import Measured, along_line, projected
from spectramind.kaggle.metadata import NOTEBOOK_FILE
from spectramind.kaggle.rehearsal import Rehearsal, rehearse
from spectramind.kaggle.rehearsal_plan import Plan, plan_of
from spectramind.kaggle.sandbox import Limits, Mode, possible_mode

COPY = (
    "import shutil\n"
    "shutil.copyfile('/kaggle/input/ariel-data-challenge-2025/sample_submission.csv',"
    " '/kaggle/working/submission.csv')\n"
)
Run = Callable[..., tuple[Rehearsal, str]]


@pytest.fixture
def run(made: Path, small_survey: Path, tmp_path: Path) -> Run:
    """Rehearse a notebook of one cell; return the outcome and what the cell said."""

    def run_cell(source: str, limits: Limits | None = None, mode: Mode | None = None) -> object:
        folder = tmp_path / "made"
        shutil.copytree(made, folder, dirs_exist_ok=True)
        cell = {"cell_type": "code", "id": "probe", "source": [source]}
        (folder / NOTEBOOK_FILE).write_text(json.dumps({"cells": [cell]}))
        plan = Plan(
            small_survey, folder, tmp_path / "scratch", limits or Limits(),
            mode or possible_mode(), public=False,
        )  # fmt: skip
        done = rehearse(plan, compose().kaggle)
        result = json.loads((tmp_path / "scratch/hidden/results/result.json").read_text())
        return done, result["cells"][0]["output"]

    return run_cell  # type: ignore[return-value]


needs_namespaces = pytest.mark.skipif(
    possible_mode() != "namespaces", reason="no namespaces may be made here"
)


@needs_namespaces
def test_no_network_bounded_disk_and_nothing_else_to_write_to(run: Run) -> None:
    """And a cell that fails is a problem."""
    done, said = run(
        COPY + "import socket, os\n"
        "try:\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=2)\n"
        "except OSError as error:\n"
        "    print('network', error.strerror)\n"
        "for place in ('/kaggle/input/x', '/kaggle/survey/x', '/usr/x'):\n"
        "    try:\n"
        "        open(place, 'w')\n"
        "        print('written', place)\n"
        "    except OSError as error:\n"
        "        print(place, error.strerror)\n"
        "print('truth', os.path.exists('/kaggle/input/ariel-data-challenge-2025/truth'))\n"
        "open('/kaggle/working/big', 'wb').write(bytes(30_000_000))\n",
        Limits(disk_gb=0.02),
    )
    assert "network Network is unreachable" in said
    assert said.count("Read-only file system") == 3
    assert "truth False" in said
    assert "network: none" in done.enforced
    assert any("No space left on device" in problem for problem in done.problems)


def test_clock_ends_the_session(run: Run) -> None:
    done, _ = run("!sleep 100\nprint('late')", Limits(seconds=2))
    assert any("the clock passed 2 s" in problem for problem in done.problems)
    assert "there is no submission.csv" in done.problems


def test_memory_limit_ends_the_session(run: Run) -> None:
    """In plain mode: with a control group, the kernel is quicker than the watch."""
    code = "import time; x = bytearray(300_000_000); time.sleep(60)"
    done, _ = run(f"!python -c '{code}'", Limits(memory_gb=0.25), mode="plain")
    assert any("memory passed 0.25 GB" in problem for problem in done.problems)
    assert {text.split(":")[0] for text in done.not_enforced} == {
        "network", "input", "disk", "paths",
    }  # fmt: skip


def test_bundle_must_be_there(small_survey: Path, tmp_path: Path) -> None:
    plan = Plan(small_survey, tmp_path / "none", tmp_path / "x", Limits(), "plain", public=False)
    with pytest.raises(DataError, match="kaggle bundle"):
        rehearse(plan, compose().kaggle)


def test_plan_follows_the_configuration(tmp_path: Path) -> None:
    """And the session is Kaggle's unless told otherwise."""
    places = [f"paths.input={tmp_path}/survey", f"paths.out={tmp_path}/made"]
    usual = plan_of(compose([*places, "runtime.budget_hours=9", "runtime.disk_gb=20"]), tmp_path)
    assert usual == Plan(
        tmp_path / "survey", tmp_path / "made", tmp_path, Limits(), possible_mode()
    )
    harmed = ["rehearsal.faults=[kill,disk]", "rehearsal.public=false"]
    told = ["rehearsal.namespaces=false", "rehearsal.cpus=2", "runtime.budget_hours=0.5"]
    plan = plan_of(compose([*places, *harmed, *told]), tmp_path)
    assert plan.faults == (Fault.kill, Fault.disk)
    assert (plan.mode, plan.public) == ("plain", False)
    assert (plan.limits.cpus, plan.limits.seconds) == (2, 1800)
    with pytest.raises(DataError, match=r"paths\.input"):
        plan_of(compose(), tmp_path)


def test_projection_counts_what_is_fixed_once() -> None:
    assert along_line((1, 30.0), (21, 50.0), 1210) == pytest.approx(29 + 1210)
    assert along_line((1, 30.0), (21, 20.0), 1210) == 20.0
    small = Measured(1, {"test": 40.0, "predict": 11.0}, {"test": 30.0, "predict": 8.0}, 0.01)
    large = Measured(21, {"test": 50.0, "predict": 31.0}, {"test": 30.0, "predict": 28.0}, 0.21)
    full = projected(small, large, 2)
    assert 3600 * full.hours == pytest.approx(50 + 10 + 1210)
    assert 3600 * full.processor_hours == pytest.approx(30 + 7 + 1210)
    assert full.disk_gb == pytest.approx(12.1)
    busier = replace(small, seconds={"test": 40.0, "predict": 90.0})
    assert 3600 * projected(busier, large, 2).hours == pytest.approx((30 + 7 + 1210) / 2)
    assert 3600 * projected(None, large, 2).hours == pytest.approx(50 + 31 * 1210 / 21)
