"""Models on instruments that they do not know: score, truth of sigma, planets overruled.

    python -m bench families [--only NAME,...] [--rows "A;B"] [--planets N] [--train]
                             [--csv FILE]

Each family is a simulated survey of 30 test planets, light-curve level, and for the row that is
trained on it another of 40 labelled planets, in the folder that SPECTRAMIND_FAMILIES names (a
temporary one without it); what lies there is used again.
Every row is `predict` and `calibrate-temp` with the overrides of its table, nothing else. The score
is the official one with the challenge's own naive answer, so that families can be compared.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np

from bench._family_table import FAMILIES, Family
from spectramind.conf.compose import compose
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.calibrate import calibrate
from spectramind.pipeline.planet_set import known_truth, truth_rows
from spectramind.pipeline.predict import predict
from spectramind.pipeline.simulate import simulate
from spectramind.pipeline.train import train
from spectramind.provenance.run import open_run
from spectramind.submission.score import PUBLISHED_NAIVE, official_score
from spectramind.uncertainty.error_parts import part_residuals
from spectramind.uncertainty.sample import Sample, sample_of

VARIABLE = "SPECTRAMIND_FAMILIES"
TEST, LABELLED, SEED = 30, 40, 1400
_FEW = 8
"""Training planets beside the test planets: a planet that fails gets their mean."""
ROWS: dict[str, tuple[str, ...]] = {
    "first estimator": ("model=polynomial",),
    "generic": ("model=physics", "transit.adapt=off"),
    "V50, adapt off": ("model=v50", "transit.adapt=off"),
    "V50, adapt planet": ("model=v50", "transit.adapt=planet"),
    "V50, adapt survey": ("model=v50", "transit.adapt=survey"),
}
"""Overrides of `predict` by the name of the row; V50 is the checkpoint that the package ships."""
TRAINED = "V50 trained on the survey"
FLAG = "foreign_prior"
_LEVEL, _GAUSSIAN = 0.90, 1.6449


@dataclass(frozen=True)
class Measured:
    """One row on one family.

    score            official, clipped to 0..1; `plain` is not clipped, `error` its standard error
    z2_*             mean squared error of a part over its sigma squared
    coverage         share of all cells within their 90 % interval, per cent
    overruled        planets whose learnt prior was set aside
    """

    family: str
    row: str
    planets: int
    fallbacks: int
    score: float
    plain: float
    error: float
    fgs1: float
    airs: float
    z2_fgs1: float
    z2_mean: float
    z2_shape: float
    coverage: float
    overruled: int


HEADER = (
    "| family | row | score | FGS1 / AIRS | z^2: FGS1, AIRS mean, AIRS shape | 90 % | overruled |\n"
    "|---|---|---|---|---|---|---|"
)


def _silent(done: int, total: int, failed: int) -> None:
    """Show no progress."""


def survey_of(folder: Path, family: Family, train: int, test: int) -> Path:
    """A survey of the family, simulated unless it is there; labelled ones hold other planets."""
    root = folder / family.name / f"survey-{train}-{test}"
    sizes = (f"sim.train={train}", f"sim.test={test}", "sim.level=light_curves")
    number = 2 * FAMILIES.index(family) + (test == 0)
    overrides = (f"paths.out={root}", f"sim.seed={SEED + number}", *sizes, *family.overrides)
    simulate(compose(overrides), _silent)
    return root


def answered(root: Path, row: str, overrides: Sequence[str]) -> Predictions:
    """Calibrated predictions of a survey's test planets, with their truth."""
    out = root.parent / f"{row.replace(',', '').replace(' ', '-')}-{root.name}"
    own = [f"paths.input={root}", f"paths.out={out}"]
    own += [f"paths.{key}={out / key}" for key in ("outputs", "logs")]
    config = compose([*own, *overrides])
    with open_run("predict", config, [*own, *overrides]) as run:
        predict(config, run, _silent)
    calibrate(config)
    answer, truth = read_predictions(out / "predictions.nc"), known_truth(root, "test")
    assert truth is not None
    return replace(answer, truth=truth_rows(answer.planet_ids, truth))


def trained(folder: Path, family: Family) -> Path:
    """Checkpoint of V50 trained on labelled planets of the family."""
    root = survey_of(folder, family, LABELLED, 0)
    out = root.parent / "training"
    overrides = [f"paths.input={root}", f"paths.out={out}", "data.split=train", "model=v50"]
    overrides += [f"paths.{key}={out / key}" for key in ("outputs", "logs")]
    config = compose(overrides)
    with open_run("train", config, overrides) as run:
        return Path(train(config, run, _silent).checkpoint)


def as_handed_in(answer: Predictions) -> Sample:
    """Planets that are no fallback, with the sigma after calibration.

    Calibrators keep no record of the parts; what all AIRS channels share grows with their median.
    """
    sample, usable = sample_of(answer)
    factor = np.median(answer.sigma[usable, 1:] / answer.sigma_raw[usable, 1:], axis=1)
    return replace(sample, sigma=answer.sigma[usable], common=sample.common * factor)


def coverage(answer: Predictions) -> float:
    """Share of cells within the 90 % interval that was handed in, Gaussian where there is none."""
    assert answer.truth is not None
    half = _GAUSSIAN * answer.sigma
    if answer.upper is not None and answer.level is not None:
        half = answer.upper[..., int(np.argmin(np.abs(answer.level - _LEVEL)))] - answer.mu
    return 100.0 * float((np.abs(answer.truth - answer.mu) <= half).mean())


def measured(family: str, row: str, answer: Predictions) -> Measured:
    """One line of the table."""
    assert answer.truth is not None
    ids = answer.planet_ids
    report = official_score(answer.truth, answer.mu, answer.sigma, PUBLISHED_NAIVE["2025"], ids)
    each = np.array([report.planets[planet] for planet in ids])
    squares = part_residuals(as_handed_in(answer)).squares().mean(axis=0)
    return Measured(
        family=family,
        row=row,
        planets=len(ids),
        fallbacks=len(answer.fallbacks()),
        score=report.score,
        plain=float(each.mean()),
        error=float(each.std() / np.sqrt(len(each))),
        fgs1=report.fgs1,
        airs=report.airs,
        z2_fgs1=float(squares[0]),
        z2_mean=float(squares[1]),
        z2_shape=float(squares[2]),
        coverage=coverage(answer),
        overruled=sum(FLAG in note for note in answer.note),
    )


def markdown(m: Measured) -> str:
    """One line of the printed table."""
    squares = f"{m.z2_fgs1:.2f}, {m.z2_mean:.2f}, {m.z2_shape:.2f}"
    parts = f"{m.fgs1:.3f} / {m.airs:.3f}"
    failed = f" ({m.fallbacks} fallbacks)" if m.fallbacks else ""
    return (
        f"| {m.family} | {m.row} | {m.score:.3f} ± {m.error:.3f}{failed} | {parts} | {squares} | "
        f"{m.coverage:.1f} | {m.overruled} of {m.planets} |"
    )


def summary(rows: Sequence[Measured]) -> Iterator[str]:
    """Mean score and coverage of each row over families, by kind of drift."""
    easy = {family.name: family.easy for family in FAMILIES}
    for name in dict.fromkeys(row.row for row in rows):
        for kind, wanted in (("polynomial drift or none", True), ("other drift", False)):
            of = [row for row in rows if row.row == name and easy[row.family] == wanted]
            if of:
                score, cover = (np.mean([getattr(m, key) for m in of]) for key in _MEANS)
                label = f"{name}, {len(of)} families of {kind}"
                yield f"{label}: score {score:.3f}, within 90 % {cover:.1f} %"


_MEANS = ("score", "coverage")


def write_csv(path: Path, rows: Sequence[Measured]) -> None:
    """All numbers, one line a family and row."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([field.name for field in fields(Measured)])
        writer.writerows(astuple(row) for row in rows)


def measure(folder: Path, options: argparse.Namespace) -> list[Measured]:
    """Run what was asked for, printing each line when it is known."""
    rows = []
    naive = f"{PUBLISHED_NAIVE['2025'].mean:.6f} +- {PUBLISHED_NAIVE['2025'].sigma:.6f}"
    print(f"official score; the naive answer is the challenge's, {naive}\n\n{HEADER}", flush=True)
    for family in FAMILIES:
        if options.only and family.name not in options.only:
            continue
        root = survey_of(folder, family, _FEW, options.planets)
        chosen = {k: v for k, v in ROWS.items() if not options.rows or k in options.rows}
        if options.train:
            chosen[TRAINED] = ("model=v50", f"model.ckpt={trained(folder, family)}")
        for row, overrides in chosen.items():
            rows.append(measured(family.name, row, answered(root, row, overrides)))
            print(markdown(rows[-1]), flush=True)
    return rows


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _rows(text: str) -> list[str]:
    """Rows whose names begin with one of the texts, as names have commas of their own."""
    return [row for row in ROWS if any(row.startswith(part) for part in text.split(";"))]


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Options of the command line; families and rows that do not exist are refused."""
    parser = argparse.ArgumentParser(prog="python -m bench families")
    parser.add_argument("--only", type=_names, default=[], help="families, comma between them")
    parser.add_argument(
        "--rows", type=_rows, help="beginnings of row names, semicolon between them"
    )
    parser.add_argument("--planets", type=int, default=TEST, help="test planets of each family")
    parser.add_argument("--train", action="store_true", help=f"add the row {TRAINED!r}")
    parser.add_argument("--csv", type=Path, default=Path("bench_families.csv"))
    options = parser.parse_args(arguments)
    unknown = set(options.only) - {family.name for family in FAMILIES}
    if unknown or options.rows == []:
        known = ", ".join([*(family.name for family in FAMILIES), *ROWS])
        parser.error(f"unknown family or row {', '.join(sorted(unknown))}; there are {known}")
    return options


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table and its means, write the CSV file."""
    options = parsed(arguments)
    kept = os.environ.get(VARIABLE)
    with tempfile.TemporaryDirectory(prefix="bench-families-") as temporary:
        rows = measure(Path(kept or temporary), options)
    print("", *summary(rows), sep="\n")
    write_csv(options.csv, rows)


if __name__ == "__main__":
    main()
