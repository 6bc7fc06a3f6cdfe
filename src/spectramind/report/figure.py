"""What a figure is: axes and layers of arrays, drawn by the page and by matplotlib alike.

Nothing here draws. `report/assets/chart.js` draws a figure in the page, `matplotlib_figure.draw` on
paper; both read the same arrays, so that a figure is defined once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Kind = Literal["line", "band", "points", "bars", "heat", "rug", "profile", "arcs", "names"]
"""line     y over x, broken at the axis' cut; a point alone on its side is a dot
band     area from y to high, or `width` times spread on either side of y
points   one dot each
bars     from 0 to y, centred at x, one next to the other
heat     y : (row, column) colours; x : (column,)
rug      ticks at the upper edge where y is above 0, stronger with y
profile  y in 0..1, drawn from the lower edge without a scale of its own
arcs     from x to y along the horizontal axis, stronger with high in 0..1
names    the layer's `names` written beside (x, y)"""

Colour = Literal[
    "answer", "wide", "truth", "physics", "data", "fallback", "a", "b", "c", "d", "e", "f"
]


@dataclass(frozen=True)
class Axis:
    """One axis.

    unit       shown behind the label; empty for a pure number
    low, high  fixed ends; None takes them from the layers
    cut        (from, to) left out of the axis: the gap between FGS1 and AIRS
    """

    label: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    cut: tuple[float, float] | None = None


@dataclass(frozen=True)
class Layer:
    """One thing drawn in a figure.

    x, y, high, spread
                (point,), or (planet, point) where every planet has its own; heat: see `Kind`
    width       see `Kind`, band
    step        values are kept in the page as multiples of it
    x_step      the same for x
    shown       whether it is drawn before anyone asks for it
    names       of points (planet ids), of the rows of a heat map, or texts to write
    """

    kind: Kind
    label: str
    colour: Colour
    x: FloatArray
    y: FloatArray
    high: FloatArray | None = None
    spread: FloatArray | None = None
    width: float = 1.0
    step: float = 1e-3
    x_step: float = 1e-4
    shown: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure, or the sentence that stands in its place.

    key       name in the page and of the files it is saved to
    caption   what to look for, one sentence
    absent    sentence where there is nothing to draw, for a planet or at all
    notes     (planet,) text beside the title, where the figure is one of each planet
    optional  leave it out for planets that have nothing to draw
    wide      takes the whole width of the page
    """

    key: str
    title: str
    x: Axis
    y: Axis
    layers: tuple[Layer, ...]
    caption: str = ""
    absent: str = "There is nothing to draw."
    notes: tuple[str, ...] = ()
    optional: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """Figures that belong together, under a heading."""

    title: str
    hint: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = field(default=())


@dataclass(frozen=True)
class Table:
    """Rows of text under a heading; `absent` stands in its place where there are none."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    absent: str = ""


def missing(key: str, title: str, sentence: str) -> Figure:
    """A figure that says why it is not there."""
    return Figure(key, title, Axis(""), Axis(""), (), absent=sentence)


def of_planet(layer: Layer, planet: int) -> Layer:
    """The layer of one planet, where it is one of each planet."""
    if layer.kind == "heat":
        return layer

    def row(values: FloatArray | None) -> FloatArray | None:
        return values[planet] if values is not None and values.ndim == 2 else values

    x, y = row(layer.x), row(layer.y)
    assert x is not None
    assert y is not None
    return replace(layer, x=x, y=y, high=row(layer.high), spread=row(layer.spread))


def edges(layer: Layer) -> tuple[FloatArray, FloatArray]:
    """Lower and upper edge of a band."""
    if layer.spread is not None:
        return layer.y - layer.width * layer.spread, layer.y + layer.width * layer.spread
    assert layer.high is not None
    return layer.y, layer.high
