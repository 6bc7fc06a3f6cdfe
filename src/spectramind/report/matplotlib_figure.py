"""The report's figures on paper: needs matplotlib (extra `plot`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import ConfigurationError
from spectramind.report.figure import Axis, Colour, Figure, Layer, edges, of_planet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

FloatArray = NDArray[np.float64]

_COLOURS: dict[Colour, str] = {
    "answer": "#1f5fa8", "wide": "#0f8b8d", "truth": "#b4540a", "physics": "#2f7d5b",
    "data": "#6b7686", "fallback": "#b3261e", "a": "#1f5fa8", "b": "#b4540a", "c": "#2f7d5b",
    "d": "#8a3f9e", "e": "#8a6d00", "f": "#a33457",
}  # fmt: skip
_CUT_SHARE = 0.07
"""Of the axis for the side of FGS1, as in the page."""
_HEAT_LIMIT = 3.0


def draw(figure: Figure, planet: int = 0) -> Drawing:
    """Draw a figure with matplotlib, for papers and slides.

    Parameters
    ----------
    figure : what `spectramind.report.figures` returns
    planet : which planet, where the figure is one of each planet

    Raises
    ------
    ConfigurationError : matplotlib is not installed
    """
    try:
        from matplotlib.figure import Figure as NewDrawing
    except ImportError as error:
        text = "figures on paper need matplotlib: pip install matplotlib"
        raise ConfigurationError(text) from error
    drawing = NewDrawing(figsize=(9.0 if figure.wide else 6.0, 3.6), layout="constrained")
    axes = drawing.subplots()
    axes.set_title(figure.title, fontsize="medium")
    layers = [of_planet(layer, planet) for layer in figure.layers if layer.shown]
    layers = [layer for layer in layers if np.isfinite(layer.y).any()]
    if not layers:
        axes.text(0.5, 0.5, figure.absent, ha="center", wrap=True, transform=axes.transAxes)
        axes.set_axis_off()
        return drawing
    _scales(axes, figure, layers)
    for layer in layers:
        _LAYERS[layer.kind](axes, layer, figure.x)
    if len({layer.label for layer in layers}) > 1:
        axes.legend(fontsize="x-small", frameon=False, ncols=3)
    return drawing


def _name(axis: Axis) -> str:
    return f"{axis.label} ({axis.unit})" if axis.unit else axis.label


def _scales(axes: Axes, figure: Figure, layers: list[Layer]) -> None:
    axes.set(xlabel=_name(figure.x), ylabel=_name(figure.y))
    if figure.x.log:
        axes.set_xscale("log")
    if figure.y.log:
        axes.set_yscale("log")
    if figure.x.cut is not None:
        _cut(axes, figure.x.cut, layers)


def _cut(axes: Any, cut: tuple[float, float], layers: list[Layer]) -> None:
    """Leave the gap between FGS1 and AIRS out of the axis."""
    x = np.concatenate([layer.x for layer in layers])
    low, high = float(np.nanmin(x)) - 0.15, float(np.nanmax(x))
    places = np.array([low, cut[0], cut[1], high])
    shares = np.array([0.0, _CUT_SHARE, _CUT_SHARE + 0.02, 1.0])

    def forward(values: FloatArray) -> FloatArray:
        return np.asarray(np.interp(values, places, shares), dtype=np.float64)

    def backward(values: FloatArray) -> FloatArray:
        return np.asarray(np.interp(values, shares, places), dtype=np.float64)

    axes.set_xscale("function", functions=(forward, backward))
    axes.set_xlim(low, high)
    axes.set_xticks([0.7, *np.arange(2.0, high, 0.2)])
    axes.axvline(0.5 * (cut[0] + cut[1]), color="0.8", lw=0.8, ls=":")


def _sides(layer: Layer, axis: Axis) -> Iterator[slice]:
    """Parts of a layer on either side of the axis' cut."""
    borders = [0, len(layer.x)]
    if axis.cut is not None:
        borders.insert(1, int(np.searchsorted(layer.x, axis.cut[0])))
    return (slice(*pair) for pair in pairwise(borders) if pair[0] < pair[1])


def _line(axes: Axes, layer: Layer, axis: Axis) -> None:
    style = "--" if layer.colour == "truth" else "-"
    for number, part in enumerate(reversed(list(_sides(layer, axis)))):
        alone = part.stop - part.start == 1
        axes.plot(
            layer.x[part],
            layer.y[part],
            "o" if alone else style,
            ms=4,
            lw=1.2,
            color=_COLOURS[layer.colour],
            label=None if number else layer.label,
        )


def _band(axes: Axes, layer: Layer, axis: Axis) -> None:
    low, high = edges(layer)
    colour = _COLOURS[layer.colour]
    for number, part in enumerate(reversed(list(_sides(layer, axis)))):
        if part.stop - part.start == 1:
            axes.vlines(layer.x[part], low[part], high[part], color=colour, alpha=0.3, lw=6)
            continue
        label = None if number else layer.label
        axes.fill_between(
            layer.x[part], low[part], high[part], color=colour, alpha=0.18, lw=0, label=label
        )


def _points(axes: Axes, layer: Layer, _: Axis) -> None:
    axes.plot(layer.x, layer.y, ".", ms=3, color=_COLOURS[layer.colour], label=layer.label)


def _bars(axes: Axes, layer: Layer, _: Axis) -> None:
    width = 0.9 * float(layer.x[1] - layer.x[0]) if len(layer.x) > 1 else 0.9
    axes.bar(layer.x, layer.y, width, color=_COLOURS[layer.colour], alpha=0.55, label=layer.label)


def _heat(axes: Axes, layer: Layer, _: Axis) -> None:
    signed = bool((layer.y < 0).any())
    low, high, colours = (-_HEAT_LIMIT, _HEAT_LIMIT, "RdBu_r") if signed else (0.0, None, "Blues")
    image = axes.pcolormesh(
        layer.x, np.arange(len(layer.y)), layer.y, vmin=low, vmax=high, cmap=colours,
        rasterized=True,
    )  # fmt: skip
    axes.invert_yaxis()
    axes.figure.colorbar(image, ax=axes, label=layer.label)


def _rug(axes: Axes, layer: Layer, _: Axis) -> None:
    where = layer.x[layer.y > 0]
    colour, upper = _COLOURS[layer.colour], axes.get_xaxis_transform()
    axes.vlines(where, 0.96, 1.0, color=colour, lw=1, transform=upper, label=layer.label)


def _profile(axes: Axes, layer: Layer, _: Axis) -> None:
    lower = axes.get_xaxis_transform()
    colour = _COLOURS[layer.colour]
    axes.plot(layer.x, 0.3 * layer.y, ":", lw=1, color=colour, transform=lower, label=layer.label)


def _arcs(axes: Axes, layer: Layer, _: Axis) -> None:
    assert layer.high is not None
    turn = np.linspace(0.0, np.pi, 40)
    for start, end, strength in zip(layer.x, layer.y, layer.high, strict=True):
        across = 0.5 * (start + end) + 0.5 * (end - start) * np.cos(turn)
        rise = 0.5 * abs(end - start) * np.sin(turn)
        axes.plot(across, rise, lw=1, color=_COLOURS[layer.colour], alpha=max(0.08, strength))
    axes.set_yticks([])


def _names(axes: Axes, layer: Layer, _: Axis) -> None:
    for x, y, name in zip(layer.x, layer.y, layer.names, strict=True):
        axes.annotate(name, (x, y), (4, 3), textcoords="offset points", fontsize="xx-small")


_LAYERS: dict[str, Callable[[Any, Layer, Axis], None]] = {
    "line": _line, "band": _band, "points": _points, "bars": _bars, "heat": _heat, "rug": _rug,
    "profile": _profile, "arcs": _arcs, "names": _names,
}  # fmt: skip
