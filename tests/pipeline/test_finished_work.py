"""Finished work is never overwritten by less, and the verbs say what went wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from pipeline_commands import json_of, spectramind
from spectramind.pipeline.setbacks import runs_into, setbacks
from spectramind.pipeline.submission import read_predictions
from spectramind.provenance.events import read_events
from spectramind.submission.score import PUBLISHED_NAIVE
from spectramind.submission.table import read_submission
from spectramind.submission.validator import validate_submission

TOLD = ("model=polynomial", "runtime.executor=serial", "report.html=false")


@pytest.fixture
def survey(light_curve_survey: Path, tmp_path: Path) -> Path:
    """A copy of the survey of light curves, to damage."""
    return Path(shutil.copytree(light_curve_survey, tmp_path / "survey"))


def predicted(survey: Path, cwd: Path, *more: str) -> CompletedProcess[str]:
    return spectramind(
        "predict", f"paths.input={survey}", "paths.out=out", "runtime.kaggle=true", *TOLD, *more,
        cwd=cwd,
    )  # fmt: skip


def submitted(cwd: Path) -> CompletedProcess[str]:
    told = ("paths.out=out", "report.html=false", "submit.bundle=submission.zip")
    return spectramind("submit", *told, cwd=cwd)


@pytest.mark.parametrize("verb", [0, 1])
def test_a_failing_predict_leaves_the_submission_and_says_whose_it_is(
    survey: Path, tmp_path: Path, verb: int
) -> None:
    """Of the predict that wrote the table, or of the submit after it."""
    assert predicted(survey, tmp_path).returncode == 0
    if verb:
        assert submitted(tmp_path).returncode == 0
    table = tmp_path / "submission.csv"
    good = table.read_bytes()
    failed = predicted(survey, tmp_path, "model=physics", "model.ckpt=TYPO")
    assert failed.returncode == 2
    assert table.read_bytes() == good
    note = next(line for line in failed.stderr.splitlines() if line.startswith("note: "))
    runs = runs_into(read_events(tmp_path / "logs/events.jsonl"), tmp_path / "out")
    assert "is left as it was, of run" in note
    assert runs[verb].name in note
    again = submitted(tmp_path)
    assert again.returncode == 0
    first = again.stdout.splitlines()[0]
    assert first.startswith("WARNING") and "TYPO" in first and "earlier run" in first
    assert predicted(survey, tmp_path).returncode == 0
    assert "WARNING" not in submitted(tmp_path).stdout


def test_less_does_not_replace_more_nor_is_another_surveys_table_lost(
    survey: Path, tmp_path: Path
) -> None:
    assert predicted(survey, tmp_path).returncode == 0
    table = tmp_path / "submission.csv"
    whole = table.read_bytes()
    broken = sorted((survey / "reduced/test").glob("*.nc"))[0]
    content = broken.read_bytes()
    broken.write_bytes(b"")
    assert predicted(survey, tmp_path).returncode == 0
    assert table.read_bytes() == whole  # three spectra do not replace four
    broken.write_bytes(content)
    lines = whole.decode().splitlines(keepends=True)
    table.write_text("".join(lines[:2]))
    assert predicted(survey, tmp_path).returncode == 0
    assert table.read_bytes() == whole
    assert (tmp_path / "submission.earlier.csv").read_text() == "".join(lines[:2])


def test_only_the_test_planets_are_ever_handed_in(survey: Path, tmp_path: Path) -> None:
    assert predicted(survey, tmp_path, "data.split=train").returncode == 0
    assert not (tmp_path / "submission.csv").exists()


def test_a_prediction_of_nobody_replaces_none(survey: Path, tmp_path: Path) -> None:
    told = ("predict", f"paths.input={survey}", "paths.out=out", *TOLD)
    assert spectramind(*told, cwd=tmp_path).returncode == 0
    good = (tmp_path / "out/predictions.nc").read_bytes()
    for file in (survey / "reduced/test").glob("*.nc"):
        file.write_bytes(b"")
    assert spectramind(*told, "data.check=false", cwd=tmp_path).returncode == 2
    assert (tmp_path / "out/predictions.nc").read_bytes() == good


def test_the_table_on_disk_is_valid_also_with_depths_in_percent(
    survey: Path, tmp_path: Path
) -> None:
    depths = [f"wl_{k}" for k in range(1, 284)]
    table = pl.read_csv(survey / "train.csv")
    table.with_columns([pl.col(name) * 100 for name in depths]).write_csv(survey / "train.csv")
    sorted((survey / "reduced/test").glob("*.nc"))[0].unlink()
    sample = survey / "sample_submission.csv"
    refused = predicted(survey, tmp_path)
    assert refused.returncode == 2 and "divide the values by 100" in refused.stderr
    assert validate_submission(tmp_path / "submission.csv", sample).valid
    assert (read_submission(tmp_path / "submission.csv").mu == PUBLISHED_NAIVE["2025"].mean).all()
    assert predicted(survey, tmp_path, "data.check=false").returncode == 0
    assert validate_submission(tmp_path / "submission.csv", sample).valid
    assert submitted(tmp_path).returncode == 0
    assert validate_submission(tmp_path / "submission.csv", sample).valid


def test_submit_says_that_predict_undid_the_calibration(survey: Path, tmp_path: Path) -> None:
    assert predicted(survey, tmp_path).returncode == 0
    assert spectramind("calibrate-temp", "paths.out=out", cwd=tmp_path).returncode == 0
    log, out = tmp_path / "logs/events.jsonl", tmp_path / "out"
    attributes = read_predictions(out / "predictions.nc").attributes
    assert setbacks(log, out, attributes["calibration"]).lines() == ()
    assert predicted(survey, tmp_path).returncode == 0
    said = submitted(tmp_path)
    assert said.stdout.startswith("WARNING")
    assert "undid the calibration" in said.stdout.splitlines()[0]
    told = spectramind("submit", "paths.out=out", "report.html=false", "--json", cwd=tmp_path)
    assert "undid the calibration" in json.dumps(json_of(told)["setbacks"])
    assert spectramind("calibrate-temp", "paths.out=out", cwd=tmp_path).returncode == 0
    assert "WARNING" not in submitted(tmp_path).stdout


def test_twins_of_two_stars_cost_themselves_and_twins_of_one_star_nothing(
    survey: Path, tmp_path: Path
) -> None:
    first, second = sorted((survey / "reduced/test").glob("*.nc"))[:2]
    shutil.copy(first, second)
    assert predicted(survey, tmp_path).returncode == 0
    predictions = read_predictions(tmp_path / "out/predictions.nc")
    lost = predictions.fallbacks()
    assert set(lost) == {int(path.stem.split("_")[0]) for path in (first, second)}
    assert "whose star is another" in next(iter(lost.values()))
    assert submitted(tmp_path).returncode == 0
    stars = pl.read_csv(survey / "test_star_info.csv", infer_schema=False)
    ids = [float(path.stem.split("_")[0]) for path in (first, second)]
    row = stars.filter(pl.col("planet_id").cast(pl.Float64) == ids[0])
    others = stars.filter(pl.col("planet_id").cast(pl.Float64) != ids[1])
    twin = row.with_columns(pl.lit(str(ids[1])).alias("planet_id"))
    pl.concat([others, twin]).write_csv(survey / "test_star_info.csv")
    assert predicted(survey, tmp_path).returncode == 0
    assert read_predictions(tmp_path / "out/predictions.nc").fallbacks() == {}
    said = submitted(tmp_path)
    assert said.returncode == 0 and "the very spectrum of row" in said.stdout


def test_fallbacks_name_no_folder_of_the_machine(light_curve_survey: Path, tmp_path: Path) -> None:
    made = []
    for name in ("here", "a very different place"):
        folder = tmp_path / name
        survey = Path(shutil.copytree(light_curve_survey, folder / "survey"))
        sorted((survey / "reduced/test").glob("*.nc"))[0].write_bytes(b"damaged")
        told = ("predict", f"paths.input={survey}", f"paths.out={folder}/out", *TOLD)
        assert spectramind(*told, cwd=folder).returncode == 0
        assert spectramind("submit", f"paths.out={folder}/out", cwd=folder).returncode == 0
        page = (folder / "out/report.html").read_text()
        assert "reduced/test/" in page and str(tmp_path) not in page
        made.append((folder / "out/predictions.nc").read_bytes())
    assert made[0] == made[1]
