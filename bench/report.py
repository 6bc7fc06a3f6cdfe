"""A report of 1,100 planets: time and memory to make it, its size, and how soon it is open."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "report"))

from chromium import browser_program, chromium
from report_planets import ORIGIN, random_planets, valid

from spectramind.report.page import render
from spectramind.report.pages import submission_page

PLANETS = 1100
_DRAWN = "document.querySelector('#figure-spectrum .plot svg .layer') !== null"


def main() -> None:
    """Print the figures of the README."""
    planets = random_planets(PLANETS)
    start = time.perf_counter()
    html = render(submission_page(planets, valid(PLANETS), ORIGIN, None, None))
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{PLANETS} planets: {seconds:.1f} s, {memory:.2f} GB, {len(html.encode()) / 1e6:.1f} MB")
    program = browser_program()
    if program is None:
        print("no Chromium: how soon it is open was not measured")
        return
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "report.html"
        file.write_text(html, encoding="utf-8")
        with chromium(program, Path(name) / "profile") as browser:
            for _ in range(3):
                browser.load(file)
                browser.wait(_DRAWN)
                opened = browser.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
                drawn = browser.run("performance.now()")
                print(f"loaded after {opened:.0f} ms, first spectrum drawn by {drawn:.0f} ms")
