"""Models that learn from the same folds of one survey and are judged by the same code.

Every contestant has a folder of its own; what does not depend on it (reduced frames, first looks,
physics fits, FGS1 sequences) lies in `shared/` and is done once. A training or prediction that is
done for this configuration, code and data is not done again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from spectramind.conf.absolute_paths import absolute_paths
from spectramind.conf.compose import compose
from spectramind.errors import DataError
from spectramind.models.checkpoint import FILE_NAME
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.fit import checkpoint_digest
from spectramind.pipeline.judgement import Cost, Judgement, judge, learnt_numbers
from spectramind.pipeline.places import places, required
from spectramind.pipeline.planet_set import known_truth
from spectramind.pipeline.planets import Progress
from spectramind.pipeline.sweep import data_digest
from spectramind.pipeline.sweep_point import SweepPoint, SweptVerb, recorded, run_point
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.provenance.atomic import atomic_path, write_text
from spectramind.provenance.digest import config_hash
from spectramind.provenance.run import run_hash
from spectramind.report.contest_page import ContestRow, contest_markdown, draw_contest
from spectramind.submission.score import NaiveModel, naive_model_of

OUT_OF_FOLD_LABEL = "training planets, out of fold"
_LEARNING = ("reduced", "light", "fgs1", "train/first", "train/second")
_PREDICTING = ("reduced", "light", "fgs1", "fit")


@dataclass(frozen=True)
class Contestant:
    """One model: the name of its row and folder, and what makes it up."""

    name: str
    overrides: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return self.name.replace(" ", "_")


@dataclass(frozen=True)
class Contest:
    """Where contestants meet.

    overrides  what all of them share, `paths.out` included
    surveys    folder with test planets by the label of their rows; the first is learnt from
    """

    overrides: tuple[str, ...]
    surveys: dict[str, Path]
    out: Path

    @property
    def naive(self) -> NaiveModel:
        """The answer that scores 0, from the training survey, for all rows."""
        return naive_model_of(next(iter(self.surveys.values())))


def contest_of(overrides: Sequence[str]) -> Contest:
    """The contest that overrides describe.

    Raises
    ------
    DataError : no survey or folder is given, or two surveys have the same name
    """
    config = absolute_paths(compose(overrides))
    root, out = required(config.paths.input, "paths.input"), required(config.paths.out, "paths.out")
    surveys = {root.name: root}
    for survey in config.compare.surveys:
        if survey.name in surveys:
            remedy = "rename one of the folders"
            raise DataError("compare.surveys", "folders of different names", survey.name, remedy)
        surveys[survey.name] = survey
    return Contest(tuple(overrides), surveys, out)


def _link(folder: Path, shared: Path, names: Sequence[str]) -> None:
    """Let products of `folder` lie in `shared`."""
    for name in names:
        target, link = shared / name, folder / name
        target.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            # Relative, so that the folder of a contest can be moved as a whole.
            link.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)


def _done(
    verb: SweptVerb, contestant: Contestant, contest: Contest, own: Sequence[str]
) -> dict[str, float]:
    """Train or predict, unless that is done already; the result of either."""
    overrides = (*contest.overrides, *contestant.overrides, *own)
    config = absolute_paths(compose(overrides))
    depends = [run_hash(verb, config), data_digest(config), checkpoint_digest(config)]
    values = {"contestant": contestant.name}
    point = SweepPoint(verb, values, overrides, config, config_hash(depends))
    known = recorded(point)
    return known if known is not None else run_point(point)


def _with_truth(answer: Predictions, survey: Path) -> Predictions | None:
    """Predictions of test planets with their truth, where the survey has it."""
    truth = known_truth(survey, "test")
    if truth is None:
        return None
    row_of = {planet: row for row, planet in enumerate(truth.planet_ids)}
    rows = [row_of[planet] for planet in answer.planet_ids]
    return replace(answer, truth=truth.depth[rows])


def judgements(contestant: Contestant, contest: Contest) -> Iterator[Judgement]:
    """Train a contestant and judge it: out of fold, and on the test planets of every survey."""
    folder, shared = contest.out / contestant.folder, contest.out / "shared"
    _link(folder, shared / "learning", _LEARNING)
    own = [f"paths.out={folder}", "data.split=train"]
    trained = _done("train", contestant, contest, own)
    checkpoint = folder / FILE_NAME
    name = compose((*contest.overrides, *contestant.overrides)).model.name
    cost = Cost(learnt_numbers(checkpoint, name), trained["seconds"])
    out_of_fold, naive = read_predictions(folder / OUT_OF_FOLD), contest.naive
    yield judge((contestant.name, OUT_OF_FOLD_LABEL), out_of_fold, naive, cost)
    for label, survey in contest.surveys.items():
        if known_truth(survey, "test") is None:
            continue
        below = folder / "test" / label
        _link(below, shared / label, _PREDICTING)
        own = [f"paths.out={below}", f"paths.input={survey}", "data.split=test"]
        own += [f"model.ckpt={checkpoint}", "data.planets=null"]
        config = compose((*contest.overrides, *contestant.overrides, *own))
        predicted = _done("predict", contestant, contest, own)
        answer = _with_truth(read_predictions(places(config).predictions), survey)
        assert answer is not None
        each = 1e3 * predicted["seconds"] / len(answer.planet_ids)
        yield judge((contestant.name, label), answer, naive, replace(cost, predict_ms=each))


def run_contest(
    contestants: Sequence[Contestant], contest: Contest, title: str, progress: Progress
) -> tuple[ContestRow, ...]:
    """Let all contestants learn and predict; write `<title>.json`, `.csv`, `.md`, `.png`.

    Raises
    ------
    ConfigurationError : matplotlib is not installed
    DataError : a survey or model fails
    """
    rows: list[ContestRow] = []
    first: dict[str, Judgement] = {}
    for number, contestant in enumerate(contestants):
        progress(number, len(contestants), 0)
        rows += (
            found.beside(first.setdefault(found.row.survey, found))
            for found in judgements(contestant, contest)
        )
        _write(contest.out / title, rows)
    progress(len(contestants), len(contestants), 0)
    return tuple(rows)


def _write(path: Path, rows: Sequence[ContestRow]) -> None:
    """Tables and figure of what is done so far."""
    values = [row.flat() for row in rows]
    write_text(path.with_suffix(".json"), json.dumps(values, indent=1) + "\n")
    write_text(path.with_suffix(".md"), contest_markdown(rows))
    with atomic_path(path.with_suffix(".csv")) as temporary:
        pl.from_dicts(values).write_csv(temporary)
    figure = draw_contest(rows)
    with atomic_path(path.with_suffix(".png")) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
