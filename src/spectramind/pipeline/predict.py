"""Stage `predict`: a spectrum for every planet of the split, whatever happens to some of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, Status, write_predictions
from spectramind.pipeline.fit import check_model, checkpoint_digest, fit_planet, physics_model
from spectramind.pipeline.places import Places, places, required
from spectramind.pipeline.planets import Progress, for_each_planet, selected_planets
from spectramind.pipeline.sources import source_of
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import config_hash
from spectramind.provenance.run import Run
from spectramind.submission.score import NaiveModel, naive_model_of
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.survey.instruments import N_CHANNELS
from spectramind.transit.calibration import corrected_mean
from spectramind.transit.posterior import DepthPosterior
from spectramind.transit.product import read_posterior

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PredictSummary:
    """What a `predict` did, kept beside its product for the verbs that follow.

    checkpoint file of the model, None for the generic one
    config     what determined the numbers: the configuration without places and workers
    fallbacks  reason by planet id
    """

    input: str
    split: str
    estimator: str
    checkpoint: str | None
    run_hash: str
    data_digest: str
    config: dict[str, Any]
    planets: int
    fallbacks: dict[int, str]


def _write_safe_submission(path: Path, planet_ids: tuple[int, ...], naive: NaiveModel) -> None:
    """A valid table before any planet is touched: whatever happens later, something is there."""
    shape = (len(planet_ids), N_CHANNELS)
    mu, sigma = np.full(shape, naive.mean), np.full(shape, naive.sigma)
    write_submission(path, SubmissionTable(planet_ids, mu, sigma))


def _mean(config: Config, posterior: DepthPosterior) -> FloatArray:
    """(283,) posterior mean with the correction that the checkpoint has learnt."""
    if config.model.name != "physics":
        return posterior.depth
    source = source_of(config)
    model = physics_model(config, source.wavelength)
    star = source.star(posterior.planet_id)
    return corrected_mean(posterior, star, model.calibration)


def _answer(config: Config, planet: int) -> tuple[FloatArray, FloatArray, str]:
    """Mean and sigma, (283,) each, and flags of a planet from its fit.

    Raises
    ------
    DataError : the fit's product is damaged, or says nothing that can be handed in
    """
    path = places(config).posterior(planet)
    posterior = read_posterior(path)
    mean, sigma = _mean(config, posterior), posterior.sigma
    if not (np.isfinite(mean).all() and np.isfinite(sigma).all() and (sigma > 0).all()):
        found = f"NaN, infinite or zero with flags {' '.join(posterior.flags) or 'none'}"
        raise DataError(path, "finite depths with a positive sigma", found, "look at its fit")
    return mean, sigma, " ".join(posterior.flags)


def _collect(
    run: Run, errors: dict[int, str], naive: NaiveModel, attributes: dict[str, str]
) -> Predictions:
    """Put the posteriors of all planets into one table, fallbacks where there is none.

    A posterior that cannot be used joins the `errors`.
    """
    config = run.config
    planets = selected_planets(config)
    mu = np.full((len(planets), N_CHANNELS), naive.mean)
    sigma = np.full_like(mu, naive.sigma)
    status: list[Status] = []
    note: list[str] = []
    for row, planet in enumerate(planets):
        text = errors.get(planet)
        if text is None:
            try:
                mu[row], sigma[row], text = _answer(config, planet)
            except DataError as error:
                if config.runtime.strict:
                    raise
                errors[planet] = text = str(error)
                run.event("planet_failed", planet=planet, error=text, details=None)
        status.append("fallback" if planet in errors else "ok")
        note.append(text)
    return Predictions(
        planet_ids=planets,
        wavelength=source_of(config).wavelength,
        mu=mu,
        sigma_raw=sigma,
        sigma=sigma,
        status=tuple(status),
        note=tuple(note),
        attributes=attributes,
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
    DataError : survey or checkpoint cannot be read, or a planet fails under `runtime.strict`
    """
    root = required(config.paths.input, "paths.input").absolute()
    planets, where, naive = selected_planets(config), places(config), naive_model_of(root)
    if config.runtime.kaggle:
        _write_safe_submission(config.submit.csv or Path("submission.csv"), planets, naive)
    check_model(config)
    digests, errors = for_each_planet(fit_planet, planets, config, run, progress)
    attributes = {
        "estimator": config.model.name,
        "checkpoint": checkpoint_digest(config),
        "run_hash": run.hash,
        "data_digest": config_hash({str(planet): digests.get(planet) for planet in planets}),
        "calibration": "none: sigma is sigma_raw",
    }
    predictions = _collect(run, errors, naive, attributes)
    write_predictions(where.predictions, predictions)
    summary = PredictSummary(
        input=str(root),
        split=config.data.split,
        estimator=config.model.name,
        checkpoint=str(config.model.ckpt.absolute()) if config.model.ckpt else None,
        run_hash=run.hash,
        data_digest=attributes["data_digest"],
        config=config.portable(),
        planets=len(planets),
        fallbacks=predictions.fallbacks(),
    )
    write_summary(where, summary)
    return summary
