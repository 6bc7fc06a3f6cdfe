"""Stage `submit`: the last prediction to a validated table, its report and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from spectramind.conf.schema.config import Config
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.predict import PredictSummary, read_summary
from spectramind.pipeline.report import write_submission_report
from spectramind.provenance.versions import code_digest, package_versions
from spectramind.submission.bundle import CONFIG, REPORT, TABLE, write_bundle
from spectramind.submission.manifest import Origin
from spectramind.submission.problem import ValidationReport
from spectramind.submission.table import SubmissionTable, write_submission
from spectramind.submission.validator import Limits, validate_submission


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


def submission_table(predictions: Predictions, config: Config) -> SubmissionTable:
    """Predictions within the limits of the validator: no negative depth, sigma in its range."""
    sigma = np.clip(predictions.sigma, config.submit.sigma_floor, config.submit.sigma_cap)
    return SubmissionTable(predictions.planet_ids, np.maximum(predictions.mu, 0.0), sigma)


def _csv_path(config: Config, where: Places) -> Path:
    if config.submit.csv is not None:
        return config.submit.csv
    folder = config.submit.bundle.parent if config.submit.bundle else where.out
    return folder / "submission.csv"


def _validated(
    csv: Path, predictions: Predictions, sample: Path, config: Config
) -> ValidationReport:
    """Validate the table that was written; what is not valid is not bundled."""
    limits = Limits(sigma_floor=config.submit.sigma_floor, sigma_cap=config.submit.sigma_cap)
    report = validate_submission(csv, sample, limits, predictions.fallbacks().keys())
    report.require_valid()
    return report


def used_configuration(summary: PredictSummary, config: Config) -> str:
    """Resolved configuration of the prediction and of this submission, as YAML.

    Places and worker counts are left out: the same inputs give the same text anywhere.
    """
    portable = config.portable()
    used = {**summary.config, "submit": portable["submit"], "report": portable["report"]}
    return OmegaConf.to_yaml(OmegaConf.create(used))


def origin_of(predictions: Predictions) -> Origin:
    """What made the predictions, for the manifest."""
    return Origin(
        run_hash=predictions.attributes["run_hash"],
        data_digest=predictions.attributes["data_digest"],
        versions=package_versions(),
        notes={
            "estimator": predictions.attributes["estimator"],
            "calibration": predictions.attributes["calibration"],
            "code": code_digest(),
            "fallbacks": " ".join(str(planet) for planet in predictions.fallbacks()) or "none",
        },
    )


def submit(config: Config) -> SubmitSummary:
    """Write, validate, report and bundle the last prediction.

    Raises
    ------
    DataError : there is no prediction, or the table would be rejected
    """
    where = Places(last_out(config), config.data.split)
    predictions, summary = read_predictions(where.predictions), read_summary(where.summary)
    csv = _csv_path(config, where)
    write_submission(csv, submission_table(predictions, config))
    sample = Path(summary.input) / "sample_submission.csv"
    validation = _validated(csv, predictions, sample, config)
    report: Path | None = None
    if config.report.html:
        report = write_submission_report(config, where, predictions, validation)
    if config.submit.bundle is not None:
        files: dict[str, bytes | Path] = {
            TABLE: csv,
            CONFIG: used_configuration(summary, config).encode(),
        }
        if report is not None:
            files[REPORT] = report
        write_bundle(config.submit.bundle, files, origin_of(predictions))
    return SubmitSummary(
        estimator=summary.estimator,
        calibration=predictions.attributes["calibration"],
        planets=len(predictions.planet_ids),
        fallbacks=predictions.fallbacks(),
        warnings=tuple(problem.message for problem in validation.warnings),
        csv=str(csv),
        bundle=str(config.submit.bundle) if config.submit.bundle else None,
        report=str(report) if report else None,
    )
