"""Whatever goes wrong in `predict` on Kaggle, a valid table is there and losses are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from multiprocessing import active_children
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from spectramind.conf.compose import compose
from spectramind.conf.schema.rehearsal import Fault
from spectramind.errors import DataError
from spectramind.kaggle.faults import chosen_planets, harm
from spectramind.kaggle.staged_input import hidden_planets, stage_input
from spectramind.pipeline import guard as guard_module
from spectramind.pipeline.budget import Session, dropped_work, reserved_bytes
from spectramind.pipeline.calibrate import calibrate
from spectramind.pipeline.planets import Progress
from spectramind.pipeline.predict import PredictSummary, predict
from spectramind.pipeline.submit import SubmitSummary, submit
from spectramind.provenance.run import open_run
from spectramind.submission.score import PUBLISHED_NAIVE
from spectramind.submission.table import read_submission
from spectramind.submission.validator import validate_submission


def quiet(done: int, total: int, failed: int) -> None:
    """No progress."""


def staged(folder: Path, survey: Path, faults: Sequence[Fault] = ()) -> Path:
    """The survey as a harmed input folder."""
    planets = chosen_planets(hidden_planets(survey), faults)
    stage_input(folder / "input", survey, planets, survey)
    harm(folder / "input", planets, faults)
    return folder / "input"


def overrides_of(survey: Path, folder: Path, *more: str) -> list[str]:
    return [
        f"paths.input={survey}", f"submit.csv={folder}/submission.csv", "runtime.kaggle=true",
        *(f"paths.{key}={folder}/{key}" for key in ("out", "outputs", "logs")),
        "model=polynomial", "runtime.executor=serial", *more,
    ]  # fmt: skip


def ran(
    survey: Path, folder: Path, *more: str, progress: Progress = quiet
) -> tuple[PredictSummary, SubmitSummary]:
    """Predict, calibrate, submit; the table must be valid after the first and after the last."""
    overrides = overrides_of(survey, folder, *more)
    config = compose(overrides)
    with open_run("predict", config, overrides) as run:
        summary = predict(config, run, progress)
    csv, sample = folder / "submission.csv", survey / "sample_submission.csv"
    assert validate_submission(csv, sample, fallbacks=summary.fallbacks.keys()).valid
    calibrate(config)
    submitted = submit(config, quiet)
    assert validate_submission(csv, sample, fallbacks=summary.fallbacks.keys()).valid
    return summary, submitted


@pytest.fixture(scope="module")
def whole(small_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Table of the survey where nothing goes wrong."""
    folder = tmp_path_factory.mktemp("whole")
    summary, submitted = ran(small_survey, folder)
    assert not summary.fallbacks and not summary.losses and not submitted.losses
    return folder / "submission.csv"


def test_broken_files_cost_their_planets(small_survey: Path, whole: Path, tmp_path: Path) -> None:
    faults = (Fault.missing, Fault.corrupt)
    summary, submitted = ran(staged(tmp_path, small_survey, faults), tmp_path)
    planets = chosen_planets(hidden_planets(small_survey), faults)
    assert set(summary.fallbacks) == {planets[0].name, planets[-1].name}
    assert submitted.fallbacks == summary.fallbacks
    assert "FGS1_signal_0.parquet" in summary.fallbacks[planets[0].name]
    assert "AIRS-CH0_signal_0.parquet" in summary.fallbacks[planets[-1].name]
    before, after = read_submission(whole), read_submission(tmp_path / "submission.csv")
    for planet in planets[1:-1]:
        row, place = after.planet_ids.index(planet.name), before.planet_ids.index(planet.name)
        np.testing.assert_array_equal(after.mu[row], before.mu[place])


def test_other_ids_in_another_order_and_twice_as_many(
    small_survey: Path, whole: Path, tmp_path: Path
) -> None:
    faults = (Fault.order, Fault.twice)
    summary, _ = ran(staged(tmp_path, small_survey, faults), tmp_path)
    planets = chosen_planets(hidden_planets(small_survey), faults)
    before, after = read_submission(whole), read_submission(tmp_path / "submission.csv")
    assert after.planet_ids == tuple(planet.name for planet in planets)
    assert len(planets) == 2 * len(before.planet_ids)
    assert not set(after.planet_ids) & set(before.planet_ids)
    assert not summary.fallbacks
    for row, planet in enumerate(planets):
        if planet.fgs1 is None:
            place = before.planet_ids.index(planet.origin)
            np.testing.assert_array_equal(after.mu[row], before.mu[place])


def test_killed_worker_costs_nothing(small_survey: Path, whole: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_first_worker() -> None:
        deadline = time.monotonic() + 120
        while not killed and time.monotonic() < deadline:
            for child in active_children():
                child.kill()
                killed.append(child.pid or 0)
            time.sleep(0.05)

    threading.Thread(target=kill_first_worker, daemon=True).start()
    summary, _ = ran(
        small_survey, tmp_path, "runtime.executor=processes", "runtime.workers=1",
        f"data.planets={[*hidden_planets(small_survey)]}",
    )  # fmt: skip
    assert killed
    assert not summary.fallbacks
    assert (tmp_path / "submission.csv").read_bytes() == whole.read_bytes()


def test_time_limit_at_half_of_the_planets(
    small_survey: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=1e9, monotonic=time.monotonic)
    clock.time = lambda: clock.now
    monkeypatch.setattr(guard_module, "time", clock)

    def half_of_the_session_a_planet(*_: int) -> None:
        clock.now += 0.47 * 3600

    summary, submitted = ran(
        small_survey, tmp_path, "runtime.started=1e9", "runtime.budget_hours=1",
        progress=half_of_the_session_a_planet,
    )  # fmt: skip
    hidden = hidden_planets(small_survey)
    assert list(summary.fallbacks) == list(hidden[2:])
    assert "92% of the 1 h session had passed" in summary.fallbacks[hidden[2]]
    assert summary.losses[0].startswith("planets ended early: ")
    assert "left out: report" in submitted.losses
    assert submitted.report is None
    before, after = read_submission(whole), read_submission(tmp_path / "submission.csv")
    np.testing.assert_array_equal(after.mu[:2], before.mu[:2])
    assert (after.mu[2:] == after.mu[2, 0]).all()


def test_disk_nearly_full(small_survey: Path, tmp_path: Path) -> None:
    """A quota that holds the products of some planets, and then only when light curves go."""
    needed = reserved_bytes(4)
    summary, submitted = ran(
        small_survey, tmp_path / "short", f"runtime.disk_gb={1.9 * needed / 1e9}"
    )
    assert not summary.fallbacks
    assert submitted.losses == ("light curves of 3 planets removed: disk short",)
    hidden = hidden_planets(small_survey)
    reduced = (tmp_path / "short" / "out" / "reduced").rglob("*.nc")
    assert {path.name.split("_")[0] for path in reduced} == {str(hidden[-1])}
    summary, submitted = ran(
        small_survey, tmp_path / "full", f"runtime.disk_gb={(needed + 1000) / 1e9}"
    )
    assert 0 < len(summary.fallbacks) < 4
    assert "of disk left" in next(iter(summary.fallbacks.values()))
    assert submitted.losses[0].startswith("planets ended early: ")


def test_memory_shortage_halves_the_workers(
    small_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "memory_available_gb", lambda: 0.1)
    config = compose(overrides_of(small_survey, tmp_path))
    with open_run("predict", config, []) as run:
        table = guard_module.SafeTable(
            tmp_path / "submission.csv", (1, 2), PUBLISHED_NAIVE["2025"], (1e-6, 0.1), 1.0
        )
        guard = guard_module.Guard(run, 2, table)
        assert guard.allowed(4) == 2
        assert guard.allowed(4) == 2  # not again at once
    assert guard.losses().lines() == ("busy workers lowered to 2: memory short",)


def test_damaged_training_table_does_not_cost_the_submission(
    small_survey: Path, tmp_path: Path
) -> None:
    inputs = staged(tmp_path, small_survey)
    (inputs / "train.csv").unlink()
    (inputs / "train.csv").write_text("planet_id,wl_1\n1,?\n")
    (inputs / "adc_info.csv").unlink()
    overrides = overrides_of(inputs, tmp_path)
    config = compose(overrides)
    with pytest.raises(DataError), open_run("predict", config, overrides) as run:
        predict(config, run, quiet)
    table = read_submission(tmp_path / "submission.csv")
    assert table.planet_ids == tuple(pl.read_csv(inputs / "sample_submission.csv")["planet_id"])
    assert (table.mu == PUBLISHED_NAIVE["2025"].mean).all()


def test_optional_work_goes_before_planets() -> None:
    session = Session(started=100.0, seconds=1000.0)
    assert session.share(600.0) == 0.5
    assert session.projected_share(300.0, begun=200.0, done=10, total=40) == pytest.approx(0.5)
    assert session.projected_share(300.0, begun=200.0, done=0, total=40) == pytest.approx(0.2)
    assert dropped_work(0.84) == ()
    assert dropped_work(0.86) == ("report",)
