"""A fit that cannot be handed in costs its planet alone; a wrong checkpoint costs nobody else."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from pipeline_commands import json_of, spectramind
from spectramind.models.predictions import read_predictions
from spectramind.provenance.events import read_events


@pytest.fixture(scope="module")
def predicted(small_survey: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Command that has predicted the test planets once."""
    out = tmp_path_factory.mktemp("unusable") / "out"
    command = ["predict", f"paths.input={small_survey}", f"paths.out={out}", "model=polynomial"]
    json_of(spectramind(*command, "--json", cwd=out.parent))
    return command


def test_nan_and_damage_become_fallbacks(predicted: list[str], tmp_path: Path) -> None:
    out = Path(predicted[2].partition("=")[2])
    first, second = sorted((out / "fit" / "test").glob("*.nc"))[:2]
    # Attributes stay as they are: the resume rule takes both for done.
    with h5py.File(first, "r+") as file:
        file["depth"][7] = np.nan
    with h5py.File(second, "r+") as file:
        del file["depth"]
    fallbacks = json_of(spectramind(*predicted, "--json", cwd=tmp_path))["fallbacks"]
    assert isinstance(fallbacks, dict)
    assert set(fallbacks) == {first.stem, second.stem}
    for file_path in (first, second):
        assert file_path.name in fallbacks[file_path.stem]
    predictions = read_predictions(out / "predictions.nc")
    assert np.isfinite(predictions.mu).all()
    events = read_events(tmp_path / "logs" / "events.jsonl")
    failed = {event["planet"] for event in events if event["event"] == "planet_failed"}
    assert failed == {int(first.stem), int(second.stem)}
    strict = spectramind(*predicted, "runtime.strict=true", cwd=tmp_path)
    assert strict.returncode == 2


@pytest.mark.parametrize("verb", ["predict", "fit"])
def test_missing_checkpoint_stops_the_run(verb: str, small_survey: Path, tmp_path: Path) -> None:
    arguments = [f"paths.input={small_survey}", f"paths.out={tmp_path}/out", "model=physics"]
    done = spectramind(verb, *arguments, "model.ckpt=nowhere.ckpt", cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: nowhere.ckpt: ")
    assert "no such file" in line


def test_checkpoint_of_nothing_learnt(small_survey: Path, tmp_path: Path) -> None:
    arguments = [f"paths.input={small_survey}", f"paths.out={tmp_path}/out", "model=polynomial"]
    done = spectramind("predict", *arguments, "model.ckpt=some.ckpt", cwd=tmp_path)
    assert done.returncode == 3
    assert "model.ckpt" in done.stderr
