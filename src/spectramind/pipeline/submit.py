"""Stage `submit`: the last prediction to a validated table, its report and its bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.pipeline.dashboard import write_dashboard
from spectramind.pipeline.guard import no_time_left, read_losses
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.planet_set import Progress
from spectramind.pipeline.setbacks import setbacks
from spectramind.pipeline.submission import Submission, last_submission
from spectramind.provenance.atomic import write_text
from spectramind.provenance.digest import sha256
from spectramind.provenance.run import EVENTS
from spectramind.report.page import Page, render
from spectramind.submission.bundle import CONFIG, REPORT, TABLE, write_bundle
from spectramind.submission.problem import ValidationReport
from spectramind.submission.table import write_submission

CANDIDATE = "candidate.csv"
"""Name of a table until it has been found valid."""


@dataclass(frozen=True)
class SubmitSummary:
    """What a `submit` wrote.

    sha256  of the table
    score   official score of the table, where the truth is known
    setbacks  what went wrong since: the last predict failed, calibration was undone
    """

    estimator: str
    calibration: str
    planets: int
    fallbacks: dict[int, str]
    doubtful: dict[int, str]
    warnings: tuple[str, ...]
    csv: str
    bundle: str | None
    report: str | None
    sha256: str
    score: float | None
    losses: tuple[str, ...]
    setbacks: tuple[str, ...]


def submit(config: Config, progress: Progress) -> SubmitSummary:
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
    losses = read_losses(submission.where)
    reported = config.report.html and not no_time_left(config, losses, "report")
    if reported:
        page = submission.page(validation, progress)
        _write_report(submission, page)
        if config.submit.bundle is not None:
            files[REPORT] = render(page).encode()
    validation.require_valid()
    write_submission(submission.csv, submission.table)
    if config.submit.bundle is not None:
        write_bundle(config.submit.bundle, files, submission.origin)
    candidate.unlink()
    score = submission.score()
    late = ("left out: report",) if config.report.html and not reported else ()
    return SubmitSummary(
        estimator=submission.summary.estimator,
        calibration=submission.origin.notes["calibration"],
        planets=len(submission.table.planet_ids),
        fallbacks=submission.predictions.fallbacks(),
        doubtful=submission.predictions.doubtful(),
        warnings=tuple(problem.message for problem in validation.warnings),
        csv=str(submission.csv),
        bundle=str(config.submit.bundle) if config.submit.bundle else None,
        report=str(submission.where.report) if reported else None,
        sha256=sha256(submission.csv),
        score=score.score if score else None,
        losses=tuple(dict.fromkeys((*losses.lines(), *late))),
        setbacks=setbacks(
            config.paths.logs / EVENTS,
            submission.where.out,
            submission.origin.notes["calibration"],
        ).lines(),
    )


def _write_report(submission: Submission, page: Page) -> None:
    write_text(submission.where.report, render(submission.with_journal(page)))


def _verdict_on(submission: Submission) -> ValidationReport:
    """Verdict on the table in its usual place; on a new one where it was written elsewhere."""
    if submission.csv.is_file():
        return submission.validated(submission.csv)
    candidate = submission.where.out / CANDIDATE
    write_submission(candidate, submission.table)
    try:
        return submission.validated(candidate)
    finally:
        candidate.unlink()


@dataclass(frozen=True)
class WrittenPages:
    """Files that `report` wrote; None where there is nothing to make one from."""

    report: str | None
    dashboard: str | None


def write_pages(config: Config, progress: Progress) -> WrittenPages:
    """Write report and dashboard again, from the products in a folder.

    Raises
    ------
    DataError : there is neither a prediction nor a trained model
    """
    out = last_out(config)
    dashboard = write_dashboard(config, out, progress)
    if dashboard is not None and not Places(out, config.data.split).predictions.is_file():
        return WrittenPages(None, str(dashboard))
    submission = last_submission(config)
    page = submission.page(_verdict_on(submission), progress)
    _write_report(submission, page)
    return WrittenPages(str(submission.where.report), str(dashboard) if dashboard else None)
