"""Checks before a run: that each of them can fail."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from spectramind.conf.compose import compose
from spectramind.pipeline.selftest import run_checks

Usage = namedtuple("Usage", ["total", "used", "free"])


def test_full_disk_and_survey_without_planet_fail(
    small_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = Path(shutil.copytree(small_survey, tmp_path / "survey"))
    for file in (survey / "test").rglob("FGS1_signal_0.parquet"):
        file.write_bytes(b"")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 5 * 10**8))
    places = [f"paths.{key}={tmp_path}/{key}" for key in ("out", "outputs", "logs")]
    checks = run_checks(compose([f"paths.input={survey}", *places]), deep=False)
    failed = {check.name: check.detail for check in checks if not check.passed}
    assert set(failed) == {"free disk", "one-planet dry run"}
    assert "free disk space" in failed["free disk"]
    assert "FGS1_signal_0.parquet" in failed["one-planet dry run"]


def test_the_model_that_is_given_is_tried(small_survey: Path, tmp_path: Path) -> None:
    places = [f"paths.{key}={tmp_path}/{key}" for key in ("out", "outputs", "logs")]
    given = [f"paths.input={small_survey}", *places]
    for model, passed, words in (
        (["model=polynomial"], True, "1 planet(s) with polynomial"),
        (["model.ckpt=nowhere.ckpt"], False, "nowhere.ckpt"),
    ):
        checks = {check.name: check for check in run_checks(compose([*given, *model]), deep=False)}
        dry_run = checks["one-planet dry run"]
        assert (dry_run.passed, words in dry_run.detail) == (passed, True), dry_run.detail
