"""Doubtful planets are counted apart from sound ones, everywhere at once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline_commands import json_of, spectramind
from spectramind.detector.product import read_light_curves, write_light_curves
from spectramind.models.predictions import read_predictions
from spectramind.pipeline.answer import Answer, not_narrower
from spectramind.pipeline.survey_doubts import failure_kind, survey_doubts
from spectramind.transit.doubts import REMARKS, doubts_of, in_words, parse_flag


def test_flags_are_taken_apart() -> None:
    flag = parse_flag("red_noise/AIRS-CH0/1")
    assert (flag.name, flag.instrument, flag.visit) == ("red_noise", "AIRS-CH0", 1)
    assert str(flag) == "red_noise/AIRS-CH0/1"
    assert str(parse_flag("no_transit")) == "no_transit"
    assert in_words("empty_visit/1").endswith("left out (visit 1)")
    assert parse_flag("frozen_frames/FGS1/0").look_at == "FGS1_signal_0.parquet"
    assert doubts_of(["partial_transit", "something_new", "no_transit"]) == (
        "something_new",
        "no_transit",
    )
    assert not {"no_transit", "few_samples", "not_converged"} & REMARKS


def test_summary_counts_and_names_the_commonest() -> None:
    doubtful = dict.fromkeys(range(12), "no_transit partial_transit") | {12: "not_converged"}
    lost = {20: "/a/b/20/FGS1_signal_0.parquet: expected x, found 1; do y"}
    lost |= {21: "/a/b/21/FGS1_signal_0.parquet: expected x, found 2; do y"}
    found = survey_doubts(1100, doubtful, lost)
    assert found.lines()[0] == "ok 1,085 \u00b7 doubtful 13 \u00b7 fallback 2"
    assert found.reasons[0] == ("no_transit: no transit was found", 12)
    assert found.reasons[1] == ("FGS1_signal_0.parquet: expected x", 2)
    assert found.common is None
    assert failure_kind("plain 17 words") == "plain N words"


def test_many_in_doubt_share_something() -> None:
    doubtful = {n: f"red_noise/AIRS-CH0/{n % 3 // 2}" for n in range(30)}
    common = survey_doubts(100, doubtful, {}).common
    assert common is not None
    for word in ("30 planets are in doubt", "red_noise", "instrument AIRS-CH0", "visit 0"):
        assert word in common
    lost = {n: f"/s/{n}/a.parquet: expected y, found {n}; do z" for n in range(40)}
    common = survey_doubts(100, {}, lost).common
    assert common is not None
    assert "/s/0/a.parquet" in common
    mixed = {n: f"flag_{n}" for n in range(20)}
    assert "no single reason" in str(survey_doubts(100, mixed, {}).common)


def test_no_correction_narrows_a_doubtful_planet() -> None:
    for note, least in (("", 1e-5), ("partial_transit", 1e-5), ("red_noise/FGS1/0", 3e-5)):
        physics = Answer(np.full(283, 0.01), np.full(283, 3e-5), 3e-5, note)
        corrected = replace(physics, sigma=np.full(283, 1e-5), sigma_common=1e-5)
        said = not_narrower(corrected, physics)
        assert (said.sigma == least).all()
        assert said.sigma_common == least


@pytest.fixture(scope="module")
def doubtful_survey(light_curve_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The light curves of the survey, one planet's without its transit."""
    root = tmp_path_factory.mktemp("doubtful") / "survey"
    (root / "reduced" / "test").mkdir(parents=True)
    for table in light_curve_survey.glob("*.*"):
        (root / table.name).symlink_to(table)
    rng = np.random.default_rng(1)
    paths = sorted((light_curve_survey / "reduced" / "test").glob("*.nc"))
    struck = paths[0].stem.split("_")[0]
    for path in paths:
        visit = read_light_curves(path)
        if path.stem.startswith(struck):
            flat = {
                name: replace(
                    curve,
                    flux=np.median(curve.flux, axis=0)
                    + np.sqrt(curve.variance) * rng.normal(size=curve.flux.shape),
                )
                for name, curve in (("airs", visit.airs), ("fgs1", visit.fgs1))
            }
            visit = replace(visit, **flat)
        write_light_curves(root / "reduced" / "test" / path.name, visit)
    return root


def test_a_planet_without_transit_is_doubtful(doubtful_survey: Path, tmp_path: Path) -> None:
    command = ["predict", f"paths.input={doubtful_survey}", "paths.out=out", "model=polynomial",
               "runtime.executor=serial"]  # fmt: skip
    done = spectramind(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "ok 3 \u00b7 doubtful 1 \u00b7 fallback 0" in done.stdout
    assert "1 x no_transit: no transit was found" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 planets are in doubt")
    predictions = read_predictions(tmp_path / "out" / "predictions.nc")
    assert sorted(predictions.status) == ["doubtful", "ok", "ok", "ok"]
    ((planet, note),) = predictions.doubtful().items()
    assert "no_transit" in note
    row = predictions.planet_ids.index(planet)
    assert predictions.sigma[row].min() > 0.005
    said = json_of(spectramind(*command, "--json", cwd=tmp_path))
    assert said["counts"] == {"ok": 3, "doubtful": 1, "fallback": 0}
    assert said["doubtful"] == {str(planet): note}
    kept = json.loads((tmp_path / "out" / "predict.json").read_text())
    assert kept["doubtful"] == {str(planet): note}
    strict = spectramind(*command, "runtime.strict=true", cwd=tmp_path)
    assert strict.returncode == 2
    assert "no_transit" in strict.stderr
    assert str(planet) in strict.stderr
