"""The plane that every figure is drawn on: 1000 x 500 units, stretched to the room there is.

A figure is an `svg` that fills its container. What is drawn inside is stretched with it, while
strokes and letters keep their size, so that one drawing serves a phone and a wide screen. Colours
come from the page's style by class, for light, dark and print alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from spectramind.report.axis import Axis

WIDTH, HEIGHT = 1000, 500


@dataclass(frozen=True)
class Detail:
    """How finely figures are drawn.

    bins       points of a light curve
    tolerance  largest error of a curve along y, of 500 units
    stride     channels of a spectrum that share a corner of its bands
    """

    bins: int
    tolerance: float
    stride: int


FINE = Detail(bins=240, tolerance=0.8, stride=1)
COARSE = Detail(bins=50, tolerance=3.0, stride=7)
"""For surveys of many planets, whose report must stay a small file."""


@dataclass(frozen=True)
class Ticks:
    """About how many ticks a linear axis gets; across 0 leaves the axis without labels."""

    across: int
    upward: int


def path(name: str, data: str) -> str:
    """A path of class `name`; nothing where there is nothing to draw."""
    return f'<path class="{name}" d="{data}"/>' if data else ""


def figure(drawing: str, x: Axis, y: Axis, ticks: Ticks, label: str) -> str:
    """Put grid, tick labels and an accessible name around a drawing.

    Returns
    -------
    one `svg` element
    """
    across = (
        [(place / WIDTH, text) for place, text in x.ticks(ticks.across)] if ticks.across else []
    )
    upward = [(place / HEIGHT, text) for place, text in y.ticks(ticks.upward)]
    grid = "".join(f"M0 {HEIGHT * share:.0f}h{WIDTH}" for share, _ in upward)
    grid += "".join(f"M{WIDTH * share:.0f} {HEIGHT}v-9" for share, _ in across)
    below = "".join(f'<text x="{100 * share:.3g}%">{text}</text>' for share, text in across)
    beside = "".join(f'<text y="{100 * share:.3g}%">{text}</text>' for share, text in upward)
    labels = (f'<svg class="x" y="100%">{below}</svg>' if below else "") + f"<g>{beside}</g>"
    return (
        f'<svg class="plot" role="img" aria-label="{escape(label)}">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f"{path('grid', grid)}{drawing}</svg>{labels}</svg>"
    )
