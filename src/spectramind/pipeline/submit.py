"""Stage `submit`: the last prediction to a validated table, its report and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.pipeline.submission import last_submission
from spectramind.provenance.digest import sha256
from spectramind.report.page import write_report
from spectramind.submission.bundle import CONFIG, REPORT, TABLE, write_bundle
from spectramind.submission.table import write_submission

CANDIDATE = "candidate.csv"
"""Name of a table until it has been found valid."""


@dataclass(frozen=True)
class SubmitSummary:
    """What a `submit` wrote.

    sha256  of the table
    score   official score of the table, where the truth is known
    """

    estimator: str
    calibration: str
    planets: int
    fallbacks: dict[int, str]
    warnings: tuple[str, ...]
    csv: str
    bundle: str | None
    report: str | None
    sha256: str
    score: float | None


def submit(config: Config) -> SubmitSummary:
    """Write, validate, report and bundle the last prediction.

    A table that is not valid replaces none that is: it stays beside the products as
    `candidate.csv`, and the report says what is wrong with it.

    Raises
    ------
    DataError : there is no prediction, or the table would be rejected
    """
    submission = last_submission(config)
    candidate = submission.where.out / CANDIDATE
    write_submission(candidate, submission.table)
    validation = submission.validated(candidate)
    files: dict[str, bytes | Path] = {
        TABLE: candidate,
        CONFIG: submission.configuration.encode(),
    }
    if config.report.html:
        write_report(submission.where.report, submission.content(validation))
        files[REPORT] = submission.where.report
    validation.require_valid()
    write_submission(submission.csv, submission.table)
    if config.submit.bundle is not None:
        write_bundle(config.submit.bundle, files, submission.origin)
    candidate.unlink()
    score = submission.score()
    return SubmitSummary(
        estimator=submission.summary.estimator,
        calibration=submission.origin.notes["calibration"],
        planets=len(submission.table.planet_ids),
        fallbacks=submission.predictions.fallbacks(),
        warnings=tuple(problem.message for problem in validation.warnings),
        csv=str(submission.csv),
        bundle=str(config.submit.bundle) if config.submit.bundle else None,
        report=str(submission.where.report) if config.report.html else None,
        sha256=sha256(submission.csv),
        score=score.score if score else None,
    )


def rewrite_report(config: Config) -> Path:
    """Write the report of the last submission again, from its products.

    Raises
    ------
    DataError : there is no prediction, or no submission was made of it
    """
    submission = last_submission(config)
    verdict = submission.validated(submission.csv)
    write_report(submission.where.report, submission.content(verdict))
    return submission.where.report
