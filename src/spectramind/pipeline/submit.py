"""Stage `submit`: the last prediction to a validated table, its report and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spectramind.conf.compose import to_yaml
from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.pipeline.report import write_submission_report
from spectramind.provenance.run import Run
from spectramind.provenance.versions import code_digest, package_versions
from spectramind.submission.bundle import write_bundle
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.submission.validator import Limits, ValidationReport, validate_submission


@dataclass(frozen=True)
class SubmitSummary:
    """What a `submit` wrote."""

    estimator: str
    calibration: str
    planets: int
    fallbacks: dict[int, str]
    warnings: tuple[str, ...]
    csv: str
    bundle: str | None
    report: str | None
    run_hash: str


def submission_table(predictions: Predictions, config: Config) -> SubmissionTable:
    """Predictions within the limits of the validator: no negative depth, sigma in its range."""
    sigma = np.clip(predictions.sigma, config.submit.sigma_floor, config.submit.sigma_cap)
    return SubmissionTable(predictions.planet_ids, np.maximum(predictions.mu, 0.0), sigma)


def _csv_path(config: Config, where: Places) -> Path:
    if config.submit.csv is not None:
        return config.submit.csv
    folder = config.submit.bundle.parent if config.submit.bundle else where.out
    return folder / "submission.csv"


def _checked(csv: Path, summary: PredictSummary, config: Config) -> ValidationReport:
    """Validate the table that was written; what is not valid is not bundled."""
    limits = Limits(config.submit.sigma_floor, config.submit.sigma_cap)
    sample = Path(summary.input) / "sample_submission.csv"
    report = validate_submission(csv, sample, limits)
    if not report.valid:
        first = next(problem for problem in report.problems if problem.severity == "error")
        raise DataError(csv, "a submission that is accepted", str(first), "see `validate`")
    return report


def submit(config: Config, run: Run) -> SubmitSummary:
    """Write, validate, report and bundle the last prediction.

    Raises
    ------
    DataError : there is no prediction, or the table would be rejected
    """
    where = Places(last_out(config), config.data.split)
    predictions, summary = read_predictions(where.predictions), read_summary(where.summary)
    csv = _csv_path(config, where)
    write_submission(csv, submission_table(predictions, config))
    validation = _checked(csv, summary, config)
    report: Path | None = None
    if config.report.html:
        report = write_submission_report(config, where, predictions, validation)
    if config.submit.bundle is not None:
        _write_bundle(config, csv, report, predictions, run)
    return SubmitSummary(
        estimator=summary.estimator,
        calibration=predictions.attributes["calibration"],
        planets=len(predictions.planet_ids),
        fallbacks=predictions.fallbacks(),
        warnings=tuple(str(problem) for problem in validation.problems),
        csv=str(csv),
        bundle=str(config.submit.bundle) if config.submit.bundle else None,
        report=str(report) if report else None,
        run_hash=run.hash,
    )
