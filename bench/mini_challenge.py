"""Cross-validated score of the joint inference on light curves of independent origin.

`../shared/mini_challenge`: 40 training planets whose light curves an independent simulator and an
independent reduction made. Every planet is fitted with priors and calibrated with factors that the
planets of the other folds taught. Rows below the first leave one part out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import yaml

from spectramind.conf.schema.transit import TransitConfig
from spectramind.submission.score import CHANNEL_WEIGHTS, cell_scores, naive_model
from spectramind.survey.tables import read_truth
from spectramind.transit.calibration import (
    TransitCalibration,
    learn_calibration,
    residuals,
    with_factors,
)
from spectramind.transit.cross_validation import (
    OutOfFold,
    TrainingPlanet,
    calibrate_folds,
    first_pass,
    fold_priors,
    parts_table,
    second_pass,
)
from spectramind.transit.imported_light_curves import open_imported
from spectramind.transit.parameter_layout import DriftOrders
from spectramind.transit.priors import TransitPriors, generic_priors, without

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


def configuration() -> TransitConfig:
    """The package's defaults."""
    text = resources.files("spectramind.conf").joinpath("transit/default.yaml").read_text()
    return TransitConfig.model_validate(yaml.safe_load(text))


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


def row(label: str, planets: Sequence[TrainingPlanet], result: OutOfFold) -> None:
    """Print one line of the table."""
    truth = np.array([p.depth for p in planets])
    mean = np.array([result.mean[p.planet_id] for p in planets])
    sigma = np.array([result.sigma[p.planet_id] for p in planets])
    cells = cell_scores(truth, mean, sigma, naive_model(truth))
    scores = cells @ CHANNEL_WEIGHTS / CHANNEL_WEIGHTS.sum()
    median, _ = parts_table(list(truth - mean))
    rest = [residuals(result.fits[p.planet_id].posterior, p.depth) for p in planets]
    square = [np.mean([getattr(r, part) ** 2 for r in rest]) for part in vars(rest[0])]
    error = scores.std() / np.sqrt(len(scores))
    print(
        f"{label:32s} {scores.mean():.4f} ± {error:.3f}  {cells[:, 0].mean():.3f} / "
        f"{cells[:, 1:].mean():.3f}   {median[0] * 1e6:5.1f} {median[1] * 1e6:5.1f} "
        f"{median[2] * 1e6:5.1f}   {square[0]:.2f} {square[1]:.2f} {square[2]:.2f}",
        flush=True,
    )


def single_factor(*arguments: object) -> TransitCalibration:
    """One factor for all parts of sigma: the mean of the squares of all residuals."""
    calibration = learn_calibration(*arguments)  # type: ignore[arg-type]
    return with_factors(calibration, float(np.sqrt(np.mean(calibration.factors**2))))


def uncorrected(*arguments: object) -> TransitCalibration:
    """Factors on sigma alone."""
    return learn_calibration(*arguments, correct_mean=False)  # type: ignore[arg-type]


def colourless(priors: TransitPriors) -> TransitPriors:
    """Drift that is the same in all AIRS channels."""
    grid = np.arange(priors.orders.airs).reshape(priors.orders.time, -1)
    drift = priors.drift_airs.copy()
    off = grid[:, 1:].ravel()
    drift[off, :] = 0.0
    drift[:, off] = 0.0
    drift[off, off] = 1e-14
    return replace(priors, drift_airs=drift)


def ablations(priors: Priors, generic: TransitPriors) -> dict[str, Priors]:
    """Priors with one part left out, by name."""
    changes = {
        "without Gaussian process": lambda p: without(p, process=True),
        "without learnt shapes": lambda p: without(p, shapes=True),
        "without limb-darkening prior": lambda p: replace(
            p, star_mean=generic.star_mean, star_scatter=generic.star_scatter
        ),
        "without chromatic drift": colourless,
    }
    return {
        name: [(fold, change(prior)) for fold, prior in priors] for name, change in changes.items()
    }


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
    print(f"{'':32s} score            FGS1 / AIRS     median |error|, ppm  mean z^2")
    print(f"{'':32s}                                  FGS1  mean shape   of the three parts")
    for name, score, fgs1, airs in PEERS:
        print(f"{name + ' (peer)':32s} {score:.4f}           {fgs1:.3f} / {airs:.3f}")
    start = time.process_time()
    first = first_pass(planets, generic, config)
    middle = time.process_time()
    priors = list(fold_priors(planets, first, generic, FOLDS))
    learnt = time.process_time()
    fits = second_pass(planets, priors, config)
    end = time.process_time()
    row("joint inference", planets, calibrate_folds(planets, fits, FOLDS))
    row("without mean correction", planets, calibrate_folds(planets, fits, FOLDS, uncorrected))
    row("single sigma factor", planets, calibrate_folds(planets, fits, FOLDS, single_factor))
    row("generic priors", planets, calibrate_folds(planets, first, FOLDS))
    for name, changed in ablations(priors, generic).items():
        row(name, planets, calibrate_folds(planets, second_pass(planets, changed, config), FOLDS))
    flat = config.model_copy(update={"jitter_templates": 0})
    row(
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
