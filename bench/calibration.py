"""What each calibrator is worth: score, coverage, width and time, learnt on one training.

`SPECTRAMIND_TABLES` names a folder with `trained/out_of_fold.nc` (`spectramind train`) and, for
each test survey of known truth, `<name>/predictions.nc` (`spectramind predict`); a training in
`mini_challenge/` is cross-validated. Where there is none, the measurement is skipped. The tables
are also written to docs/calibration.md.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spectramind.models.channel_graph import channel_graph
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.calibrators import official_by_planet
from spectramind.pipeline.planet_set import known_truth, truth_rows
from spectramind.pipeline.predict import read_summary
from spectramind.report.diagnostics import crps
from spectramind.submission.score import CHANNEL_WEIGHTS
from spectramind.uncertainty.calibrators import Calibrators, Certified, Conformal, certify
from spectramind.uncertainty.conformal import LEVELS
from spectramind.uncertainty.cross_fit import Lesson
from spectramind.uncertainty.diagnostics import (
    band_coverage,
    channel_spread,
    inside,
    mean_winkler,
)
from spectramind.uncertainty.learning import learn_calibrators
from spectramind.uncertainty.novelty import learn_novelty
from spectramind.uncertainty.planet_groups import group_edges, groups_of
from spectramind.uncertainty.regions import POOLINGS
from spectramind.uncertainty.relational import Graph
from spectramind.uncertainty.sample import Sample, Score, sample_of
from spectramind.uncertainty.temperature import LEVELS as TEMPERATURES
from spectramind.uncertainty.temperature import Level, learn_temperature

VARIABLE = "SPECTRAMIND_TABLES"
PAGE = Path(__file__).resolve().parents[1] / "docs/calibration.md"
HEADER = (
    "| {:34s} | score | z^2 | cover 68 / 90 / 95 % | thirds at 90 % | spread | band | "
    "width 90 % | Winkler 90 % | CRPS | fit, s |"
)


@dataclass(frozen=True)
class Tested:
    """A survey on which calibrators are judged."""

    name: str
    sample: Sample


def known(path: Path) -> Predictions:
    """Predictions with their truth, from the file or from the survey they were made of."""
    predictions = read_predictions(path)
    if predictions.truth is not None:
        return predictions
    summary = read_summary(path.parent / "predict.json")
    truth = known_truth(Path(summary.input), summary.split)
    assert truth is not None, f"{summary.input} has no truth"
    return replace(predictions, truth=truth_rows(predictions.planet_ids, truth))


def plain(sample: Sample, level: Level) -> Calibrators:
    """Temperature of one level with Gaussian intervals, nothing else."""
    novelty = learn_novelty(sample)
    return Calibrators(
        temperature=learn_temperature(sample, level, CHANNEL_WEIGHTS),
        novelty=replace(novelty, slope=np.zeros_like(novelty.slope)),
        floor=np.zeros(sample.mu.shape[1]),
        conformal=Conformal(np.ones((sample.mu.shape[1], len(LEVELS))), 1.0),
        relational=None,
        lines=(),
        planets=len(sample),
        featured=True,
    )


def variants(sample: Sample, lesson: Lesson) -> Iterator[tuple[str, Calibrators, float]]:
    """Name, calibrators and seconds of processor time that they took to learn."""
    for level in TEMPERATURES:
        start = time.process_time()
        name = "raw" if level == "identity" else f"temperature, {level}"
        yield name, plain(sample, level), time.process_time() - start
    start = time.process_time()
    alone = learn_calibrators(sample, replace(lesson, operators=None)).calibrators
    yield "all but COREL", alone, time.process_time() - start
    names: dict[Graph, str] = {
        "none": "pointwise network",
        "learned": "COREL, learned graph",
        "physical": "COREL, physical graph",
        "both": "COREL, both graphs",
    }
    for graph, name in names.items():
        start = time.process_time()
        forced = replace(lesson, graph=graph, trusted=True)
        found = learn_calibrators(sample, forced).calibrators
        yield name, found, time.process_time() - start
    for pooling in POOLINGS:
        start = time.process_time()
        conformal = replace(lesson, operators=None, pooling=pooling)
        found = learn_calibrators(sample, conformal).calibrators
        yield f"all but COREL, {pooling} conformal", found, time.process_time() - start


def line(name: str, tested: Sample, found: Certified, score: Score, edges: Sample) -> str:
    """One row of the table."""
    error = tested.error
    half = found.half_width
    cover = np.nanmean(inside(error, half), axis=(0, 1))
    third = groups_of(tested, group_edges(edges))[:, 1]
    by_third = [
        f"{100 * np.nanmean(inside(error, half)[third == i][..., 1]):.1f}"
        if (third == i).any()
        else "-"
        for i in range(3)
    ]
    spread, sampling = channel_spread(error, half, 0.90)
    values = (
        f"{score(tested.truth, tested.mu, found.sigma).mean():.4f}",
        f"{np.nanmean((error / found.sigma) ** 2):.2f}",
        " / ".join(f"{100 * share:.1f}" for share in cover),
        " / ".join(by_third),
        f"{spread:.4f} ({spread / sampling:.2f} x)",
        f"{100 * band_coverage(error, found.band):.1f}",
        f"{2e6 * np.median(half[..., 1]):.0f}",
        f"{mean_winkler(error, half, tested.sigma)[1]:.3f}",
        f"{1e6 * np.nanmean(crps(error, found.sigma)):.2f}",
    )
    return f"| {name:34s} | " + " | ".join(values)


def tables(folder: Path) -> Iterator[str]:
    """Lines of the page."""
    trained = known(folder / "trained" / "out_of_fold.nc")
    sample, _ = sample_of(trained)
    assert trained.truth is not None
    score = official_by_planet(trained.truth)
    lesson = Lesson(score, CHANNEL_WEIGHTS, channel_graph(trained.wavelength).operators)
    surveys = [
        Tested(path.parent.name, sample_of(known(path))[0])
        for path in sorted(folder.glob("*/predictions.nc"))
    ]
    rows: dict[str, list[str]] = {survey.name: [] for survey in surveys}
    yield f"Learnt on {len(sample)} training planets, out of fold."
    for name, calibrators, seconds in variants(sample, lesson):
        for verdict in calibrators.lines:
            yield f"* {name}: {verdict}"
        for survey in surveys:
            start = time.process_time()
            found = certify(calibrators, survey.sample)
            spent = 1e3 * (time.process_time() - start) / len(survey.sample)
            row = line(name, survey.sample, found, score, sample)
            rows[survey.name].append(f"{row} | {seconds:.1f} ({spent:.2f} ms a planet) |")
    for survey in surveys:
        yield from _section(survey.name, len(survey.sample), rows[survey.name])
    own = folder / "mini_challenge" / "out_of_fold.nc"
    if own.is_file():
        yield from cross_validated(known(own))


def _section(name: str, planets: int, rows: list[str]) -> Iterator[str]:
    yield f"\n## {name}, {planets} planets\n"
    yield HEADER.format("")
    yield "|---" * HEADER.count("|", 1) + "|"
    yield from rows


def cross_validated(predictions: Predictions) -> Iterator[str]:
    """The mini challenge: every planet by what the other folds teach."""
    sample, _ = sample_of(predictions)
    assert predictions.truth is not None
    score = official_by_planet(predictions.truth)
    rows = []
    raw = certify(plain(sample, "identity"), sample)
    rows.append(line("raw", sample, raw, score, sample) + " | 0 |")
    for level in TEMPERATURES[1:]:
        start = time.process_time()
        lesson = Lesson(score, CHANNEL_WEIGHTS, levels=(level,), trusted=True)
        found = learn_calibrators(sample, lesson).out_of_fold
        spent = time.process_time() - start
        name = f"temperature, {level}, conformal"
        rows.append(line(name, sample, found, score, sample) + f" | {spent:.1f} |")
    learnt = learn_calibrators(sample, Lesson(score, CHANNEL_WEIGHTS))
    rows.append(line("by the acceptance rule", sample, learnt.out_of_fold, score, sample) + " | |")
    yield from _section("mini_challenge, cross-validated", len(sample), rows)


def main() -> None:
    """Print the tables and write them to docs/calibration.md."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if not (folder / "trained" / "out_of_fold.nc").is_file():
        print(f"calibration: SKIPPED, {VARIABLE} names no folder with trained/out_of_fold.nc")
        return
    head = "# What each calibrator is worth\n\nPrinted by `python -m bench calibration`.\n"
    lines = [head]
    for text in tables(folder):
        print(text, flush=True)
        lines.append(text)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
