"""Stage `predict`: a spectrum for every planet of the split, whatever happens to some of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, Status, write_predictions
from spectramind.pipeline.estimate import fit_planet
from spectramind.pipeline.places import Places, places, required
from spectramind.pipeline.planets import Progress, for_each_planet, selected_planets, survey_of
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import config_hash
from spectramind.provenance.run import Run
from spectramind.submission.score import NaiveModel, naive_model_of
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.survey.instruments import N_CHANNELS
from spectramind.transit.product import read_posterior


@dataclass(frozen=True)
class PredictSummary:
    """What a `predict` did, kept beside its product for the verbs that follow."""

    input: str
    split: str
    estimator: str
    run_hash: str
    data_digest: str
    planets: int
    fallbacks: dict[int, str]


def _fallback_table(planet_ids: tuple[int, ...], naive: NaiveModel) -> SubmissionTable:
    shape = (len(planet_ids), N_CHANNELS)
    return SubmissionTable(planet_ids, np.full(shape, naive.mean), np.full(shape, naive.sigma))


def _collect(
    config: Config, digests: dict[int, str], errors: dict[int, str], run: Run
) -> Predictions:
    """Put the posteriors of all planets into one table, fallbacks where there is none."""
    survey, where, naive = survey_of(config), places(config), naive_model_of(config.paths.input)
    planets = selected_planets(config)
    mu = np.full((len(planets), N_CHANNELS), naive.mean)
    sigma = np.full_like(mu, naive.sigma)
    status: list[Status] = []
    note: list[str] = []
    for row, planet in enumerate(planets):
        if planet in errors:
            status.append("fallback")
            note.append(errors[planet])
            continue
        posterior = read_posterior(where.posterior(planet))
        mu[row], sigma[row] = posterior.depth, posterior.sigma
        status.append("ok")
        note.append(" ".join(posterior.flags))
    attributes = {
        "estimator": config.model.name,
        "run_hash": run.hash,
        "data_digest": config_hash({str(planet): digests.get(planet) for planet in planets}),
        "calibration": "none: sigma is sigma_raw",
    }
    return Predictions(
        planets, survey.wavelength, mu, sigma, sigma, tuple(status), tuple(note), attributes
    )


def write_summary(where: Places, summary: PredictSummary) -> None:
    """Keep `summary` as JSON beside the predictions."""
    write_text(where.summary, json.dumps(summary.__dict__, indent=2) + "\n")


def read_summary(path: Path) -> PredictSummary:
    """Read the summary of the last `predict` into this folder.

    Raises
    ------
    DataError : there is none, or it is damaged
    """
    remedy = "run `spectramind predict` with this paths.out first"
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        values["fallbacks"] = {int(key): text for key, text in values["fallbacks"].items()}
        return PredictSummary(**values)
    except FileNotFoundError:
        raise DataError(path, "the summary of a predict run", "no such file", remedy) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(path, "the summary of a predict run", str(error), remedy) from error


def predict(config: Config, run: Run, progress: Progress) -> PredictSummary:
    """Predict every selected planet and write `predictions.nc`.

    A planet that cannot be reduced or fitted gets the training mean with the training scatter as
    sigma, which scores exactly zero instead of costing the submission.

    Raises
    ------
    DataError : the survey itself cannot be read, or a planet fails under `runtime.strict`
    """
    source = required(config.paths.input, "paths.input").absolute()
    planets, where = selected_planets(config), places(config)
    if config.runtime.kaggle:
        safe = _fallback_table(planets, naive_model_of(source))
        write_submission(config.submit.csv or Path("submission.csv"), safe)
    digests, errors = for_each_planet(fit_planet, planets, config, run, progress)
    predictions = _collect(config, digests, errors, run)
    write_predictions(where.predictions, predictions)
    summary = PredictSummary(
        input=str(source),
        split=config.data.split,
        estimator=config.model.name,
        run_hash=run.hash,
        data_digest=predictions.attributes["data_digest"],
        planets=len(planets),
        fallbacks=predictions.fallbacks(),
    )
    write_summary(where, summary)
    return summary
