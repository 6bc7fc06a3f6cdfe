"""The last prediction on its way out: its table, its verdict, where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.journal import journal_of
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.out_of_fold import expected_score
from spectramind.pipeline.places import Places
from spectramind.pipeline.planet_set import Products, Progress, known_truth, planet_set, truth_rows
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.pipeline.prior_report import prior_lines
from spectramind.provenance.run import EVENTS
from spectramind.provenance.versions import code_digest, git_commit, package_versions
from spectramind.report.content import Origin as PageOrigin
from spectramind.report.content import PlanetSet
from spectramind.report.page import Page
from spectramind.report.pages import submission_page
from spectramind.report.verdict import Scores
from spectramind.submission.bundle import TABLE
from spectramind.submission.expected_score import self_expected_score
from spectramind.submission.manifest import Origin
from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import ScoreReport, naive_model_of, score_table
from spectramind.submission.table import SubmissionTable
from spectramind.submission.validator import Limits, validate_submission
from spectramind.survey.edition import truth_path
from spectramind.survey.tables import Truth

ORIGIN = ("run_hash", "data_digest", "estimator", "calibration", "checkpoint")
"""Attributes of predictions that say where they came from."""


@dataclass(frozen=True)
class Submission:
    """A prediction with everything that a submission and its report say of it."""

    config: Config
    where: Places
    predictions: Predictions
    summary: PredictSummary

    @cached_property
    def table(self) -> SubmissionTable:
        """Predictions within the validator's limits: no negative depth, sigma in its range."""
        limits = self.config.submit
        sigma = np.clip(self.predictions.sigma, limits.sigma_floor, limits.sigma_cap)
        return SubmissionTable(
            self.predictions.planet_ids, np.maximum(self.predictions.mu, 0.0), sigma
        )

    @property
    def csv(self) -> Path:
        """Where the table goes."""
        if self.config.submit.csv is not None:
            return self.config.submit.csv
        bundle = self.config.submit.bundle
        return (bundle.parent if bundle else self.where.out) / TABLE

    @property
    def configuration(self) -> str:
        """Resolved configuration of the prediction and of this submission, as YAML.

        Places and worker counts are left out: the same inputs give the same text anywhere.
        """
        portable = self.config.portable()
        used = {key: portable[key] for key in ("submit", "report")}
        return OmegaConf.to_yaml(OmegaConf.create({**self.summary.config, **used}))

    @property
    def origin(self) -> Origin:
        """What made the predictions, for the manifest and the report."""
        attributes = self.predictions.attributes
        return Origin(
            run_hash=attributes["run_hash"],
            data_digest=attributes["data_digest"],
            versions=package_versions(),
            notes={
                "estimator": attributes["estimator"],
                "calibration": attributes["calibration"],
                "checkpoint": attributes["checkpoint"],
                "code": code_digest(),
                "fallbacks": " ".join(map(str, self.predictions.fallbacks())) or "none",
            },
        )

    def validated(self, path: Path) -> ValidationReport:
        """Verdict on the table as it was written to `path`."""
        limits = Limits(
            sigma_floor=self.config.submit.sigma_floor, sigma_cap=self.config.submit.sigma_cap
        )
        sample = Path(self.summary.input) / "sample_submission.csv"
        return validate_submission(path, sample, limits, self.predictions.fallbacks().keys())

    @cached_property
    def truth(self) -> Truth | None:
        """True spectra, where the survey has them."""
        return known_truth(Path(self.summary.input), self.summary.split)

    def score(self) -> ScoreReport | None:
        """Official score, where the truth of exactly these planets is known."""
        if self.truth is None or set(self.truth.planet_ids) != set(self.table.planet_ids):
            return None
        return score_table(self.table, self.truth, naive_model_of(Path(self.summary.input)))

    def scores(self) -> Scores:
        """By the truth, by the stated sigma, and by the training of the model."""
        table, survey = self.table, Path(self.summary.input)
        promised = None
        if (survey / "train.csv").is_file():
            naive = naive_model_of(survey)
            promised = self_expected_score(table.mu, table.sigma, naive, table.planet_ids)
        return Scores(self.score(), promised, expected_score(self.summary.checkpoint))

    def planets(self, progress: Progress) -> PlanetSet:
        """Everything that the report's figures are drawn from."""
        predictions = replace(self.predictions, mu=self.table.mu, sigma=self.table.sigma)
        survey = Path(self.summary.input)
        truth = None if self.truth is None else truth_rows(predictions.planet_ids, self.truth)
        naive = naive_model_of(survey) if truth_path(survey).is_file() else None
        products = Products(self.where.fits, self._reduced, survey, self.where.split)
        return planet_set(predictions, truth, naive, products, progress)

    def page(self, validation: ValidationReport, progress: Progress) -> Page:
        """The report, without the journal of this very run."""
        planets = self.planets(progress)
        origin = PageOrigin(self.configuration, self._provenance)
        if validation.valid:
            # A valid candidate is about to become the submission.
            validation = replace(validation, file=self.csv.name)
        return submission_page(
            planets, validation, origin, self.scores(), tuple(prior_lines(self.summary.priors))
        )

    def with_journal(self, page: Page) -> Page:
        """The report with commands and events: of this run, so not for a bundle."""
        journal = journal_of(self.config.paths.logs / EVENTS, self.where.out)
        provenance = {**page.origin.provenance, "commit": git_commit() or "not a working copy"}
        return replace(page, origin=replace(page.origin, provenance=provenance, journal=journal))

    @property
    def _reduced(self) -> Path:
        """Light curves of this run, or of the survey where it came with them."""
        if self.where.reduced.is_dir():
            return self.where.reduced
        return Path(self.summary.input) / "reduced" / self.where.split

    @property
    def _provenance(self) -> dict[str, str]:
        origin = self.origin
        return {
            **origin.notes,
            "run": origin.run_hash,
            "data": origin.data_digest,
            "versions": ", ".join(f"{name} {v}" for name, v in origin.versions.items()),
        }


def last_submission(config: Config) -> Submission:
    """The last prediction, as `paths.out` or the event log name it.

    Raises
    ------
    DataError : there is no prediction, or it is damaged
    """
    out = last_out(config)
    summary = read_summary(Places(out, config.data.split).summary)
    where = Places(out, summary.split)
    predictions = read_predictions(where.predictions)
    missing = [name for name in ORIGIN if name not in predictions.attributes]
    if missing:
        remedy = "run `spectramind predict` with this paths.out again"
        raise DataError(where.predictions, f"attribute {missing[0]}", "none", remedy)
    return Submission(config, where, predictions, summary)
