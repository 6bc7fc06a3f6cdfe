"""The figure of one fitted planet, from its product to a PNG beside it."""

from __future__ import annotations

from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.pipeline.places import places
from spectramind.pipeline.sources import source_of
from spectramind.provenance.atomic import atomic_path
from spectramind.report.fit_figure import draw_fit
from spectramind.transit.planet_fit_product import read_planet_fit
from spectramind.transit.product import read_posterior


def write_fit_figure(config: Config, planet_id: int) -> Path:
    """Draw the fit of one planet; return the path of the PNG.

    Raises
    ------
    ConfigurationError : matplotlib is not installed
    """
    product = places(config).posterior(planet_id)
    fit = read_planet_fit(product) if config.model.name == "physics" else None
    posterior = fit.posterior if fit else read_posterior(product)
    figure = draw_fit(posterior, fit, source_of(config).wavelength)
    path = product.with_suffix(".png")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
    return path
