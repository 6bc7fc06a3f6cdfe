"""The table that is always valid: training mean and scatter, replaced planet by planet.

It is written only where nothing better stands. A table with as many spectra or more, handed in by
an earlier run, stays until this run knows as much; one of another survey is put aside, not lost.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.pipeline.answer import Answer, usable
from spectramind.pipeline.places import required
from spectramind.pipeline.sources import source_of
from spectramind.submission.plausibility import is_constant
from spectramind.submission.score import PUBLISHED_NAIVE, NaiveModel, naive_model_of
from spectramind.submission.table import SubmissionTable, read_submission, write_submission
from spectramind.submission.validator import validate_submission
from spectramind.survey.edition import edition_of
from spectramind.survey.instruments import N_CHANNELS
from spectramind.survey.physics.depth_units import LARGEST_MEDIAN
from spectramind.survey.tables import read_sample_submission


class SafeTable:
    """A submission table on disk that is valid from its first moment on.

    Parameters
    ----------
    path : where it lies; None where there is none to write
    planet_ids : rows, in the order of the sample submission
    naive : what a planet without a spectrum gets
    limits : smallest and largest sigma that are handed in
    interval : second between two replacements on disk
    standing : spectra in the table that lies there already, None where none does
    """

    def __init__(
        self,
        path: Path | None,
        planet_ids: tuple[int, ...],
        naive: NaiveModel,
        limits: tuple[float, float],
        interval: float,
        standing: int | None = None,
    ) -> None:
        self.path, self.planet_ids, self.naive = path, planet_ids, naive
        self._limits, self._interval, self._standing = limits, interval, standing
        self._row_of = {planet: row for row, planet in enumerate(planet_ids)}
        self._mu = np.full((len(planet_ids), N_CHANNELS), naive.mean)
        self._sigma = np.full_like(self._mu, naive.sigma)
        self._known: set[int] = set()
        self.write()

    def write(self) -> None:
        """Replace the table on disk, atomically, unless a better one stands there."""
        self._written = time.monotonic()
        if self.path is None or (self._standing is not None and len(self._known) < self._standing):
            return
        write_submission(self.path, SubmissionTable(self.planet_ids, self._mu, self._sigma))

    def add(self, planet_id: int, answer: Answer) -> None:
        """Put the spectrum of a planet into its row, unless it cannot be handed in."""
        row = self._row_of.get(planet_id)
        if row is not None and usable(answer):
            self._mu[row] = np.maximum(answer.mu, 0.0)
            self._sigma[row] = np.clip(answer.sigma, *self._limits)
            self._known.add(row)

    @property
    def due(self) -> bool:
        """Whether the table on disk is older than the interval."""
        return time.monotonic() - self._written > self._interval


def table_path(config: Config) -> Path:
    """Where `predict` on Kaggle keeps its table, and `submit` its submission by default."""
    return config.submit.csv or Path("submission.csv")


def standing_spectra(path: Path, sample: Path) -> int | None:
    """Spectra in a table that is valid for this survey; None where there is no such table."""
    try:
        if not (path.is_file() and validate_submission(path, sample).valid):
            return None
        mu = read_submission(path).mu
    except DataError:
        return None
    return int(np.count_nonzero(~is_constant(mu)))


def _put_aside(path: Path) -> None:
    """Keep a table of something else under a name of its own."""
    if path.is_file():
        path.replace(path.with_name(f"{path.stem}.earlier{path.suffix}"))


def safe_naive(root: Path) -> NaiveModel:
    """Naive answer of a survey, that of the challenge where its own cannot be handed in.

    A damaged training table, or one in another unit, must not cost the test planets.
    """
    try:
        naive = naive_model_of(root)
    except DataError:
        return published_naive(root)
    return naive if handed_in(naive) else published_naive(root)


def published_naive(root: Path) -> NaiveModel:
    """The challenge's own naive answer, of the edition that a survey has the layout of."""
    return PUBLISHED_NAIVE[edition_of(root)]


def handed_in(naive: NaiveModel) -> bool:
    """Whether a naive answer is a depth with a sigma that a submission may hold."""
    return 0.0 < naive.mean <= LARGEST_MEDIAN and 1e-5 < naive.sigma < 0.1


def open_safe_table(config: Config) -> SafeTable:
    """Write the fallback table of a configured run, before anything else is tried.

    Only the test planets are handed in: of another split nothing is written.

    Raises
    ------
    DataError : the survey has no sample submission, or the table cannot be written
    """
    root = required(config.paths.input, "paths.input")
    planets: tuple[int, ...] = ()
    path, standing = None, None
    if config.data.split == "test":
        sample = root / "sample_submission.csv"
        # Rows of the sample submission: nothing else of the survey need be readable.
        planets, path = read_sample_submission(sample), table_path(config)
        standing = standing_spectra(path, sample)
        if standing is None:
            _put_aside(path)
    return SafeTable(
        path=path,
        planet_ids=planets or source_of(config).planet_ids,
        naive=safe_naive(root),
        limits=(config.submit.sigma_floor, config.submit.sigma_cap),
        interval=min(20.0, 36.0 * config.runtime.budget_hours),
        standing=standing,
    )
