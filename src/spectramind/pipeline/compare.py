"""Stage `compare`: every model learns from the same folds and is judged alike."""

from __future__ import annotations

from collections.abc import Sequence

from spectramind.conf.compose import compose
from spectramind.pipeline.contest import Contestant, contest_of, run_contest
from spectramind.pipeline.planets import Progress
from spectramind.report.contest_page import ContestRow


def compare(overrides: Sequence[str], progress: Progress) -> tuple[ContestRow, ...]:
    """Train every model of `compare.models` and judge all of them alike.

    Raises
    ------
    DataError : a survey cannot be read, or a model fails
    """
    models = compose(overrides).compare.models
    contestants = [Contestant(name, (f"model={name}",)) for name in models]
    return run_contest(contestants, contest_of(overrides), "compare", progress)
