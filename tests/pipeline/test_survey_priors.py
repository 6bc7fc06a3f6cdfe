"""A survey teaches its own priors: the same bytes however it is done, and what is said of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline_commands import json_of, spectramind
from simulated_survey import simulated
from spectramind.conf.compose import compose
from spectramind.pipeline.prior_report import prior_lines
from spectramind.pipeline.survey_priors import families_of
from spectramind.pipeline.training import survey_folds
from spectramind.transit.planet_fit_product import read_planet_fit
from spectramind.transit.priors import read_priors

PLANETS = 9


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sizes = ("sim.train=4", f"sim.test={PLANETS}", "sim.seed=31", "sim.level=light_curves")
    return simulated(tmp_path_factory.mktemp("curves") / "survey", *sizes)


@pytest.fixture(scope="module")
def predicted(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a prediction whose planets taught each other."""
    cwd = tmp_path_factory.mktemp("predicted")
    summary = json_of(_predict(survey, cwd))
    (report,) = summary["priors"]  # type: ignore[misc]
    assert report["adapted"] == PLANETS
    return cwd


def _predict(survey: Path, cwd: Path, *more: str):  # type: ignore[no-untyped-def]
    return spectramind(
        "predict", "model=physics", f"paths.input={survey}", "paths.out=out", *more, "--json",
        cwd=cwd,
    )  # fmt: skip


@pytest.mark.slow
def test_fits_follow_what_the_survey_taught(predicted: Path) -> None:
    (file,) = (predicted / "out" / "priors").glob("*.json")
    assert "depths unknown" in read_priors(file).learnt_from
    fits = [read_planet_fit(path) for path in sorted((predicted / "out/fit/test").glob("*.nc"))]
    assert len(fits) == PLANETS
    for fit in fits:
        assert fit.adapted is not None
        assert fit.adapted.names == ("adapted", "generic")
        assert fit.adapted.weight[:, 0].min() >= 0.0
    assert sum(fit.adapted.log_evidence[0, 0] for fit in fits if fit.adapted) > 0.0
    summary = json.loads((predicted / "out" / "predict.json").read_text())
    lines = list(prior_lines(summary["priors"]))
    assert any(line.startswith("drift: learnt again from 9 planets") for line in lines)


@pytest.mark.slow
def test_a_run_that_was_cut_short_ends_with_the_same_bytes(
    predicted: Path, survey: Path, tmp_path: Path
) -> None:
    shutil.copytree(predicted / "out", tmp_path / "out")
    before = (predicted / "out" / "predictions.nc").read_bytes()
    for lost in sorted((tmp_path / "out/fit/test").glob("*.nc"))[2:4]:
        lost.unlink()
    json_of(_predict(survey, tmp_path, "runtime.workers=2"))
    assert (tmp_path / "out" / "predictions.nc").read_bytes() == before
    json_of(_predict(survey, tmp_path, "runtime.executor=serial"))
    assert (tmp_path / "out" / "predictions.nc").read_bytes() == before


def test_families_teach_and_are_left_out_as_a_whole(tmp_path: Path) -> None:
    rows = [f"{planet},{'abc'[planet % 3]}" for planet in range(1, 13)]
    (tmp_path / "families.csv").write_text("\n".join(["planet_id,family", *rows]) + "\n")
    config = compose([f"paths.input={tmp_path}", "train.folds=3"])
    families = families_of(config, list(range(12, 0, -1)))
    assert families == {"a": [3, 6, 9, 12], "b": [1, 4, 7, 10], "c": [2, 5, 8, 11]}
    assert sorted(survey_folds(config, range(1, 13))) == sorted(map(tuple, families.values()))
    (tmp_path / "families.csv").unlink()
    assert list(families_of(config, [2, 1])) == [""]
    assert survey_folds(config, range(6)) == [(0, 3), (1, 4), (2, 5)]
