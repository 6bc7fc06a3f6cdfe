"""What a training left beside its checkpoint: predictions of planets by what others taught."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.planet_set import score_of_rows
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.report.verdict import Estimate, estimate_of
from spectramind.submission.score import ScoreReport, naive_model


def training_folder(out: Path, checkpoint: Path | None) -> Path | None:
    """Folder of the training: this one, or that of the checkpoint; None where neither is one."""
    folders = [out] if checkpoint is None else [out, checkpoint.parent]
    return next((folder for folder in folders if (folder / OUT_OF_FOLD).is_file()), None)


def out_of_fold_score(predictions: Predictions) -> ScoreReport | None:
    """Score of out-of-fold predictions; None without a truth, or with one that does not scatter."""
    truth = predictions.truth
    if truth is None or len(truth) < 2:
        return None
    return score_of_rows(predictions, truth, naive_model(truth), np.arange(len(truth)))


def expected_score(checkpoint: str | None) -> Estimate | None:
    """What the model in a checkpoint reached on planets that it was not trained on."""
    path = Path(checkpoint).parent / OUT_OF_FOLD if checkpoint else None
    if path is None or not path.is_file():
        return None
    score = out_of_fold_score(read_predictions(path))
    return None if score is None else estimate_of(score)
