"""Stage `predict`: a spectrum for every planet of the split, whatever happens to some of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import write_predictions
from spectramind.pipeline.answer import Answer, predictions_of, status_of, usable
from spectramind.pipeline.check import foreign_frames, require_sound
from spectramind.pipeline.estimator import estimator_of, fit_planet
from spectramind.pipeline.fit import checkpoint_digest, checkpoint_of
from spectramind.pipeline.guard import Guard, Losses, no_time_left, write_losses
from spectramind.pipeline.places import Places, places, portable_text, required
from spectramind.pipeline.planets import Progress, for_each_planet, selected_planets
from spectramind.pipeline.safe_table import handed_in, open_safe_table, published_naive
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.survey_doubts import survey_doubts
from spectramind.pipeline.survey_priors import NO_PRIORS, SurveyPriors
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import config_hash, sha256
from spectramind.provenance.run import Run
from spectramind.scale.memory import require_address_space
from spectramind.submission.score import NaiveModel, naive_model_of
from spectramind.survey.instruments import N_CHANNELS
from spectramind.symbolic.product import symbolic_table, write_symbolic

ADAPTATION = "priors of the survey"
"""What is left out where the session is short."""


@dataclass(frozen=True)
class PredictSummary:
    """What a `predict` did, kept beside its product for the verbs that follow.

    checkpoint file of the model, None for the generic one
    config     what determined the numbers: the configuration without places and workers
    fallbacks  reason by planet id
    doubtful   flags by planet id
    counts, reasons, common
               as in `SurveyDoubts`
    losses     one line each, what was left out to stay within the session's limits
    priors     what the light curves say of the priors, a `PriorReport` for each instrument
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
    doubtful: dict[int, str]
    counts: dict[str, int]
    reasons: tuple[tuple[str, int], ...]
    common: str | None
    losses: tuple[str, ...]
    priors: tuple[dict[str, Any], ...]


def _checked(answer: Answer | DataError, product: Path) -> Answer | DataError:
    """The answer, unless it says nothing that can be handed in.

    Parameters
    ----------
    product : what it was made from
    """
    if isinstance(answer, DataError) or usable(answer):
        return answer
    found = f"NaN, infinite or zero with flags {answer.note or 'none'}"
    return DataError(product, "finite depths with a positive sigma", found, "look at its fit")


def _collect(run: Run, errors: dict[int, str], naive: NaiveModel) -> dict[int, Answer]:
    """Answers of the estimator for all planets, the training mean where there is none.

    An answer that cannot be used joins the `errors`.
    """
    config = run.config
    planets = selected_planets(config)
    flat = np.full(N_CHANNELS, naive.mean), np.full(N_CHANNELS, naive.sigma)
    answers = {planet: Answer(*flat, naive.sigma, errors.get(planet, "")) for planet in planets}
    fitted = [planet for planet in planets if planet not in errors]
    for planet, answer in estimator_of(config).answers(config, fitted):
        checked = _checked(answer, places(config).posterior(planet))
        if isinstance(checked, Answer):
            answers[planet] = checked
            if status_of(checked) == "doubtful":
                run.event("planet_doubtful", planet=planet, flags=checked.note)
            continue
        if config.runtime.strict:
            raise checked
        errors[planet] = str(checked)
        answers[planet] = replace(answers[planet], note=str(checked))
        run.event("planet_failed", planet=planet, error=str(checked), details=None)
    return answers


def _portable(answers: dict[int, Answer], config: Config) -> dict[int, Answer]:
    """Answers whose notes name files below the survey or the products, in whichever folder."""
    return {
        planet: replace(answer, note=portable_text(answer.note, config))
        for planet, answer in answers.items()
    }


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
        # Every field of its own type, whatever the file says.
        return TypeAdapter(PredictSummary).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DataError(path, "the summary of a predict run", "no such file", remedy) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        found = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DataError(path, "the summary of a predict run", found, remedy) from error


def _learnt_from_survey(
    config: Config, run: Run, progress: Progress, errors: dict[int, str], losses: Losses
) -> tuple[SurveyPriors, Losses]:
    """Let the planets that worked teach each other, if there is time; failures join `errors`."""
    fitted = [planet for planet in selected_planets(config) if planet not in errors]
    if not fitted:
        return NO_PRIORS, losses
    if config.runtime.kaggle and no_time_left(config, losses, ADAPTATION):
        return NO_PRIORS, replace(losses, dropped=(*losses.dropped, ADAPTATION))
    said = estimator_of(config).learn_from_survey(config, fitted, run, progress)
    errors |= said.failed
    for report in said.reports:
        for line in report.lines:
            run.log(f"{report.family + ': ' if report.family else ''}{line}")
    return said, losses


def predict(config: Config, run: Run, progress: Progress) -> PredictSummary:
    """Predict every selected planet and write `predictions.nc` and `symbolic.nc`.

    A planet that cannot be reduced or fitted gets the training mean with the training scatter as
    sigma, which scores exactly zero instead of costing the submission.

    Raises
    ------
    DataError : survey or checkpoint cannot be read, a planet fails or is doubtful under
        `runtime.strict`, or every planet fails; on Kaggle the table of fallbacks is handed in
        nevertheless
    """
    root = required(config.paths.input, "paths.input").absolute()
    table = open_safe_table(config) if config.runtime.kaggle else None
    require_address_space(config.runtime.memory_gb)
    require_sound(config, run)
    planets, where = selected_planets(config), places(config)
    estimator_of(config).check(config)
    foreign = foreign_frames(config)
    own = [planet for planet in planets if planet not in foreign]
    losses = Losses()
    if table is None:
        naive = naive_model_of(root)
        naive = naive if handed_in(naive) else published_naive(root)
        digests, errors = for_each_planet(fit_planet, own, config, run, progress)
    else:
        naive, guard = table.naive, Guard(run, len(planets), table)
        digests, errors = for_each_planet(fit_planet, own, config, run, progress, guard)
        guard.update_table()
        if table.path is not None:
            run.event("table", sha256=sha256(table.path))
        losses = guard.losses()
    errors |= {planet: foreign[planet] for planet in planets if planet in foreign}
    said, losses = _learnt_from_survey(config, run, progress, errors, losses)
    write_losses(where, losses)
    attributes = {
        "estimator": config.model.name,
        "checkpoint": checkpoint_digest(config),
        "run_hash": run.hash,
        "data_digest": config_hash({str(planet): digests.get(planet) for planet in planets}),
        "calibration": "none: sigma is sigma_raw",
    }
    answers = _portable(_collect(run, errors, naive), config)
    if len(errors) == len(planets) and not config.runtime.kaggle:
        # An earlier prediction is more than a table of fallbacks.
        first, reason = next(iter(errors.items()))
        found = f"all {len(planets)} failed, {first} with: {reason}"
        raise DataError(root, "a planet that could be predicted", found, "see the event log")
    predictions = predictions_of(answers, errors, source_of(config).wavelength, attributes)
    write_predictions(where.predictions, predictions)
    mu, sigma, common = predictions.mu, predictions.sigma_raw, predictions.sigma_common
    write_symbolic(where.symbolic, symbolic_table(planets, mu, sigma, common), attributes)
    checkpoint = checkpoint_of(config)
    doubts = survey_doubts(len(planets), predictions.doubtful(), predictions.fallbacks())
    summary = PredictSummary(
        input=str(root),
        split=config.data.split,
        estimator=config.model.name,
        checkpoint=str(checkpoint.absolute()) if checkpoint else None,
        run_hash=run.hash,
        data_digest=attributes["data_digest"],
        config=config.portable(),
        planets=len(planets),
        fallbacks=predictions.fallbacks(),
        doubtful=predictions.doubtful(),
        counts=doubts.counts,
        reasons=doubts.reasons,
        common=doubts.common,
        losses=losses.lines(),
        priors=tuple(asdict(report) for report in said.reports),
    )
    write_summary(where, summary)
    return summary
