"""Cost of a visit, and what it makes of 1,000 to 1,000,000 visits: hours, euros, bandwidth.

Prices and bandwidths are assumptions, printed with the table; everything else is measured here.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from spectramind.conf.compose import compose
from spectramind.detector.light_curves import VisitLightCurves
from spectramind.detector.product import write_light_curves
from spectramind.detector.reduce import reduce_visit
from spectramind.models.physics import generic_model
from spectramind.pipeline.simulate import simulate
from spectramind.survey.discovery import Survey, open_survey
from spectramind.transit.joint import fit_planet

EURO_PER_CORE_HOUR = 0.04
"""A shared virtual core of a public cloud, list price."""

BANDWIDTHS = {"one disk": 0.2, "network file system": 1.0, "object store": 10.0}
"""GB/s that all workers share."""

VISITS = (1_000, 100_000, 1_000_000)


def _processor(work: object) -> tuple[object, float]:
    start = time.process_time()
    value = work()  # type: ignore[operator]
    return value, time.process_time() - start


def measure(folder: Path) -> dict[str, float]:
    """Processor seconds and GB of one full-size visit, from frames to posterior."""
    survey_folder = folder / "survey"
    own = ["sim.train=1", "sim.test=1", "sim.seed=3", "runtime.executor=serial"]
    config = compose([*own, f"paths.out={survey_folder}"])
    simulate(config, lambda *_: None)
    survey: Survey = open_survey(survey_folder, "test")
    planet = survey.planet(survey.planet_ids[0])
    visit = planet.visits[0]
    reduce_visit(visit, survey, config.detector)
    curves, reduction = _processor(lambda: reduce_visit(visit, survey, config.detector))
    assert isinstance(curves, VisitLightCurves)
    priors = generic_model(survey.wavelength, config.transit).priors
    star = survey.star(planet.id)
    fit_planet([curves], star, priors, config.transit)
    _, fitting = _processor(lambda: fit_planet([curves], star, priors, config.transit))
    product = folder / "product.nc"
    write_light_curves(product, curves)
    return {
        "raw_gb": sum(file.stat().st_size for file in visit.files()) / 1e9,
        "product_gb": product.stat().st_size / 1e9,
        "reduce": reduction,
        "fit": fitting,
    }


def report(cost: dict[str, float]) -> str:
    """Table of survey sizes, and the number of cores at which each store is exhausted."""
    seconds = cost["reduce"] + cost["fit"]
    lines = [
        f"one visit: {cost['raw_gb'] * 1e3:.0f} MB raw, {cost['product_gb'] * 1e3:.1f} MB reduced; "
        f"reduce {cost['reduce']:.2f} s, fit {cost['fit']:.2f} s of one core",
        "",
        f"{'visits':>9}  {'core hours':>10}  {'euro':>8}  {'raw TB':>7}  {'reduced TB':>10}",
    ]
    for visits in VISITS:
        hours = visits * seconds / 3600
        lines.append(
            f"{visits:>9,}  {hours:>10.1f}  {hours * EURO_PER_CORE_HOUR:>8.2f}  "
            f"{visits * cost['raw_gb'] / 1e3:>7.1f}  {visits * cost['product_gb'] / 1e3:>10.2f}"
        )
    lines += ["", f"at {EURO_PER_CORE_HOUR} euro a core hour; cores that exhaust a store:"]
    for name, bandwidth in BANDWIDTHS.items():
        whole = bandwidth / (cost["raw_gb"] / seconds)
        reduction = bandwidth / (cost["raw_gb"] / cost["reduce"])
        hours = VISITS[-1] * cost["raw_gb"] / bandwidth / 3600
        lines.append(
            f"  {name:<20} {bandwidth:>5.1f} GB/s  {reduction:>6.1f} reducing, {whole:>6.1f} doing "
            f"both; 1,000,000 visits in {hours:.0f} h at best"
        )
    return "\n".join(lines)


def main() -> None:
    """Make a survey of two full-size planets, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        print(report(measure(Path(folder))))
