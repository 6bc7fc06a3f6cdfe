"""Shake-up: how far a score moves from the public to the private board, and whom to believe.

A draw first resamples the planets with known truth (which planets the challenge might have had),
then takes public and private planets from those. Models are scored on the same planets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_NEAREST = 0.05
"""Share of the draws that answer for a public difference: those nearest to it."""


@dataclass(frozen=True)
class Boards:
    """Scores of many simulated challenges, (draw, model) each."""

    public: FloatArray
    private: FloatArray


@dataclass(frozen=True)
class Selection:
    """What choosing the best of several models by the public board does.

    found     how often it is the best one of the private board as well
    optimism  by how much its public score exceeds its private one, on average, beyond what moves
              all models alike
    regret    by how much the private score could have been better, on average
    """

    found: float
    optimism: float
    regret: float


def simulated_boards(
    scores: FloatArray, n_public: int, n_private: int, draws: int, seed: int
) -> Boards:
    """Simulate challenges from planet scores.

    Parameters
    ----------
    scores : (model, planet) score of each planet, as the official score averages it
    n_public, n_private : planets of either board
    """
    rng = np.random.default_rng(seed)
    planets = scores.shape[1]
    public, private = np.empty((draws, len(scores))), np.empty((draws, len(scores)))
    for draw in range(draws):
        challenge = rng.choice(planets, size=planets)
        chosen = rng.choice(challenge, size=n_public + n_private)
        public[draw] = scores[:, chosen[:n_public]].mean(axis=1)
        private[draw] = scores[:, chosen[n_public:]].mean(axis=1)
    return Boards(public, private)


def movement(boards: Boards, model: int) -> tuple[float, float, float]:
    """Private minus public score of a model: standard deviation, 5 % and 95 % quantile."""
    moved = boards.private[:, model] - boards.public[:, model]
    low, high = np.quantile(moved, [0.05, 0.95])
    return float(moved.std()), float(low), float(high)


def win_probability(
    boards: Boards, first: int, second: int, public_difference: float | None = None
) -> float:
    """Probability that `first` beats `second` on the private board.

    Parameters
    ----------
    public_difference : what `first` is ahead on the public board; None where it is not known
    """
    ahead = boards.private[:, first] - boards.private[:, second]
    if public_difference is not None:
        public = boards.public[:, first] - boards.public[:, second]
        kept = max(1, round(_NEAREST * len(public)))
        ahead = ahead[np.argsort(np.abs(public - public_difference), kind="stable")[:kept]]
    return float((ahead > 0).mean() + 0.5 * (ahead == 0).mean())


def chosen_by_public(boards: Boards) -> Selection:
    """What follows from handing in whichever model is best on the public board."""
    rows = np.arange(len(boards.public))
    chosen, best = boards.public.argmax(axis=1), boards.private.argmax(axis=1)
    handed_in = boards.private[rows, chosen]
    common = (boards.public - boards.private).mean(axis=1)
    return Selection(
        found=float((chosen == best).mean()),
        optimism=float((boards.public[rows, chosen] - handed_in - common).mean()),
        regret=float((boards.private[rows, best] - handed_in).mean()),
    )


def optimism_of_trying(spread: float, submissions: FloatArray, seed: int) -> FloatArray:
    """Expected excess of the best public score among submissions of equal worth.

    Parameters
    ----------
    spread : standard deviation of one submission's public score about its worth
    submissions : (count,) whole numbers

    Returns
    -------
    (count,) spread times the mean of the largest of so many standard normal numbers
    """
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((4000, int(submissions.max())))
    largest = np.maximum.accumulate(values, axis=1).mean(axis=0)
    excess: FloatArray = spread * largest[submissions.astype(np.intp) - 1]
    return excess


def own_spread(boards: Boards) -> float:
    """Spread of a model's public score about its worth that other models do not share.

    The standard deviation of the difference of two models, from public to private, divided by the
    square root of two; averaged over all pairs. NaN with one model.
    """
    moved = boards.public - boards.private
    models = moved.shape[1]
    pairs = [(moved[:, i] - moved[:, j]).std() for i in range(models) for j in range(i)]
    return float(np.mean(pairs) / np.sqrt(2.0)) if pairs else float("nan")
