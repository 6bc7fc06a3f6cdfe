"""Conservative choice of a model from out-of-fold scores, never from the public board.

The simplest model whose score is within one standard error of the best one's (Breiman et al. 1984,
section 3.4.3), and what this rule gains on planets that it has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """The model to hand in.

    model   its number
    scores  (model,) mean score of each
    nested  mean score of the rule's choices on planets that the choice did not see
    """

    model: int
    scores: tuple[float, ...]
    nested: float


def one_standard_error(scores: FloatArray) -> int:
    """First model that is not clearly worse than the best.

    Parameters
    ----------
    scores : (model, planet), models ordered from simple to complicated
    """
    best = int(scores.mean(axis=1).argmax())
    behind = scores[best] - scores
    planets = scores.shape[1]
    error = behind.std(axis=1, ddof=1) / np.sqrt(planets)
    return int(np.flatnonzero(behind.mean(axis=1) <= error)[0])


def choose(scores: FloatArray, folds: int, seed: int) -> Choice:
    """Choose among models, and judge the choosing itself by nested cross-validation.

    Parameters
    ----------
    scores : (model, planet) out-of-fold scores, models ordered from simple to complicated
    folds : outer folds: the rule sees all but one and is judged on that one
    """
    planets = scores.shape[1]
    fold = np.random.default_rng(seed).permutation(planets) % folds
    judged = np.empty(planets)
    for number in range(folds):
        held_out = fold == number
        judged[held_out] = scores[one_standard_error(scores[:, ~held_out]), held_out]
    return Choice(
        one_standard_error(scores),
        tuple(float(s) for s in scores.mean(axis=1)),
        float(judged.mean()),
    )
