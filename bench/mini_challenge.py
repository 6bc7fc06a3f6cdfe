"""Cross-validated score of the joint inference on light curves of independent origin.

`../shared/mini_challenge`: 40 training planets whose light curves an independent simulator and an
independent reduction made. Every planet is fitted with priors and calibrated with factors that the
planets of the other folds taught. Rows below the first leave one part out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench._inference_table import (
    WIDTH,
    ablated,
    configuration,
    header,
    normalised,
    row,
    single_factor,
    uncorrected,
)
from spectramind.submission.score import naive_model
from spectramind.survey.tables import read_truth
from spectramind.transit.calibration import neutral_calibration
from spectramind.transit.cross_validation import (
    OutOfFold,
    TrainingPlanet,
    calibrate_folds,
    first_pass,
    fold_priors,
    second_pass,
)
from spectramind.transit.imported_light_curves import open_imported
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.priors import TransitPriors, generic_priors

ROOT = Path(__file__).resolve().parents[1] / "../shared/mini_challenge"
FOLDS = 5
PEERS = (
    ("public polynomial notebook", 0.306, 0.248, 0.318),
    ("4th-place idea, short version", 0.547, 0.446, 0.567),
    ("1st-place idea, short version", 0.585, 0.462, 0.611),
    ("the same + wavelength shift", 0.647, 0.480, 0.682),
)
"""Scores that come with the data, on its 30 test planets: total, FGS1, AIRS."""

Priors = list[tuple[tuple[int, ...], TransitPriors]]


def training_planets() -> tuple[list[TrainingPlanet], np.ndarray]:
    """Planets with known depths, and the wavelengths."""
    source = open_imported(ROOT, "train")
    truth = read_truth(ROOT / "train.csv")
    depth = dict(zip(truth.planet_ids, truth.depth, strict=True))
    planets = [
        TrainingPlanet(p, source.light_curves(p), source.star(p), depth[p])
        for p in source.planet_ids
    ]
    return planets, source.wavelength


def out_of_fold_row(label: str, planets: Sequence[TrainingPlanet], result: OutOfFold) -> None:
    """Print one line of the table; z^2 is the posterior's own, before its calibration."""
    neutral = neutral_calibration()
    posteriors = [result.fits[p.planet_id].posterior for p in planets]
    squares = [
        normalised(posterior, planet.depth - posterior.depth, neutral)
        for posterior, planet in zip(posteriors, planets, strict=True)
    ]
    answers = {planet: (result.mean[planet], result.sigma[planet]) for planet in result.mean}
    row(label, planets, answers, squares, naive_model(np.array([p.depth for p in planets])))


def ablations(priors: Priors, generic: TransitPriors) -> dict[str, Priors]:
    """Priors of each fold with one part left out, by name."""
    folds = [(fold, ablated(prior, generic)) for fold, prior in priors]
    return {name: [(fold, changed[name]) for fold, changed in folds] for name in folds[0][1]}


def main() -> None:
    """Print the table."""
    if not ROOT.is_dir():
        print(f"mini_challenge: SKIPPED, no data at {ROOT}")
        return
    planets, wavelength = training_planets()
    config = configuration()
    orders = DriftOrders(config.drift_order, config.drift_colours, config.limb_order)
    generic = generic_priors(wavelength, orders)
    print(f"{len(planets)} planets, {FOLDS} folds, official score")
    header()
    for name, score, fgs1, airs in PEERS:
        print(f"{name + ' (peer)':{WIDTH}s} {score:.4f}           {fgs1:.3f} / {airs:.3f}")
    start = time.process_time()
    first = first_pass(planets, generic, config)
    middle = time.process_time()
    priors = list(fold_priors(planets, first, generic, FOLDS))
    learnt = time.process_time()
    fits = second_pass(planets, priors, config)
    end = time.process_time()
    out_of_fold_row("joint inference", planets, calibrate_folds(planets, fits, FOLDS))
    out_of_fold_row(
        "without mean correction", planets, calibrate_folds(planets, fits, FOLDS, uncorrected)
    )
    out_of_fold_row(
        "single sigma factor", planets, calibrate_folds(planets, fits, FOLDS, single_factor)
    )
    out_of_fold_row("generic priors", planets, calibrate_folds(planets, first, FOLDS))
    for name, changed in ablations(priors, generic).items():
        out_of_fold_row(
            name, planets, calibrate_folds(planets, second_pass(planets, changed, config), FOLDS)
        )
    flat = config.model_copy(update={"jitter_templates": 0})
    out_of_fold_row(
        "without jitter patterns",
        planets,
        calibrate_folds(planets, second_pass(planets, priors, flat), FOLDS),
    )
    visits = sum(len(p.visits) for p in planets)
    print(
        f"CPU seconds a planet: {(middle - start) / len(planets):.2f} generic, "
        f"{(end - learnt) / len(planets):.2f} learnt priors ({visits} visits); learning priors "
        f"{(learnt - middle) / FOLDS:.2f} a fold"
    )


if __name__ == "__main__":
    main()
