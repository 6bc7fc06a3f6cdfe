"""A report of 1,100 planets: time and memory to make it, its size, and how soon it is open."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "report"))

from chromium import browser_program, chromium
from report_planets import ORIGIN, random_planets, valid

from spectramind.detector.light_curves import DetectorHealth, LightCurve, VisitLightCurves
from spectramind.detector.product import write_light_curves
from spectramind.pipeline.planet_panels import gather
from spectramind.report.page import render
from spectramind.report.pages import submission_page
from spectramind.report.verdict import Scores
from spectramind.transit.posterior import DepthPosterior, WhiteLightCurve
from spectramind.transit.product import write_posterior

PLANETS = 1100
_DRAWN = "document.querySelector('#figure-spectrum .plot svg .layer') !== null"


def _curve(name: str, samples: int, channels: int) -> LightCurve:
    shape, series = (samples, channels), np.ones(samples)
    return LightCurve(
        name,  # type: ignore[arg-type]
        np.linspace(0.0, 7.5, samples),
        np.linspace(0.7, 3.9, channels),
        np.ones(shape),
        np.ones(shape),
        np.zeros(shape, dtype=np.bool_),
        5,
        DetectorHealth(7, 1234, series, series),
    )


def _products(folder: Path) -> None:
    """Fit and light curves of one planet at full size, under the names of all planets."""
    white = tuple(
        WhiteLightCurve(name, visit, *np.ones((4, 375)).cumsum(axis=1))  # type: ignore[arg-type]
        for visit in (0, 1)
        for name in ("FGS1", "AIRS-CH0")
    )
    depth = np.full(283, 0.01)
    posterior = DepthPosterior(
        0, "joint", depth, depth**4, np.zeros((283, 12)), (), {"impact": 0.1}, white
    )
    visit = VisitLightCurves(0, 0, _curve("FGS1", 1350, 1), _curve("AIRS-CH0", 1125, 282))
    write_posterior(folder / "fit" / "0.nc", posterior, {})
    write_light_curves(folder / "reduced" / "0_0.nc", visit)
    for planet in range(1, PLANETS):
        (folder / "fit" / f"{planet}.nc").hardlink_to(folder / "fit" / "0.nc")
        (folder / "reduced" / f"{planet}_0.nc").hardlink_to(folder / "reduced" / "0_0.nc")


def _reading(folder: Path) -> None:
    _products(folder)
    start, used = time.perf_counter(), time.process_time()
    gather(range(PLANETS), folder / "fit", folder / "reduced", lambda *_: None)
    wall, used = time.perf_counter() - start, time.process_time() - used
    print(f"products of {PLANETS} planets read: {wall:.1f} s, {used:.1f} s of one processor")


def _making() -> str:
    planets = random_planets(PLANETS)
    start, used = time.perf_counter(), time.process_time()
    html = render(submission_page(planets, valid(PLANETS), ORIGIN, Scores(None, None, None)))
    wall, used = time.perf_counter() - start, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = len(html.encode()) / 1e6
    print(f"page made: {wall:.1f} s, {used:.1f} s of one processor, {memory:.2f} GB, {size:.1f} MB")
    return html


def _opening(file: Path) -> None:
    program = browser_program()
    if program is None:
        print("no Chromium: how soon the page is open was not measured")
        return
    with chromium(program, file.parent / "profile") as browser:
        for _ in range(3):
            browser.load(file)
            browser.wait(_DRAWN)
            opened = browser.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
            drawn = browser.run("performance.now()")
            print(f"loaded after {opened:.0f} ms, first spectrum drawn by {drawn:.0f} ms")


def main() -> None:
    """Print the figures of the README."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _reading(folder)
        file = folder / "report.html"
        file.write_text(_making(), encoding="utf-8")
        _opening(file)
