"""Stage `coverage`: is sigma true, and where is it not; table and figures."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.models.predictions import Predictions, read_predictions
from spectramind.pipeline.coverage_figures import coverage_figures
from spectramind.pipeline.last_run import last_out
from spectramind.pipeline.places import Places
from spectramind.pipeline.planet_set import known_truth, truth_rows
from spectramind.pipeline.predict import read_summary
from spectramind.pipeline.training import OUT_OF_FOLD
from spectramind.provenance.atomic import atomic_path, write_text
from spectramind.report.diagnostics import crps
from spectramind.report.matplotlib_figure import draw
from spectramind.uncertainty.diagnostics import (
    CoverageRow,
    band_coverage,
    channel_spread,
    coverage_rows,
    expected_normalised_error,
    mean_winkler,
)
from spectramind.uncertainty.error_parts import PartSquare, part_squares
from spectramind.uncertainty.planet_groups import group_edges, groups_of
from spectramind.uncertainty.regions import REGIONS, regions_of
from spectramind.uncertainty.sample import sample_of

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FOLDER = "coverage"
TABLE = "coverage.json"


@dataclass(frozen=True)
class CoverageSummary:
    """How true the uncertainty of the last prediction is.

    rows        coverage of all cells, then by region, by third of signal-to-noise, by doubt
    spread      of the channels' 90 % coverage, and what sampling alone gives
    band        share of whole spectra within the simultaneous band
    parts       mean z^2 of FGS1, AIRS mean and AIRS shape before calibrators
    crps        mean, transit depth
    ence        expected normalised calibration error of sigma
    winkler     (level,) mean interval score in units of the raw sigma
    """

    planets: int
    rows: tuple[CoverageRow, ...]
    spread: tuple[float, float]
    band: float
    parts: tuple[PartSquare, ...]
    crps: float
    ence: float
    winkler: FloatArray
    calibration: str
    folder: str

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        rows = [
            {**vars(row), "coverage": row.coverage.tolist(), "width": row.width.tolist()}
            for row in self.rows
        ]
        parts = [vars(part) for part in self.parts]
        return {**vars(self), "rows": rows, "parts": parts, "winkler": self.winkler.tolist()}


def _judged(config: Config) -> tuple[Predictions, Path]:
    """Calibrated predictions with truth: the last prediction's, or a training's out of fold."""
    out = last_out(config)
    where = Places(out, config.data.split)
    if not where.predictions.is_file() and (out / OUT_OF_FOLD).is_file():
        return read_predictions(out / OUT_OF_FOLD), out
    summary = read_summary(where.summary)
    predictions = read_predictions(where.predictions)
    truth = known_truth(Path(summary.input), summary.split)
    if truth is None:
        remedy = "give a simulated survey, or paths.out of a training"
        raise DataError(summary.input, "known depths of these planets", "none", remedy)
    return replace(predictions, truth=truth_rows(predictions.planet_ids, truth)), out


def groups(predictions: Predictions) -> dict[str, BoolArray]:
    """Cells (planet, channel) by the name of their row; fallbacks belong to none."""
    sample, usable = sample_of(predictions)
    shape = predictions.mu.shape
    everything = np.broadcast_to(usable[:, None], shape)
    found = {"all": everything}
    for number, name in enumerate(REGIONS):
        found[name] = everything & (regions_of() == number)
    if len(sample):
        member = np.full(len(usable), -1)
        member[usable] = groups_of(sample, group_edges(sample))[:, 1]
        for third, name in enumerate(("low", "middle", "high")):
            cells = np.broadcast_to((member == third)[:, None], shape)
            found[f"{name} signal-to-noise"] = cells
    flagged = np.array([bool(note) for note in predictions.note]) & usable
    found["doubtful fits"] = np.broadcast_to(flagged[:, None], shape)
    return found


def coverage_of(predictions: Predictions, folder: Path) -> CoverageSummary:
    """Diagnostics of calibrated predictions with truth.

    Raises
    ------
    DataError : they have no intervals
    """
    if predictions.upper is None or predictions.truth is None or predictions.band is None:
        remedy = "run `spectramind calibrate-temp` with a checkpoint that carries calibrators"
        raise DataError("predictions", "intervals", "none", remedy)
    cells = groups(predictions)
    usable = cells["all"][:, 0]
    error = np.where(usable[:, None], predictions.truth - predictions.mu, np.nan)
    half_width = predictions.upper - predictions.mu[..., None]
    sigma, known = predictions.sigma, np.isfinite(error)
    if not known.any():
        remedy = "judge planets whose depths are known"
        raise DataError("predictions", "a planet that is no fallback", "none", remedy)
    return CoverageSummary(
        planets=int(known.any(axis=1).sum()),
        rows=coverage_rows(cells, error, sigma, half_width),
        spread=channel_spread(error, half_width, 0.90),
        band=band_coverage(error, predictions.band),
        parts=part_squares(sample_of(predictions)[0]),
        crps=float(np.mean(crps(error, sigma)[known])),
        ence=expected_normalised_error(error, sigma),
        winkler=mean_winkler(error, half_width, predictions.sigma_raw),
        calibration=predictions.attributes.get("calibration", ""),
        folder=str(folder),
    )


def coverage(config: Config) -> CoverageSummary:
    """Write table and figures of the last prediction, or of a training, to `paths.out`/coverage.

    Raises
    ------
    DataError : no truth is known, or the predictions are not calibrated
    ConfigurationError : matplotlib is not installed
    """
    predictions, out = _judged(config)
    folder = out / FOLDER
    summary = coverage_of(predictions, folder)
    write_text(folder / TABLE, json.dumps(summary.to_json(), indent=2) + "\n")
    for figure in coverage_figures(predictions):
        drawing = draw(figure)
        with atomic_path(folder / f"{figure.key}.png") as temporary:
            drawing.savefig(temporary, format="png", dpi=120)
    return summary
