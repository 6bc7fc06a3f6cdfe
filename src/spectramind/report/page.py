"""The report of one submission: a single HTML file that needs no network and no server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spectramind.provenance.atomic import write_text
from spectramind.report.content import PlanetPanel, ReportContent
from spectramind.report.figures import (
    PPM,
    light_curve_figure,
    precision_figure,
    spectrum_figure,
    survey_figure,
)
from spectramind.report.plane import COARSE, FINE, Detail
from spectramind.report.verdict import counted, grouped, verdict_of
from spectramind.transit.posterior import WhiteLightCurve

MANY_PLANETS = 150
"""From here on figures are drawn coarsely and planets start closed."""


@dataclass(frozen=True)
class LightCurveView:
    """A white light curve as the template shows it."""

    name: str
    figure: Markup
    scatter: str


@dataclass(frozen=True)
class PlanetView:
    """A planet as the template shows it."""

    name: str
    status: str
    note: str
    depth: str
    spectrum: Markup
    curves: tuple[LightCurveView, ...]


def write_report(path: Path, content: ReportContent) -> None:
    """Write the report of a submission as one HTML file, atomically.

    Equal contents give equal bytes: nothing but `content` and the package enters the page.

    Raises
    ------
    OutputError : `path` cannot be written
    """
    write_text(path, render_report(content))


def render_report(content: ReportContent) -> str:
    """The report as HTML; every text that comes from `content` is escaped."""
    environment = Environment(
        loader=PackageLoader("spectramind.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Both are ours, and the page's security policy admits no script but the one of this digest.
    style, script = (
        Markup(environment.get_template(name).render())
        for name in ("report.css.j2", "explorer.js.j2")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    many = len(content.planets) > MANY_PLANETS
    return environment.get_template("report.html.j2").render(
        style=style,
        script=script,
        script_digest=digest,
        verdict=verdict_of(content),
        validation=content.validation,
        fallbacks=[planet for planet in content.planets if planet.status == "fallback"],
        survey=_survey(content),
        precision=_precision(content),
        truth_known=any(planet.truth is not None for planet in content.planets),
        planets=_planets(content, COARSE if many else FINE),
        planet_count=counted(len(content.planets), "planet"),
        many=many,
        configuration=content.configuration,
        provenance=content.provenance,
    )


def _survey(content: ReportContent) -> Markup:
    """Overview of all planets; empty for a single one, which needs none."""
    if len(content.planets) < 2:
        return Markup()
    depth = np.array([planet.mu[1:].mean() for planet in content.planets])
    sigma = np.array([np.median(planet.sigma[1:]) for planet in content.planets])
    fallback = np.array([planet.status == "fallback" for planet in content.planets])
    return Markup(survey_figure(depth, sigma, fallback))


def _precision(content: ReportContent) -> Markup:
    """Stated sigma by channel, over the planets that are no fallback; empty for less than two."""
    planets = [planet for planet in content.planets if planet.status == "ok"]
    if len(planets) < 2:
        return Markup()
    errors = [planet.mu - planet.truth for planet in planets if planet.truth is not None]
    sigma = np.stack([planet.sigma for planet in planets])
    known = np.stack(errors) if errors else None
    return Markup(precision_figure(content.wavelength, sigma, known))


def _planets(content: ReportContent, detail: Detail) -> Iterator[PlanetView]:
    """One view at a time, so that the figures of a whole survey are never held twice."""
    for planet in content.planets:
        figure = spectrum_figure(content.wavelength, planet.mu, planet.sigma, planet.truth, detail)
        yield PlanetView(
            name=str(planet.planet_id),
            status=planet.status,
            note=planet.note,
            depth=_depth(planet),
            spectrum=Markup(figure),
            curves=tuple(_light_curve(white, detail) for white in planet.white),
        )


def _depth(planet: PlanetPanel) -> str:
    depth, sigma = planet.mu[1:].mean() * PPM, np.median(planet.sigma[1:]) * PPM
    return f"{grouped(depth)} ± {grouped(sigma)} ppm"


def _light_curve(white: WhiteLightCurve, detail: Detail) -> LightCurveView:
    good = np.isfinite(white.flux) & np.isfinite(white.sigma)
    scatter = "every sample is masked"
    if good.any():
        rms = float(np.std(white.flux[good] - white.model[good])) * PPM
        scatter = f"scatter {rms:.0f} ppm, expected {np.median(white.sigma[good]) * PPM:.0f} ppm"
    name = f"{white.instrument}, visit {white.visit}"
    figure = Markup(light_curve_figure(white, detail))
    return LightCurveView(name, figure, scatter)
