"""What the report shows of each planet, gathered from the products of a run."""

from __future__ import annotations

from pathlib import Path

from spectramind.models.predictions import Predictions
from spectramind.pipeline.places import Places
from spectramind.report.content import PlanetPanel
from spectramind.submission.table import SubmissionTable
from spectramind.survey.tables import Truth, read_truth
from spectramind.transit.posterior import WhiteLightCurve
from spectramind.transit.product import read_posterior


def known_truth(survey: Path, split: str) -> Truth | None:
    """True spectra where there are any: of training planets, and of simulated test planets."""
    path = survey / ("train.csv" if split == "train" else "truth/test.csv")
    return read_truth(path) if path.is_file() else None


def _white(where: Places, planet_id: int) -> tuple[WhiteLightCurve, ...]:
    path = where.posterior(planet_id)
    return read_posterior(path).white if path.is_file() else ()


def planet_panels(
    where: Places, predictions: Predictions, table: SubmissionTable, truth: Truth | None
) -> tuple[PlanetPanel, ...]:
    """One panel a planet: what is handed in, its light curves, its truth where known."""
    row_of = {planet: row for row, planet in enumerate(truth.planet_ids)} if truth else {}
    return tuple(
        PlanetPanel(
            planet_id=planet,
            status=predictions.status[row],
            note=predictions.note[row],
            mu=table.mu[row],
            sigma=table.sigma[row],
            white=() if predictions.status[row] == "fallback" else _white(where, planet),
            truth=truth.depth[row_of[planet]] if truth and planet in row_of else None,
        )
        for row, planet in enumerate(predictions.planet_ids)
    )
