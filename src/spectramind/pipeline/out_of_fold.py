"""What a training left beside its checkpoint: predictions of planets by what others taught."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from spectramind.errors import DataError
from spectramind.models.checkpoint import open_checkpoint, write_checkpoint
from spectramind.models.predictions import Predictions
from spectramind.pipeline.planet_set import score_of_rows
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.provenance.digest import canonical_json
from spectramind.report.verdict import Estimate, estimate_of
from spectramind.submission.score import ScoreReport, naive_model
from spectramind.survey.edition import edition_of_channels

_EXPECTED = "expected_score"


def training_folder(out: Path, checkpoint: Path | None) -> Path | None:
    """Folder of the training: this one, or that of the checkpoint; None where neither is one."""
    folders = [out] if checkpoint is None else [out, checkpoint.parent]
    return next((folder for folder in folders if (folder / OUT_OF_FOLD).is_file()), None)


def out_of_fold_score(predictions: Predictions) -> ScoreReport | None:
    """Score of out-of-fold predictions; None without a truth, or with one that does not scatter."""
    truth = predictions.truth
    if truth is None or len(truth) < 2:
        return None
    naive = naive_model(truth, edition_of_channels(predictions.wavelength))
    return score_of_rows(predictions, truth, naive, np.arange(len(truth)))


def state_expected_score(checkpoint: Path, predictions: Predictions) -> None:
    """Write into a checkpoint what its model reached on planets that it was not trained on.

    A checkpoint travels alone, to Kaggle for one, where nobody could work it out again.
    """
    score = out_of_fold_score(predictions)
    if score is not None:
        before = open_checkpoint(checkpoint)
        stated = canonical_json(asdict(estimate_of(score)))
        write_checkpoint(checkpoint, replace(before, texts={**before.texts, _EXPECTED: stated}))


def expected_score(checkpoint: str | None) -> Estimate | None:
    """What a checkpoint states about planets that its model was not trained on, if anything."""
    if checkpoint is None or not Path(checkpoint).is_file():
        return None
    stated = open_checkpoint(Path(checkpoint)).texts.get(_EXPECTED)
    if stated is None:
        return None
    try:
        return TypeAdapter(Estimate).validate_json(stated)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]["msg"]
        raise DataError(checkpoint, "the expected score", found, "train it again") from error
