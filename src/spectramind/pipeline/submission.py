"""The last prediction on its way out: its table, its verdict, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from spectramind.conf.schema.config import Config
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.planet_panels import known_truth, planet_panels
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.provenance.versions import code_digest, package_versions
from spectramind.report.content import ReportContent
from spectramind.submission.bundle import TABLE
from spectramind.submission.manifest import Origin
from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import ScoreReport, naive_model_of, score_table
from spectramind.submission.table import SubmissionTable
from spectramind.submission.validator import Limits, validate_submission
from spectramind.survey.tables import Truth


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

    def content(self, validation: ValidationReport) -> ReportContent:
        """Everything the report shows."""
        origin = self.origin
        return ReportContent(
            validation=validation,
            estimator=origin.notes["estimator"],
            wavelength=self.predictions.wavelength,
            planets=planet_panels(self.where, self.predictions, self.table, self.truth),
            configuration=self.configuration,
            provenance={
                "run": origin.run_hash,
                "data": origin.data_digest,
                **{key: value for key, value in origin.notes.items() if key != "estimator"},
                "versions": ", ".join(f"{name} {v}" for name, v in origin.versions.items()),
            },
            score=self.score(),
        )


def last_submission(config: Config) -> Submission:
    """The last prediction, as `paths.out` or the event log name it.

    Raises
    ------
    DataError : there is no prediction, or it is damaged
    """
    out = last_out(config)
    summary = read_summary(Places(out, config.data.split).summary)
    where = Places(out, summary.split)
    return Submission(config, where, read_predictions(where.predictions), summary)
