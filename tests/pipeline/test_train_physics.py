"""Training of the physics model: what is learnt reaches the prediction and its sigma."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline_commands import json_of, spectramind_process
from simulated_survey import simulated
from spectramind.models.physics import read_physics_model
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.calibrators import certified, read_calibrators
from spectramind.survey.tables import read_truth

PLANETS = 12


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Light curves of twelve training and two test planets."""
    sizes = (f"sim.train={PLANETS}", "sim.test=2", "sim.seed=5", "sim.level=light_curves")
    return simulated(tmp_path_factory.mktemp("simulated") / "curves", *sizes)


@pytest.fixture(scope="module")
def trained(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a training."""
    cwd = tmp_path_factory.mktemp("trained")
    summary = json_of(
        spectramind_process(
            "train", "model=physics", f"paths.input={survey}", "paths.out=out", "train.folds=3",
            "--json", cwd=cwd,
        )
    )  # fmt: skip
    assert summary["planets"] == PLANETS
    assert summary["failed"] == {}
    # Twelve planets teach little; generic priors alone reach 0.6 on most surveys.
    assert isinstance(summary["score"], float)
    assert summary["score"] > 0.5
    return cwd


@pytest.mark.slow
def test_out_of_fold_predictions_are_kept(trained: Path, survey: Path) -> None:
    predictions = read_predictions(trained / "out" / "out_of_fold.nc")
    truth = read_truth(survey / "train.csv")
    assert set(predictions.planet_ids) == set(truth.planet_ids)
    rows = [truth.planet_ids.index(planet) for planet in predictions.planet_ids]
    z = (predictions.mu - truth.depth[rows]) / predictions.sigma
    assert 0.1 < float(np.mean(z**2)) < 5.0


@pytest.mark.slow
def test_checkpoint_reaches_mean_and_sigma(trained: Path, survey: Path) -> None:
    path = trained / "out" / "model.ckpt"
    model, learnt = read_physics_model(path), read_calibrators(path, "physics")
    assert "12 planets" in model.priors.learnt_from
    assert learnt is not None
    assert learnt.planets == PLANETS
    predict = ["predict", f"paths.input={survey}", "paths.out=out", "model.ckpt=out/model.ckpt"]
    assert spectramind_process(*predict, cwd=trained).returncode == 0
    path = trained / "out" / "predictions.nc"
    raw = read_predictions(path)
    summary = json_of(spectramind_process("calibrate-temp", "--json", cwd=trained))
    assert summary["applied"] == list(learnt.lines)
    calibrated = read_predictions(path)
    assert np.array_equal(calibrated.sigma, certified(raw, learnt, True).sigma)
    assert calibrated.lower is not None
    assert calibrated.upper is not None
    assert np.all(np.diff(calibrated.upper - calibrated.lower, axis=-1) >= 0.0)
    assert "temperature" in calibrated.attributes["calibration"]
    before = path.read_bytes()
    assert spectramind_process("calibrate-temp", cwd=trained).returncode == 0
    assert path.read_bytes() == before


@pytest.mark.slow
def test_training_again_gives_the_same_bytes(trained: Path, survey: Path) -> None:
    first = (trained / "out" / "model.ckpt").read_bytes()
    again = spectramind_process(
        "train", "model=physics", f"paths.input={survey}", "paths.out=out", "train.folds=3",
        cwd=trained,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert (trained / "out" / "model.ckpt").read_bytes() == first


def test_what_cannot_be_trained_is_one_line(survey: Path, tmp_path: Path) -> None:
    done = spectramind_process(
        "train", "model=polynomial", f"paths.input={survey}", "paths.out=out", cwd=tmp_path
    )
    assert done.returncode == 3
    assert "nothing to train" in done.stderr


SMALL = [
    "model=v50", "model.samples=128", "train.population=16", "train.measurements=64",
    "train.pretrain_epochs=0", "train.epochs=1", "train.batch=4", "calib.corel=false",
]  # fmt: skip


def _trained_by_two_processes(trained: Path, survey: Path, folder: Path) -> Predictions:
    """Out-of-fold predictions of the same training under torchrun, from the same fits."""
    networks = shutil.ignore_patterns("networks", "training.jsonl")
    shutil.copytree(trained / "out", folder / "out", ignore=networks)
    done = spectramind_process(
        "train", *SMALL, f"paths.input={survey}", "paths.out=out", "train.folds=3", "--json",
        cwd=folder, processes=2,
    )  # fmt: skip
    assert json_of(done)["planets"] == PLANETS
    assert len((folder / "out" / "training.jsonl").read_text().splitlines()) == 3
    return read_predictions(folder / "out" / "out_of_fold.nc")


@pytest.mark.slow
@pytest.mark.usefixtures("loopback")
def test_networks_start_from_the_same_fits(trained: Path, survey: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    oracle = read_predictions(trained / "out" / "out_of_fold.nc")
    done = spectramind_process(
        "train", *SMALL, f"paths.input={survey}", "paths.out=out", "train.folds=3", "--json",
        cwd=trained,
    )  # fmt: skip
    summary = json_of(done)
    assert summary["planets"] == PLANETS
    assert "epoch 1" in done.stderr
    journal = (trained / "out" / "training.jsonl").read_text().splitlines()
    assert len(journal) == 3
    assert "known score" in journal[0]
    together = _trained_by_two_processes(trained, survey, tmp_path)
    # One epoch from the identity: near the posterior that it starts from.
    found = read_predictions(trained / "out" / "out_of_fold.nc")
    assert np.abs(found.mu - oracle.mu).max() < 3 * oracle.sigma.max()
    assert np.abs(found.mu - together.mu).max() < 1e-3 * found.sigma.min()
    assert np.allclose(found.sigma, together.sigma, rtol=1e-3)
    predict = spectramind_process(
        "predict", *SMALL, f"paths.input={survey}", "paths.out=told",
        "model.ckpt=out/model.ckpt", cwd=trained,
    )  # fmt: skip
    assert predict.returncode == 0, predict.stderr
    assert read_predictions(trained / "told" / "predictions.nc").status == ("ok", "ok")
    wrong = spectramind_process(
        "predict", "model=physics", f"paths.input={survey}", "paths.out=told",
        "model.ckpt=out/model.ckpt", cwd=trained,
    )  # fmt: skip
    assert wrong.returncode == 2
    assert "use model=v50" in wrong.stderr


@pytest.mark.slow
def test_one_planet_teaches_no_network(survey: Path, tmp_path: Path) -> None:
    one = read_truth(survey / "train.csv").planet_ids[0]
    done = spectramind_process(
        "train", "model=v50", f"data.planets=[{one}]", f"paths.input={survey}", "paths.out=out",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "at least" in done.stderr
