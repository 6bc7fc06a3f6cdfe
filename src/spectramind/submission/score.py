"""The official scores of the Ariel Data Challenge: Gaussian log-likelihood, normalised.

Source: the competitions' evaluation pages. An answer is set between a naive one (0) and an ideal
one (1): cell by cell in 2025, in the sum over all cells in 2024. One infinite or tiny sigma
therefore pulls the whole score down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.submission.metric import METRICS, Metric
from spectramind.submission.table import SubmissionTable, read_submission
from spectramind.survey.edition import TRUTH, Edition, edition_of, truth_path
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.physics.depth_units import depth_unit, unit_remedy
from spectramind.survey.tables import Truth, read_truth

FloatArray = NDArray[np.float64]

SIGMA_FLOOR = 1e-15
"""Smallest sigma that the official function distinguishes."""

CHANNEL_WEIGHTS: FloatArray = METRICS["2025"].weights
"""(283,) of the edition that everything is measured by unless it says otherwise."""


@dataclass(frozen=True)
class NaiveModel:
    """The answer that scores 0: one mean and one sigma for every planet and channel.

    edition   whose score it is the zero of
    """

    mean: float
    sigma: float
    edition: Edition = "2025"

    @property
    def metric(self) -> Metric:
        """The score that this answer is the zero of."""
        return METRICS[self.edition]


PUBLISHED_NAIVE: dict[Edition, NaiveModel] = {
    "2024": NaiveModel(0.0025517145902829823, 0.0017261973793536417, "2024"),
    "2025": NaiveModel(0.014689019532534075, 0.01066133533197834, "2025"),
}
"""Naive answers of the challenges, from their 673 and 1,100 training planets."""


@dataclass(frozen=True)
class ScoreReport:
    """A score and where it comes from.

    score    the official number, clipped to [0, 1]
    fgs1     mean over the planets of the FGS1 channel alone, not clipped
    airs     mean over the planets and the AIRS channels, not clipped
    planets  weighted mean of each planet's channels, not clipped, by planet id; their mean is
             `score` before clipping
    warnings  what the official function would have done otherwise, or what is hardly meant
    """

    score: float
    fgs1: float
    airs: float
    planets: Mapping[int, float]
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values: score, fgs1, airs, planets (score by planet id), warnings."""
        planets = {str(planet): value for planet, value in self.planets.items()}
        parts = {"score": self.score, "fgs1": self.fgs1, "airs": self.airs}
        return {**parts, "planets": planets, "warnings": list(self.warnings)}


def log_density(value: FloatArray, mean: FloatArray, sigma: FloatArray) -> FloatArray:
    """Logarithm of the normal density of `value`; arguments broadcast against each other."""
    residual = (value - mean) / sigma
    density: FloatArray = -0.5 * residual**2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)
    return density


def cell_scores(
    truth: FloatArray, mu: FloatArray, sigma: FloatArray, naive: NaiveModel
) -> FloatArray:
    """Score of each cell: 0 for the naive answer, 1 for the truth with the ideal sigma.

    Parameters
    ----------
    truth, mu, sigma : (planet, 283) transit depth (Rp/Rs)^2 and its standard deviation
    naive : mean and standard deviation of the training depths

    Returns
    -------
    (planet, 283), without a lower bound. In 2025 each at most about 1; in 2024 the share of a cell
    in the score of all of them, so that their mean is the ratio of the sums
    """
    naive_density = log_density(truth, np.asarray(naive.mean), np.asarray(naive.sigma))
    gain = log_density(truth, mu, np.maximum(sigma, SIGMA_FLOOR)) - naive_density
    ideal_gain = log_density(truth, truth, naive.metric.ideal_sigma) - naive_density
    if naive.metric.of_sums:
        ideal_gain = np.asarray(np.nanmean(ideal_gain))
    scores: FloatArray = gain / ideal_gain
    return scores


def official_score(
    truth: FloatArray,
    mu: FloatArray,
    sigma: FloatArray,
    naive: NaiveModel,
    planet_ids: tuple[int, ...] | None = None,
) -> ScoreReport:
    """Score aligned arrays: the weighted mean of the cell scores, clipped to [0, 1].

    Parameters
    ----------
    truth, mu, sigma : (planet, 283) transit depth (Rp/Rs)^2 and its standard deviation
    naive : mean and standard deviation of the training depths
    planet_ids : (planet,) names of the rows; their numbers 0, 1, .. where not given

    Raises
    ------
    DataError : no planet, shapes that differ, or a NaN, infinite or negative value
    """
    for name, values in (("truth", truth), ("mu", mu), ("sigma", sigma)):
        _check_cells(name, values, (len(truth), N_CHANNELS))
    ids = planet_ids if planet_ids is not None else tuple(range(len(truth)))
    return report_of_cells(cell_scores(truth, mu, sigma, naive), ids, naive.metric)


def report_of_cells(cells: FloatArray, planet_ids: tuple[int, ...], metric: Metric) -> ScoreReport:
    """The official mean over (planet, 283) cell scores, and its parts."""
    weights = metric.weights
    by_planet = cells @ weights / weights.sum()
    return ScoreReport(
        score=float(np.clip(by_planet.mean(), 0.0, 1.0)),
        fgs1=float(cells[:, 0].mean()),
        airs=float(cells[:, 1:].mean()),
        planets={planet: float(value) for planet, value in zip(planet_ids, by_planet, strict=True)},
    )


def _check_cells(name: str, values: FloatArray, shape: tuple[int, int]) -> None:
    if values.shape != shape or shape[0] == 0:
        remedy = "give the same planets with 283 channels each"
        raise DataError(name, f"a (planet, 283) array like {shape}", f"{values.shape}", remedy)
    bad = np.argwhere(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        row, channel = bad[0]
        where = f"{values[row, channel]} in row {row + 1}, channel {channel + 1}"
        remedy = "the official score would be NaN or an error; correct the value"
        raise DataError(name, "finite values, none negative", where, remedy)


def naive_model(depth: FloatArray, edition: Edition = "2025") -> NaiveModel:
    """Naive answer of a training truth: mean and population standard deviation of all values.

    Raises
    ------
    DataError : the depths do not scatter, so that there is nothing to measure against
    """
    mean, sigma = float(depth.mean()), float(depth.std())
    if depth.min() == depth.max():
        remedy = "give a training truth of several planets"
        raise DataError("training truth", "depths that scatter", f"{mean} everywhere", remedy)
    return NaiveModel(mean, sigma, edition)


def naive_model_of(survey: Path) -> NaiveModel:
    """Naive answer of a survey folder, from the truth of its training planets."""
    return naive_model(read_truth(truth_path(survey)).depth, edition_of(survey))


def score_table(table: SubmissionTable, truth: Truth, naive: NaiveModel) -> ScoreReport:
    """Score a submission against the truth, planets matched by their id.

    Raises
    ------
    DataError : the two do not hold the same planets, or a value cannot be scored
    """
    missing = sorted(set(truth.planet_ids) - set(table.planet_ids))
    extra = sorted(set(table.planet_ids) - set(truth.planet_ids))
    if missing or extra:
        expected = f"the {len(truth.planet_ids)} planets of the truth"
        found = f"{len(missing)} missing, {len(extra)} extra, as {(missing or extra)[0]}"
        raise DataError("submission", expected, found, "score the planets that have a truth")
    row_of = {planet: row for row, planet in enumerate(table.planet_ids)}
    rows = np.array([row_of[planet] for planet in truth.planet_ids], dtype=np.intp)
    return official_score(truth.depth, table.mu[rows], table.sigma[rows], naive, truth.planet_ids)


def score_files(
    submission: Path, truth: Path, train: Path, edition: Edition | None = None
) -> ScoreReport:
    """Score a submission file against a truth file, naive answer from a training truth file.

    Parameters
    ----------
    edition : whose score; None takes the one that names its training truth like `train`

    Raises
    ------
    DataError : a file is not as expected, or the planets differ
    """
    of_name: Edition = "2024" if train.name == TRUTH["2024"] else "2025"
    naive = naive_model(read_truth(train).depth, edition or of_name)
    table, known = read_submission(submission), read_truth(truth)
    report = score_table(table, known, naive)
    return replace(report, warnings=_warnings(table, known, naive))


def _warnings(table: SubmissionTable, truth: Truth, naive: NaiveModel) -> tuple[str, ...]:
    """What a score by id does not show: rows in another order, depths in another unit."""
    found = []
    if table.planet_ids != truth.planet_ids:
        as_read = official_score(truth.depth, table.mu, table.sigma, naive).score
        found.append(
            "rows are in another order than those of the truth; planets were matched by id, the "
            f"official score reads rows by position and would give {as_read:.5f}"
        )
    for name, depth in (("submission", table.mu), ("truth", truth.depth)):
        if unit := depth_unit(depth):
            median = float(np.median(depth))
            found.append(
                f"{name} has a median depth of {median:.4g}, as of {unit}; {unit_remedy(unit)}"
            )
    return tuple(found)
