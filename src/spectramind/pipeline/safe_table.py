"""The table that is always valid: training mean and scatter, replaced planet by planet."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.pipeline.answer import Answer, usable
from spectramind.pipeline.places import required
from spectramind.pipeline.sources import source_of
from spectramind.submission.score import PUBLISHED_NAIVE, NaiveModel, naive_model_of
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.survey.edition import edition_of
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.tables import read_sample_submission


class SafeTable:
    """A submission table on disk that is valid from its first moment on.

    Parameters
    ----------
    path : where it lies
    planet_ids : rows, in the order of the sample submission
    naive : what a planet without a spectrum gets
    limits : smallest and largest sigma that are handed in
    interval : second between two replacements on disk
    """

    def __init__(
        self,
        path: Path,
        planet_ids: tuple[int, ...],
        naive: NaiveModel,
        limits: tuple[float, float],
        interval: float,
    ) -> None:
        self.path, self.planet_ids, self.naive = path, planet_ids, naive
        self._limits, self._interval = limits, interval
        self._row_of = {planet: row for row, planet in enumerate(planet_ids)}
        self._mu = np.full((len(planet_ids), N_CHANNELS), naive.mean)
        self._sigma = np.full_like(self._mu, naive.sigma)
        self.write()

    def write(self) -> None:
        """Replace the table on disk, atomically."""
        write_submission(self.path, SubmissionTable(self.planet_ids, self._mu, self._sigma))
        self._written = time.monotonic()

    def add(self, planet_id: int, answer: Answer) -> None:
        """Put the spectrum of a planet into its row, unless it cannot be handed in."""
        row = self._row_of.get(planet_id)
        if row is not None and usable(answer):
            self._mu[row] = np.maximum(answer.mu, 0.0)
            self._sigma[row] = np.clip(answer.sigma, *self._limits)

    @property
    def due(self) -> bool:
        """Whether the table on disk is older than the interval."""
        return time.monotonic() - self._written > self._interval


def _planets(config: Config, root: Path) -> tuple[int, ...]:
    """Rows of the sample submission: nothing else of the survey need be readable."""
    if config.data.split == "test":
        return read_sample_submission(root / "sample_submission.csv")
    return source_of(config).planet_ids


def open_safe_table(config: Config) -> SafeTable:
    """Write the fallback table of a configured run, before anything else is tried.

    Raises
    ------
    DataError : the survey has no sample submission, or the table cannot be written
    """
    root = required(config.paths.input, "paths.input")
    try:
        naive = naive_model_of(root)
    except DataError:
        # A damaged training table must not cost the submission of the test planets.
        naive = PUBLISHED_NAIVE[edition_of(root)]
    return SafeTable(
        path=config.submit.csv or Path("submission.csv"),
        planet_ids=_planets(config, root),
        naive=naive,
        limits=(config.submit.sigma_floor, config.submit.sigma_cap),
        interval=min(20.0, 36.0 * config.runtime.budget_hours),
    )
