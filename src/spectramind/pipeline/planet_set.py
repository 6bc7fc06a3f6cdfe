"""All planets of a page: predictions, what is known of them, and the products they came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spectramind.errors import DataError
from spectramind.models.fit_features import CHANNEL_FEATURES
from spectramind.models.predictions import Predictions
from spectramind.pipeline.planet_panels import Panels, gather
from spectramind.report.content import (
    Fact,
    FloatArray,
    Interval,
    PhysicsPosterior,
    PlanetSet,
)
from spectramind.submission.score import NaiveModel, ScoreReport, official_score
from spectramind.survey.edition import star_path, truth_path
from spectramind.survey.stars import Star
from spectramind.survey.tables import Truth, read_star_info, read_truth
from spectramind.symbolic.product import symbolic_table

Progress = Callable[[int, int, int], None]

_STAR = {
    "temperature of the star (K)": "temperature",
    "radius of the star (solar radii)": "radius",
    "period (d)": "period",
}


@dataclass(frozen=True)
class Products:
    """Where what a page shows lies.

    fits, reduced  folders of fits and light curves; need not exist
    survey         with the stars of the split; None where it is not known
    """

    fits: Path
    reduced: Path
    survey: Path | None
    split: str


def known_truth(survey: Path, split: str) -> Truth | None:
    """True spectra where there are any: of training planets, and of simulated test planets."""
    path = truth_path(survey) if split == "train" else survey / "truth" / "test.csv"
    return read_truth(path) if path.is_file() else None


def truth_rows(planet_ids: tuple[int, ...], truth: Truth) -> FloatArray:
    """(planet, 283) depths in the order of the planets, NaN where they are not known."""
    row_of = {planet: row for row, planet in enumerate(truth.planet_ids)}
    depths = np.full((len(planet_ids), truth.depth.shape[1]), np.nan)
    for row, planet in enumerate(planet_ids):
        if planet in row_of:
            depths[row] = truth.depth[row_of[planet]]
    return depths


def planet_set(
    predictions: Predictions,
    truth: FloatArray | None,
    naive: NaiveModel | None,
    products: Products,
    progress: Progress,
) -> PlanetSet:
    """Everything that a page shows of its planets.

    Parameters
    ----------
    predictions : with mu and sigma as they are handed in
    truth : (planet, 283), NaN where it is not known
    """
    panels = gather(predictions.planet_ids, products.fits, products.reduced, progress)
    stars = _stars(products, predictions.planet_ids)
    known = truth is not None and np.isfinite(truth).any()
    pairs = zip(predictions.planet_ids, predictions.note, strict=True)
    notes = tuple(_note(panels, planet, note) for planet, note in pairs)
    return PlanetSet(
        planet_ids=tuple(map(str, predictions.planet_ids)),
        kinds=predictions.status,
        notes=notes,
        wavelength=predictions.wavelength,
        mu=predictions.mu,
        sigma=predictions.sigma,
        truth=truth if known else None,
        naive=naive,
        physics=_physics(panels, predictions),
        white=panels.white,
        health=panels.health,
        stars=stars,
        intervals=_intervals(predictions),
        violations=_violations(predictions),
        facts=(*_scores(predictions, truth, naive), *_star_facts(stars), *panels.facts),
    )


def _note(panels: Panels, planet: int, note: str) -> str:
    """Flags of the fit, and what of its products could not be read."""
    return " ".join(part for part in (note, panels.unread.get(planet, "")) if part)


def _physics(panels: Panels, predictions: Predictions) -> PhysicsPosterior | None:
    """The posterior with what predictions say of it; None where no fit was found."""
    if not np.isfinite(panels.physics.depth).any():
        return None
    residuals = [CHANNEL_FEATURES.index(f"residual {phase}") for phase in ("out", "edge", "in")]
    features = predictions.channel_features
    terms = [CHANNEL_FEATURES.index(name) for name in ("u1", "u2")]
    limb = features[:, 1:, terms].sum(axis=2).mean(axis=1)
    return replace(panels.physics, phase_residual=features[:, :, residuals], limb_darkening=limb)


def _intervals(predictions: Predictions) -> tuple[Interval, ...]:
    """Conformal intervals and the band of whole spectra, where calibration has made them."""
    lower, upper, level = predictions.lower, predictions.upper, predictions.level
    if lower is None or upper is None or level is None:
        return ()
    half = 0.5 * (upper - lower)
    found = [Interval(f"{share:.0%}", half[:, :, i], share) for i, share in enumerate(level)]
    if predictions.band is not None:
        found.append(Interval("whole spectrum", predictions.band, None))
    return tuple(found)


def _violations(predictions: Predictions) -> dict[str, FloatArray]:
    """Violation of every symbolic constraint by planet and channel, none for fallbacks."""
    table = symbolic_table(
        predictions.planet_ids, predictions.mu, predictions.sigma_raw, predictions.sigma_common
    )
    own = np.array([status != "fallback" for status in predictions.status], dtype=np.bool_)
    return {
        name: np.where(own[:, None], amount, np.nan)
        for name, amount in zip(table.constraints, table.per_bin, strict=True)
    }


def _stars(products: Products, planet_ids: tuple[int, ...]) -> dict[str, FloatArray]:
    path = star_path(products.survey, products.split) if products.survey else None
    if path is None or not path.is_file():
        return {}
    try:
        table: dict[int, Star] = read_star_info(path)
    except DataError:
        # The run has said what is wrong with the table; the page goes without it.
        return {}
    return {
        name: np.array([getattr(table[p], field) if p in table else np.nan for p in planet_ids])
        for name, field in _STAR.items()
    }


def _star_facts(stars: dict[str, FloatArray]) -> list[Fact]:
    return [
        Fact(name, tuple(f"{value:.4g}" if np.isfinite(value) else "" for value in values))
        for name, values in stars.items()
    ]


def _scores(
    predictions: Predictions, truth: FloatArray | None, naive: NaiveModel | None
) -> list[Fact]:
    """Depth of every planet, and its score where it can be had."""
    depth, sigma = predictions.mu * 1e6, predictions.sigma * 1e6
    pairs = [
        (depth[:, 0], sigma[:, 0]),
        (depth[:, 1:].mean(axis=1), np.median(sigma[:, 1:], axis=1)),
    ]
    facts = [
        Fact(name, tuple(f"{d:.0f} ± {s:.0f} ppm" for d, s in zip(*pair, strict=True)))
        for name, pair in zip(("FGS1 depth", "mean AIRS depth ± median σ"), pairs, strict=True)
    ]
    if truth is None or naive is None:
        return facts
    rows = np.flatnonzero(np.isfinite(truth).all(axis=1))
    score = score_of_rows(predictions, truth, naive, rows) if len(rows) else None
    texts = [""] * len(depth)
    for row in rows if score else ():
        assert score is not None
        texts[row] = f"{score.planets[predictions.planet_ids[row]]:.3f}"
    return [Fact("score", tuple(texts)), *facts]


def score_of_rows(
    predictions: Predictions, truth: FloatArray, naive: NaiveModel, rows: np.ndarray
) -> ScoreReport:
    """Official score of some of the planets."""
    ids = tuple(predictions.planet_ids[row] for row in rows)
    mu, sigma = predictions.mu[rows], predictions.sigma[rows]
    return official_score(truth[rows], mu, sigma, naive, ids)
