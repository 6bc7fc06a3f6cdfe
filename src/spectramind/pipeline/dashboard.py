"""Stage `report`, second page: the dashboard of a trained model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from omegaconf import OmegaConf

from spectramind.conf.schema.config import Config
from spectramind.conf.schema.leaderboard import ShakeupConfig
from spectramind.errors import DataError
from spectramind.kaggle.shakeup import simulated_boards
from spectramind.models.checkpoint import FILE_NAME, Checkpoint, open_checkpoint
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.journal import journal_of
from spectramind.pipeline.out_of_fold import out_of_fold_score, training_folder
from spectramind.pipeline.places import Places
from spectramind.pipeline.planet_set import Products, Progress, planet_set
from spectramind.pipeline.predict import read_summary
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.pipeline.training_products import read_record
from spectramind.provenance.atomic import write_text
from spectramind.provenance.events import read_events
from spectramind.provenance.run import EVENTS
from spectramind.provenance.versions import git_commit, package_versions
from spectramind.report.content import Origin
from spectramind.report.page import render
from spectramind.report.pages import dashboard_page
from spectramind.submission.score import ScoreReport, naive_model
from spectramind.survey.edition import edition_of_channels

FloatArray = NDArray[np.float64]

_FITS = Path("train") / "second"


def write_dashboard(config: Config, out: Path, progress: Progress) -> Path | None:
    """Write the dashboard of the model trained in `out`, or of the model that predicted there.

    Returns
    -------
    its path; None where no out-of-fold predictions lie in either folder

    Raises
    ------
    DataError : a product of the training is damaged
    """
    folder = training_folder(out, _checkpoint_of(config, out))
    if folder is None:
        return None
    predictions = read_predictions(folder / OUT_OF_FOLD)
    score = out_of_fold_score(predictions)
    edition = edition_of_channels(predictions.wavelength)
    known = predictions.truth
    naive = naive_model(known, edition) if score and known is not None else None
    survey = _survey_of(config, out, folder)
    reduced = folder / "reduced" / "train"
    if not reduced.is_dir() and survey is not None:
        reduced = survey / "reduced" / "train"
    products = Products(folder / _FITS, reduced, survey, "train")
    planets = planet_set(predictions, predictions.truth, naive, products, progress)
    path = folder / FILE_NAME
    checkpoint = open_checkpoint(path) if path.is_file() else None
    arrays = checkpoint.arrays if checkpoint else {}
    page = dashboard_page(
        planets,
        _origin(config, folder, predictions, checkpoint),
        score,
        replace(read_record(folder, arrays), shake_up=_shake_up(score, config.shakeup)),
    )
    target = Places(out, "train").dashboard
    write_text(target, render(page))
    return target


def _shake_up(score: ScoreReport | None, settings: ShakeupConfig) -> FloatArray | None:
    """(draw,) private minus public score in simulated challenges."""
    if score is None:
        return None
    scores = np.array([list(score.planets.values())])
    boards = simulated_boards(scores, *settings.boards, settings.draws, settings.seed)
    return boards.private[:, 0] - boards.public[:, 0]


def _checkpoint_of(config: Config, out: Path) -> Path | None:
    """Checkpoint that is named, or that the last prediction in this folder used."""
    if config.model.ckpt is not None:
        return config.model.ckpt
    summary = Places(out, config.data.split).summary
    if not summary.is_file():
        return None
    name = read_summary(summary).checkpoint
    return Path(name) if name else None


def _survey_of(config: Config, out: Path, folder: Path) -> Path | None:
    """Survey that the model was trained on: named, or as the event log or the prediction say."""
    if config.paths.input is not None:
        return config.paths.input
    for record in reversed(list(read_events(config.paths.logs / EVENTS))):
        if record["event"] == "started" and record["verb"] == "train":
            start, paths = record.get("folder", ""), record["config"]["paths"]
            same = paths["out"] and Path(start, paths["out"]) == folder.absolute()
            if same and paths["input"]:
                return Path(start, paths["input"])
    summary = Places(out, config.data.split).summary
    return Path(read_summary(summary).input) if summary.is_file() else None


def _origin(
    config: Config, folder: Path, predictions: Predictions, checkpoint: Checkpoint | None
) -> Origin:
    texts = dict(checkpoint.texts) if checkpoint else {}
    shown = {
        **predictions.attributes,
        **{name: text for name, text in texts.items() if name in ("run_hash", "planets")},
        "commit": git_commit() or "not a working copy",
        "versions": ", ".join(f"{name} {v}" for name, v in package_versions().items()),
    }
    journal = journal_of(config.paths.logs / EVENTS, folder)
    return Origin(_yaml(folder, texts.get("config")), shown, journal)


def _yaml(folder: Path, text: str | None) -> str:
    if text is None:
        return ""
    try:
        return OmegaConf.to_yaml(OmegaConf.create(json.loads(text)))
    except ValueError as error:
        remedy = "train the model again"
        raise DataError(folder / FILE_NAME, "a configuration", str(error), remedy) from error
