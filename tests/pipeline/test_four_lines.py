"""The four lines of a Kaggle notebook, to the letter, from frames to a scored submission."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipeline_commands import json_of, spectramind, spectramind_process
from spectramind.models.predictions import read_predictions
from spectramind.provenance.digest import sha256
from spectramind.provenance.events import read_events
from spectramind.submission.bundle import verify_bundle
from spectramind.submission.validator import validate_submission

QUICK = ("model=polynomial", "runtime.executor=serial")


def three_lines(survey: Path, cwd: Path) -> None:
    """Run the notebook's later commands in `cwd`, a process each."""
    cwd.mkdir(parents=True, exist_ok=True)
    out, bundle = cwd / "output", cwd / "submission.zip"
    predicted = spectramind_process(
        "predict", "+data.split=test", "+runtime.kaggle=true", f"+paths.input={survey}",
        f"+paths.out={out}", cwd=cwd,
    )  # fmt: skip
    assert predicted.returncode == 0, predicted.stderr
    assert "estimator  physics" in predicted.stdout
    for line in (
        ("calibrate-temp", "+calib.corel=true", f"+paths.out={out}"),
        ("submit", f"+submit.bundle={bundle}", "+report.html=true"),
    ):
        done = spectramind_process(*line, cwd=cwd)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def notebook(small_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder in which the four lines ran."""
    cwd = tmp_path_factory.mktemp("notebook")
    tested = spectramind_process("test", "--mode=fast", f"paths.input={small_survey}", cwd=cwd)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    three_lines(small_survey, cwd)
    return cwd


def test_submission_is_valid_and_scores(notebook: Path, small_survey: Path) -> None:
    csv = notebook / "submission.csv"
    assert validate_submission(csv, small_survey / "sample_submission.csv").valid
    scored = spectramind(
        "score", str(csv), str(small_survey / "truth" / "test.csv"),
        "--train", str(small_survey / "train.csv"), "--json", cwd=notebook,
    )  # fmt: skip
    values = json_of(scored)
    assert set(values) == {"score", "fgs1", "airs", "planets", "warnings"}
    assert isinstance(values["score"], float)
    # With every 60th pair kept, photon noise alone leaves about half of the full survey's score.
    assert values["score"] > 0.1


def test_bundle_holds_what_was_submitted(notebook: Path) -> None:
    manifest = verify_bundle(notebook / "submission.zip")
    assert set(manifest.files) == {"submission.csv", "config.yaml", "report.html"}
    assert manifest.files["submission.csv"].sha256 == sha256(notebook / "submission.csv")
    predictions = read_predictions(notebook / "output" / "predictions.nc")
    assert manifest.origin.run_hash == predictions.attributes["run_hash"]
    assert manifest.origin.data_digest == predictions.attributes["data_digest"]
    assert "no calibrator" in predictions.attributes["calibration"]


def test_runs_leave_their_traces(notebook: Path) -> None:
    events = list(read_events(notebook / "logs" / "events.jsonl"))
    finished = [event["verb"] for event in events if event["event"] == "finished"]
    assert finished == ["test", "predict", "calibrate-temp", "submit", "score"]
    for verb in finished:
        (folder,) = (notebook / "outputs" / verb).iterdir()
        assert (folder / "hydra" / "config.yaml").is_file()
        assert (folder / "hydra" / "overrides.yaml").is_file()
    assert "## " in (notebook / "logs" / "v50_debug_log.md").read_text()


def test_same_inputs_give_the_same_bytes_elsewhere(
    notebook: Path, small_survey: Path, tmp_path: Path
) -> None:
    three_lines(small_survey, tmp_path / "second folder")
    for name in ("submission.csv", "submission.zip", "output/predictions.nc"):
        assert sha256(notebook / name) == sha256(tmp_path / "second folder" / name), name


def test_the_report_can_be_made_again(notebook: Path) -> None:
    with zipfile.ZipFile(notebook / "submission.zip") as bundle:
        bundled = bundle.read("report.html").decode()
    assert "The commands are not in this file" in bundled
    assert str(notebook) not in bundled
    path = notebook / "output" / "report.html"
    before = path.read_text(encoding="utf-8")
    assert "spectramind predict +data.split=test" in before
    path.unlink()
    pages = json_of(spectramind("report", f"+paths.out={notebook}/output", "--json", cwd=notebook))
    assert pages == {"report": str(path), "dashboard": None}
    # But for the events of this very run, nothing has changed.
    assert len(path.read_text(encoding="utf-8")) >= len(before)


def test_broken_planet_costs_itself_alone(small_survey: Path, tmp_path: Path) -> None:
    survey = tmp_path / "survey"
    shutil.copytree(small_survey, survey)
    ids = pl.read_csv(survey / "sample_submission.csv")["planet_id"].to_list()
    truncated = survey / "test" / str(ids[1]) / "AIRS-CH0_signal_0.parquet"
    truncated.write_bytes(truncated.read_bytes()[:5000])
    shutil.rmtree(survey / "test" / str(ids[2]))
    four = [f"+paths.input={survey}", f"+paths.out={tmp_path}/out", *QUICK]
    summary = json_of(spectramind("predict", *four, "--json", cwd=tmp_path))
    fallbacks = summary["fallbacks"]
    assert isinstance(fallbacks, dict)
    assert set(fallbacks) == {str(ids[1]), str(ids[2])}
    assert "AIRS-CH0_signal_0.parquet" in fallbacks[str(ids[1])]
    submitted = json_of(spectramind("submit", "report.html=true", "--json", cwd=tmp_path))
    assert submitted["fallbacks"] == fallbacks
    assert validate_submission(
        tmp_path / "out" / "submission.csv", survey / "sample_submission.csv"
    ).valid
    assert str(ids[1]) in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    strict = spectramind("predict", *four, "runtime.strict=true", cwd=tmp_path)
    assert strict.returncode == 2
    assert strict.stderr.splitlines()[-1].startswith("error: planet ")


def test_kaggle_leaves_a_valid_table_even_if_nothing_works(
    small_survey: Path, tmp_path: Path
) -> None:
    survey = tmp_path / "survey"
    shutil.copytree(small_survey, survey)
    for file in (survey / "test").rglob("FGS1_signal_*.parquet"):
        file.write_bytes(b"")
    predicted = spectramind(
        "predict", "runtime.kaggle=true", f"paths.input={survey}", f"paths.out={tmp_path}/out",
        *QUICK, cwd=tmp_path,
    )  # fmt: skip
    assert predicted.returncode == 0
    safe = pl.read_csv(tmp_path / "submission.csv")
    assert safe.shape == (4, 567)
    assert safe.null_count().sum_horizontal()[0] == 0


def test_invalid_table_replaces_none_that_is_valid(small_survey: Path, tmp_path: Path) -> None:
    ids = pl.read_csv(small_survey / "sample_submission.csv")["planet_id"].to_list()
    predicted = spectramind(
        "predict", f"paths.input={small_survey}", f"paths.out={tmp_path}/out",
        f"data.planets=[{ids[0]}]", *QUICK, cwd=tmp_path,
    )  # fmt: skip
    assert predicted.returncode == 0, predicted.stderr
    (tmp_path / "submission.csv").write_text("the safe one")
    submitted = spectramind("submit", f"submit.csv={tmp_path}/submission.csv", cwd=tmp_path)
    assert submitted.returncode == 2
    assert "is in the sample and not in the table" in submitted.stderr
    assert (tmp_path / "submission.csv").read_text() == "the safe one"
    assert (tmp_path / "out" / "report.html").is_file()
