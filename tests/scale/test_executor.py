"""The executor seam: order, failures, killed workers, thread settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from spectramind.errors import DataError
from spectramind.scale import executor
from spectramind.scale.executor import run_tasks


def square(value: int) -> int:
    return value * value


def fussy(value: int) -> int:
    if value == 2:
        raise DataError("two", "another number", "2", "leave it out")
    if value == 3:
        raise ZeroDivisionError("three")
    return value


def die_once(path: Path) -> str:
    """Kill the worker the first time this item is seen."""
    if path.name == "victim" and not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def die_always(value: int) -> int:
    if value == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def announce_and_sleep(folder: Path) -> None:
    """Leave this worker's process id in `folder`, then work for a long time."""
    (folder / str(os.getpid())).touch()
    time.sleep(60)


def threads(_: int) -> str | None:
    return os.environ.get("POLARS_MAX_THREADS")


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_item_has_one_outcome(workers: int) -> None:
    outcomes = list(run_tasks(square, range(7), workers))
    assert {outcome.item: outcome.value for outcome in outcomes} == {i: i * i for i in range(7)}


@pytest.mark.parametrize("workers", [0, 2])
def test_failures_are_outcomes(workers: int) -> None:
    outcomes = {outcome.item: outcome for outcome in run_tasks(fussy, range(5), workers)}
    assert [i for i, outcome in outcomes.items() if outcome.error] == [2, 3] or workers
    assert outcomes[2].error == "two: expected another number, found 2; leave it out"
    assert outcomes[2].details is None
    assert outcomes[3].error == "ZeroDivisionError: three"
    assert "Traceback" in (outcomes[3].details or "")
    assert outcomes[4].value == 4


def test_killed_worker_costs_nothing(tmp_path: Path) -> None:
    items = [tmp_path / name for name in ("a", "b", "victim", "c", "d")]
    outcomes = {outcome.item.name: outcome for outcome in run_tasks(die_once, items, 2)}
    assert {name: outcome.value for name, outcome in outcomes.items()} == {
        name: name for name in ("a", "b", "victim", "c", "d")
    }


def test_item_that_kills_twice_fails_alone() -> None:
    outcomes = {outcome.item: outcome for outcome in run_tasks(die_always, range(4), 2)}
    assert outcomes[1].value is None
    assert "died twice" in (outcomes[1].error or "")
    assert [outcomes[i].value for i in (0, 2, 3)] == [0, 2, 3]


def test_worker_that_dies_during_a_submission_costs_no_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Dying(ProcessPoolExecutor):
        """Takes one item, then behaves as a pool whose worker has just died."""

        taken = 0

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            Dying.taken += 1
            if Dying.taken == 2:
                raise BrokenProcessPool("a worker died")
            return super().submit(fn, *args, **kwargs)

    monkeypatch.setattr(executor, "ProcessPoolExecutor", Dying)
    outcomes = list(run_tasks(square, range(5), 2))
    assert sorted(outcome.item for outcome in outcomes) == list(range(5))
    assert all(outcome.value == outcome.item**2 for outcome in outcomes)


def is_running(pid: int) -> bool:
    """Whether a process exists and is more than the entry of one that ended."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(end: signal.Signals, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from spectramind.scale.executor import run_tasks; "
        "from test_executor import announce_and_sleep as work\n"
        f"list(run_tasks(work, [Path({str(tmp_path)!r})] * 2, 2))"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(workers := [int(path.name) for path in tmp_path.iterdir()]) < 2:
        assert time.monotonic() < deadline and parent.poll() is None
        time.sleep(0.02)
    # Ctrl-C reaches the whole group, the other two the parent alone.
    (os.killpg if end == signal.SIGINT else os.kill)(parent.pid, end)
    _, errors = parent.communicate(timeout=30)
    while any(is_running(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert errors.count("Traceback") == (end == signal.SIGINT)


def test_workers_run_single_threaded_and_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    (outcome,) = run_tasks(threads, [0], 1)
    assert outcome.value == "1"
    assert "POLARS_MAX_THREADS" not in os.environ
