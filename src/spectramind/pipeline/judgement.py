"""One model on the planets of one survey: its row of the table, and every planet's score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spectramind.models.checkpoint import read_checkpoint
from spectramind.models.predictions import Predictions
from spectramind.pipeline.planet_set import score_of_rows
from spectramind.report.contest_page import ContestRow
from spectramind.submission.accuracy import accuracy
from spectramind.submission.score import NaiveModel
from spectramind.uncertainty.stored import PREFIX


@dataclass(frozen=True)
class Cost:
    """What a model costs: learnt numbers, seconds of training, ms a planet of prediction."""

    numbers: int
    train_seconds: float
    predict_ms: float | None = None


@dataclass(frozen=True)
class Judgement:
    """A row of the table, and the official score of every planet by its id, not clipped."""

    row: ContestRow
    planets: Mapping[int, float]

    def beside(self, first: Judgement) -> ContestRow:
        """The row with its mean difference to another model, planet by planet."""
        both = sorted(self.planets.keys() & first.planets.keys())
        gains = np.array([self.planets[planet] - first.planets[planet] for planet in both])
        error = float(gains.std() / np.sqrt(max(len(gains) - 1, 1)))
        return replace(self.row, gain=float(gains.mean()), gain_error=error)


def judge(names: tuple[str, str], answer: Predictions, naive: NaiveModel, cost: Cost) -> Judgement:
    """Judge predictions with a truth.

    Parameters
    ----------
    names : of the model and of the survey
    """
    truth = answer.truth
    assert truth is not None
    kept = np.flatnonzero(np.isfinite(truth).all(axis=1))
    row = ContestRow(
        contestant=names[0],
        survey=names[1],
        planets=len(kept),
        fallbacks=len(answer.fallbacks()),
        accuracy=accuracy(truth[kept], answer.mu[kept], answer.sigma[kept], naive),
        numbers=cost.numbers,
        train_minutes=cost.train_seconds / 60.0,
        predict_ms=cost.predict_ms,
    )
    return Judgement(row, score_of_rows(answer, truth, naive, kept).planets)


def learnt_numbers(path: Path, model: str) -> int:
    """How many numbers a model has learnt, calibrators apart; priors are kept as text."""
    checkpoint = read_checkpoint(path, model)
    arrays = sum(v.size for key, v in checkpoint.arrays.items() if not key.startswith(PREFIX))
    return arrays + _numbers(json.loads(checkpoint.texts.get("priors", "0")))


def _numbers(value: object) -> int:
    if isinstance(value, dict):
        return sum(_numbers(item) for item in value.values())
    if isinstance(value, list):
        return sum(_numbers(item) for item in value)
    return int(isinstance(value, float))
