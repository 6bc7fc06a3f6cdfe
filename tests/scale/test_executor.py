"""The executor seam: order, failures, killed workers, thread settings."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from spectramind.errors import DataError
from spectramind.scale.executor import run_tasks, worker_count


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


def test_workers_run_single_threaded_and_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    (outcome,) = run_tasks(threads, [0], 1)
    assert outcome.value == "1"
    assert "POLARS_MAX_THREADS" not in os.environ


def test_worker_count_is_bounded_by_memory() -> None:
    assert worker_count(8, 1e6) == 1
    assert worker_count(3, 1e-3) == 3
