"""Every training planet calibrated by what the others teach: the ground of all verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.folds import fold_numbers
from spectramind.uncertainty.half_widths import GAUSSIAN
from spectramind.uncertainty.level_choice import choose_level
from spectramind.uncertainty.novelty import Novelty, learn_novelty, widening
from spectramind.uncertainty.regions import Pooling
from spectramind.uncertainty.relational import Graph, Relational, joined, relational_half_widths
from spectramind.uncertainty.sample import Sample, Score
from spectramind.uncertainty.temperature import LEVELS as TEMPERATURES
from spectramind.uncertainty.temperature import (
    Level,
    Temperature,
    heated,
    learn_temperature,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Lesson:
    """How calibrators are learnt.

    score      of planets, as the survey's official one
    weights    (283,) of the channels in the score
    operators  (relation, 283, 283) physical edges of COREL; None leaves COREL out
    folds      of whole planets
    pooling    channels that share a conformal factor
    levels     temperatures to choose from, coarse ones first; the identity is the alternative
    graph      edges that COREL uses
    trusted    keep every calibrator whatever the acceptance rule says, for comparisons
    """

    score: Score
    weights: FloatArray
    operators: FloatArray | None = None
    folds: int = 5
    pooling: Pooling = "region"
    levels: tuple[Level, ...] = field(default=TEMPERATURES[1:])
    graph: Graph = "both"
    trusted: bool = False


@dataclass(frozen=True)
class CrossFit:
    """Training planets with the scales that the other folds teach.

    fold      (planet,) number of each planet's fold
    narrow    (planet, 283) sigma after temperature alone
    sigma     (planet, 283) sigma after temperature and widening
    widths    (planet, 283, level) half-widths of COREL in units of `sigma`; Gaussian ones without
    networks  of all folds, None without COREL
    """

    fold: IntArray
    narrow: FloatArray
    sigma: FloatArray
    widths: FloatArray
    networks: Relational | None


def taught(sample: Sample, lesson: Lesson) -> tuple[Temperature, Novelty]:
    """Temperature, its level chosen by cross-validation among these planets, and novelty."""
    level = choose_level(sample, lesson.score, lesson.weights, lesson.folds, lesson.levels)
    return learn_temperature(sample, level, lesson.weights), learn_novelty(sample)


def cross_fit(sample: Sample, lesson: Lesson) -> CrossFit:
    """Learn fold by fold; no planet meets anything that its own truth has taught."""
    number = fold_numbers(len(sample), lesson.folds)
    narrow, sigma = np.empty_like(sample.sigma), np.empty_like(sample.sigma)
    widths = np.tile(GAUSSIAN, (*sample.sigma.shape, 1))
    networks: list[Relational] = []
    for fold in np.unique(number):
        held = number == fold
        teachers, learners = sample.rows(~held), sample.rows(held)
        temperature, novelty = taught(teachers, lesson)
        narrow[held] = heated(temperature, learners)
        sigma[held] = heated(temperature, learners, widening(novelty, learners))
        if lesson.operators is None:
            continue
        network = _network(teachers, temperature, novelty, lesson, int(fold))
        widths[held] = relational_half_widths(network, learners, sigma[held])
        networks.append(network)
    assert widths.shape[-1] == len(LEVELS)
    return CrossFit(number, narrow, sigma, widths, joined(networks) if networks else None)


def _network(
    teachers: Sample, temperature: Temperature, novelty: Novelty, lesson: Lesson, seed: int
) -> Relational:
    # Here alone calibration needs torch.
    from spectramind.uncertainty.quantile_network import NetworkShape
    from spectramind.uncertainty.quantile_training import TrainingPlan, train_relational

    assert lesson.operators is not None
    shape = replace(NetworkShape(), graph=lesson.graph)
    sigma = heated(temperature, teachers, widening(novelty, teachers))
    plan = TrainingPlan(shape=shape, seed=seed)
    return train_relational(teachers, sigma, lesson.operators, lesson.weights, plan)
