"""A shake-up study of out-of-fold predictions: figures, one sentence of advice, one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.leaderboard import ShakeupConfig
from spectramind.errors import DataError
from spectramind.kaggle.model_choice import Choice, choose
from spectramind.kaggle.shakeup import (
    Boards,
    Selection,
    chosen_by_public,
    movement,
    optimism_of_trying,
    own_spread,
    simulated_boards,
    win_probability,
)
from spectramind.models.predictions import read_predictions
from spectramind.submission.score import naive_model, official_score
from spectramind.survey.edition import edition_of_channels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

_FOLDS = 5
_TRIES = np.array([1, 2, 5, 10, 20, 50])


@dataclass(frozen=True)
class Study:
    """What a shake-up study found; tuples are by model, in the order given.

    move    standard deviation, 5 % and 95 % quantile of private minus public
    beats   probability that the first model beats each other one, knowing nothing of the boards
    lead    public lead that makes a model win the private board with 90 %; NaN with one model
    tries   number of submissions of equal worth, and the optimism of the best public score
    """

    names: tuple[str, ...]
    scores: tuple[float, ...]
    move: tuple[tuple[float, float, float], ...]
    beats: tuple[float, ...]
    lead: float
    selection: Selection
    tries: tuple[tuple[int, float], ...]
    choice: Choice


def planet_scores(paths: Sequence[Path]) -> FloatArray:
    """(model, planet) official score of each planet of out-of-fold predictions.

    Raises
    ------
    DataError : a file has no truth, or the files are of different planets
    """
    rows = []
    planets = None
    for path in paths:
        predictions = read_predictions(path)
        truth = predictions.truth
        if truth is None:
            remedy = "give the out-of-fold predictions that `spectramind train` wrote"
            raise DataError(path, "predictions with the truth beside them", "none", remedy)
        if planets not in (None, predictions.planet_ids):
            remedy = "compare models that were trained on the same planets"
            raise DataError(path, "the planets of the first file", "others", remedy)
        planets = predictions.planet_ids
        mu, sigma = predictions.mu, predictions.sigma
        naive = naive_model(truth, edition_of_channels(predictions.wavelength))
        report = official_score(truth, mu, sigma, naive, planets)
        rows.append([report.planets[planet] for planet in planets])
    return np.array(rows)


def short_names(paths: Sequence[Path]) -> list[str]:
    """Folder of each file where that tells them apart, otherwise the whole path."""
    folders = [path.absolute().parent.name for path in paths]
    return folders if len(set(folders)) == len(paths) else [str(path) for path in paths]


def shakeup_study(settings: ShakeupConfig) -> tuple[Study, Boards]:
    """Study the out-of-fold predictions in `settings.files`.

    Raises
    ------
    DataError : no file is named, a file has no truth, or the files are of different planets
    """
    if not settings.files:
        remedy = "add shakeup.files=[FILE,FILE]"
        raise DataError("configuration key shakeup.files", "predictions", "none", remedy)
    return study(short_names(settings.files), planet_scores(settings.files), settings)


def study(
    names: Sequence[str], scores: FloatArray, settings: ShakeupConfig
) -> tuple[Study, Boards]:
    """Simulate the boards and sum them up.

    Parameters
    ----------
    scores : (model, planet), models ordered from simple to complicated
    """
    boards = simulated_boards(scores, *settings.boards, settings.draws, settings.seed)
    models, spread = len(names), own_spread(boards)
    excess = optimism_of_trying(spread, _TRIES, settings.seed) if models > 1 else np.zeros(0)
    found = Study(
        names=tuple(names),
        scores=tuple(float(score) for score in scores.mean(axis=1)),
        move=tuple(movement(boards, model) for model in range(models)),
        beats=tuple(win_probability(boards, 0, model) for model in range(1, models)),
        lead=_safe_lead(boards),
        selection=chosen_by_public(boards),
        tries=tuple((int(n), float(e)) for n, e in zip(_TRIES, excess, strict=False)),
        choice=choose(scores, _FOLDS, settings.seed),
    )
    return found, boards


def _safe_lead(boards: Boards) -> float:
    """Smallest public lead of one of the first two models that wins with 90 %."""
    if boards.public.shape[1] < 2:
        return float("nan")
    public = boards.public[:, 0] - boards.public[:, 1]
    for lead in np.linspace(0.0, np.abs(public).max(), 60):
        one = win_probability(boards, 0, 1, lead)
        other = win_probability(boards, 1, 0, lead)
        if min(one, other) >= 0.9:
            return float(lead)
    return float("inf")


def advice(found: Study) -> str:
    """One sentence on what to hand in and what to make of the public board."""
    name = found.names[found.choice.model]
    sd = max(move[0] for move in found.move)
    text = f"Hand in {name}, chosen out of fold; a public score within {2 * sd:.4f} of it is luck"
    if np.isfinite(found.lead):
        text += f", and only a public lead above {found.lead:.4f} tells two of these models apart"
    elif not np.isnan(found.lead):
        text += ", and no public lead tells these models apart"
    return text + "."


def draw_study(found: Study, boards: Boards) -> Figure:
    """Two panels: how far scores move; who wins, given the public lead."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for model, name in enumerate(found.names):
        moved = boards.private[:, model] - boards.public[:, model]
        left.hist(moved, bins=60, histtype="step", label=f"{name}, sd {found.move[model][0]:.4f}")
    left.set(xlabel="private minus public score", ylabel="simulated challenges")
    left.legend(fontsize=8)
    for model in range(1, len(found.names)):
        public = boards.public[:, 0] - boards.public[:, model]
        leads = np.quantile(public, np.linspace(0.02, 0.98, 41))
        chances = [win_probability(boards, 0, model, float(lead)) for lead in leads]
        right.plot(leads, chances, label=f"{found.names[0]} beats {found.names[model]}")
    right.axhline(0.5, color="0.7", lw=0.8)
    right.set(xlabel="public lead", ylabel="probability on the private board", ylim=(0, 1))
    if len(found.names) > 1:
        right.legend(fontsize=8)
    return figure
