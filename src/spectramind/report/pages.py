"""The two pages: the report of a submission, the dashboard of a trained model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from spectramind.atmosphere.molecules import MOLECULES
from spectramind.models.channel_graph import band_strength
from spectramind.report.content import FloatArray, Origin, PlanetSet
from spectramind.report.figure import Figure, Section, Table
from spectramind.report.figures import (
    calibration_figures,
    centroid_figure,
    channel_coverage_figure,
    channel_error_figure,
    channel_sigma_figure,
    error_against_figures,
    error_figure,
    foreground_figure,
    graph_figures,
    light_curve_figures,
    phase_figure,
    planet_map_figure,
    residual_heat_figure,
    residual_power_figure,
    shake_up_figure,
    sigma_depth_figure,
    spectrum_figure,
    strongest_edges,
    training_figures,
    violation_figure,
)
from spectramind.report.figures.populations import NO_TRUTH
from spectramind.report.page import Page
from spectramind.report.training_record import Comparison, TrainingRecord
from spectramind.report.verdict import Scores, model_verdict, submission_verdict
from spectramind.submission.problem import ValidationReport
from spectramind.submission.score import ScoreReport

_WORST, _EDGES = 20, 20


def submission_page(
    planets: PlanetSet,
    validation: ValidationReport,
    origin: Origin,
    scores: Scores,
    priors: Sequence[str] = (),
) -> Page:
    """The report: is the submission valid, what is in it, should it be handed in.

    Parameters
    ----------
    priors : what the light curves say of the priors that were learnt before
    """
    estimator = origin.provenance.get("estimator", "unknown")
    verdict = submission_verdict(validation, planets, estimator, scores)
    glance = Section(
        "All planets at a glance",
        "Every planet by its depth, every channel by its sigma.",
        (sigma_depth_figure(planets), channel_sigma_figure(planets)),
    )
    sections = (glance, *_prior_section(priors), *_truth_sections(planets, scores.known))
    sections = (*sections, _calibration_section(planets, origin))
    kind = f"report of {validation.file}"
    return Page(kind, verdict, planets, _explorer(planets), sections, origin, validation)


def dashboard_page(
    planets: PlanetSet,
    origin: Origin,
    score: ScoreReport | None,
    record: TrainingRecord,
) -> Page:
    """The dashboard: where is a trained model good, where is it wrong, and why.

    Parameters
    ----------
    planets : of the training, with their out-of-fold predictions
    """
    estimator = origin.provenance.get("estimator", "unknown")
    verdict = model_verdict(planets, estimator, score)
    glance = Section(
        "All planets at a glance",
        "Predictions of planets that the model was not trained on.",
        (sigma_depth_figure(planets), channel_sigma_figure(planets)),
    )
    sections = (
        glance,
        *_truth_sections(planets, score),
        _calibration_section(planets, origin),
        _training_section(planets, record),
        _comparison_section(record),
    )
    return Page("diagnostics dashboard", verdict, planets, _explorer(planets), sections, origin)


def _explorer(planets: PlanetSet) -> Section:
    profiles: dict[str, FloatArray] = {
        name: np.r_[0.0, band_strength(name, planets.wavelength[1:])] for name in MOLECULES
    }
    curves = [figure for white in planets.white for figure in light_curve_figures(white)]
    figures = (
        spectrum_figure(planets, profiles),
        error_figure(planets),
        phase_figure(planets),
        *curves,
        foreground_figure(planets.health),
        centroid_figure(planets.health),
        violation_figure(planets),
    )
    hint = "Search or choose a planet; arrow keys in the list go through them."
    return Section("Planet explorer", hint, figures)


def _prior_section(lines: Sequence[str]) -> tuple[Section, ...]:
    """What the light curves say of the priors, where any were used."""
    if not lines:
        return ()
    rows = tuple(tuple(line.split(": ", 1)) if ": " in line else ("", line) for line in lines)
    table = Table("Priors, held against the light curves", ("part", "what was found"), rows)
    hint = (
        "Evidence compares what was learnt from other planets with priors that fit everybody; "
        "no true depth is used. A part that is overruled does not reach the spectrum."
    )
    return (Section("What this survey says about the priors", hint, (), (table,)),)


def _truth_sections(planets: PlanetSet, score: ScoreReport | None) -> tuple[Section, ...]:
    """What only a known truth can show, or one sentence that says so."""
    if not planets.judged.any():
        return (Section("Where it is wrong", NO_TRUTH, ()),)
    where = Section(
        "Where it is wrong",
        "Errors in units of the stated sigma, against what they may come from.",
        error_against_figures(planets),
        (_worst_planets(planets, score),),
    )
    channels = Section(
        "By channel",
        "Bias, rms error and coverage along the wavelength.",
        (channel_error_figure(planets), channel_coverage_figure(planets)),
    )
    residuals = Section(
        "Residuals",
        "What errors have in common, between channels and between planets.",
        (
            residual_heat_figure(planets),
            residual_power_figure(planets),
            planet_map_figure(planets),
        ),
    )
    return where, channels, residuals


def _calibration_section(planets: PlanetSet, origin: Origin) -> Section:
    """How sigma came about, and whether it is true where that can be known."""
    lines = origin.provenance.get("calibration", "")
    rows = tuple(
        (name.strip(), rest.strip() or "applied")
        for name, _, rest in (line.partition(":") for line in lines.split("; ") if line)
    )
    table = Table(
        "What was done to sigma", ("calibrator", "verdict"), rows, "No calibrator was recorded."
    )
    figures = calibration_figures(planets) if planets.judged.any() else ()
    hint = "Held against the truth of all planets that have a spectrum of their own."
    return Section("Is sigma true", hint if figures else NO_TRUTH, figures, (table,))


def _worst_planets(planets: PlanetSet, score: ScoreReport | None) -> Table:
    """Planets with the largest errors in units of sigma."""
    assert planets.truth is not None
    judged = np.flatnonzero(planets.judged)
    z = ((planets.mu - planets.truth) / planets.sigma)[judged]
    rms = np.sqrt(np.mean(z[:, 1:] ** 2, axis=1))
    scores = {} if score is None else {str(key): value for key, value in score.planets.items()}
    rows = []
    for place in np.argsort(-np.mean(z**2, axis=1))[:_WORST]:
        planet = planets.planet_ids[judged[place]]
        value = f"{scores[planet]:.3f}" if planet in scores else "not known"
        note = planets.notes[judged[place]] or "no flags"
        rows.append((planet, f"{z[place, 0]:+.2f}", f"{rms[place]:.2f}", value, note))
    header = ("Planet", "FGS1 error / σ", "AIRS rms error / σ", "score", "flags")
    return Table("Planets with the largest errors", header, tuple(rows), "No planet is judged.")


def _training_section(planets: PlanetSet, record: TrainingRecord) -> Section:
    return Section(
        "Training",
        "How the model came about, and what its graph has learned.",
        (*training_figures(record.curves), *graph_figures(record.graphs, planets.wavelength)),
        _edges(record.graphs, planets.wavelength),
    )


def _edges(graphs: Mapping[str, FloatArray], wavelength: FloatArray) -> tuple[Table, ...]:
    """Strongest pairs of channels of every graph."""
    return tuple(
        Table(
            f"Strongest edges of {name}",
            ("from", "to", "weight"),
            tuple(
                (f"{wavelength[a]:.3f} µm", f"{wavelength[b]:.3f} µm", f"{weight:.3f}")
                for a, b, weight in strongest_edges(graph, _EDGES)
            ),
            "No two channels are joined.",
        )
        for name, graph in graphs.items()
    )


def _comparison_section(record: TrainingRecord) -> Section:
    comparison = "No comparison of models lies beside this one (compare.json)."
    ablation = "No ablation lies beside this model (ablation.json)."
    figures: tuple[Figure, ...] = (shake_up_figure(record.shake_up),)
    tables = (
        _comparison("Models beside each other", record.comparison, comparison),
        _comparison("One part left out at a time", record.ablation, ablation),
    )
    hint = "Other models on the same folds, and how far a leaderboard would move by chance."
    return Section("Comparison", hint, figures, tables)


def _comparison(title: str, comparison: Comparison | None, absent: str) -> Table:
    if comparison is None:
        return Table(title, (), (), absent)
    return Table(title, comparison.header, comparison.rows, absent)
