"""How a model came about: loss terms, its learned graph, how far a leaderboard would shake."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spectramind.report.figure import Axis, Colour, Figure, Layer, missing
from spectramind.report.figures.scales import WAVELENGTH
from spectramind.report.training_record import TrainingCurves

FloatArray = NDArray[np.float64]

_COLOURS: tuple[Colour, ...] = ("a", "b", "c", "d", "e", "f")
_EDGES = 120
_BINS = 40


def training_figures(curves: TrainingCurves | None) -> tuple[Figure, ...]:
    """Score and loss terms by epoch, each on an axis of its own."""
    if curves is None:
        sentence = "No training curves were kept: this model is not trained epoch by epoch."
        return (missing("training", "Training", sentence),)
    return tuple(
        Figure(
            f"training_{number}",
            f"Training: {name}",
            Axis("epoch"),
            Axis(name),
            (
                Layer(
                    "line", name, _COLOURS[number % len(_COLOURS)], curves.epoch, values, step=1e-5
                ),
            ),
        )
        for number, (name, values) in enumerate(curves.values.items())
    )


def strongest_edges(graph: FloatArray, count: int) -> list[tuple[int, int, float]]:
    """Channel, channel and weight of the strongest pairs, both directions together.

    Parameters
    ----------
    graph : (283, 283) weight from channel (column) to channel (row)
    """
    both = np.triu(graph + graph.T, 1)
    order = np.argsort(-both, axis=None)[:count]
    pairs = zip(*np.unravel_index(order, both.shape), strict=True)
    return [(int(a), int(b), float(both[a, b])) for a, b in pairs if both[a, b] > 0]


def graph_figures(graphs: Mapping[str, FloatArray], wavelength: FloatArray) -> tuple[Figure, ...]:
    """Learned weights between channels: as a matrix, and the strongest edges as arcs."""
    if not graphs:
        return (missing("graph", "Learned graph", "This model has not learned a graph."),)
    return tuple(
        figure
        for number, (name, graph) in enumerate(graphs.items())
        for figure in _graph_figures(number, name, graph, wavelength)
    )


def _graph_figures(
    number: int, name: str, graph: FloatArray, wavelength: FloatArray
) -> tuple[Figure, Figure]:
    channels = np.arange(1.0, len(graph) + 1.0)
    names = tuple(f"{wave:.3f} µm" for wave in wavelength)
    top = max(float(graph.max()), 1e-12)
    matrix = Layer("heat", "weight", "answer", channels, graph / top, names=names)
    edges = strongest_edges(graph, _EDGES)
    start, end, weight = (np.array([edge[part] for edge in edges]) for part in range(3))
    arcs = Layer(
        "arcs",
        "edge",
        "answer",
        wavelength[start.astype(np.intp)],
        wavelength[end.astype(np.intp)],
        weight / max(float(weight.max(initial=0.0)), 1e-12),
    )
    axes = Axis("from channel"), Axis("to channel")
    return (
        Figure(f"graph_{number}", f"Graph of {name}", *axes, (matrix,)),
        Figure(
            f"edges_{number}",
            f"Strongest edges of {name}",
            WAVELENGTH,
            Axis("", low=0.0, high=1.0),
            (arcs,),
        ),
    )


def shake_up_figure(shake_up: FloatArray | None) -> Figure:
    """Private minus public score over random splits."""
    key, title = "shake_up", "Shake-up"
    if shake_up is None:
        return missing(key, title, "The shake-up of this model was not simulated.")
    counts, edges = np.histogram(shake_up, bins=_BINS)
    middle = 0.5 * (edges[1:] + edges[:-1])
    bars = Layer(
        "bars", "splits", "answer", middle, counts.astype(np.float64), step=1.0, x_step=1e-6
    )
    caption = "How far the private score may lie from the public one by chance alone."
    axes = Axis("private − public score"), Axis("random splits", low=0.0)
    return Figure(key, title, *axes, (bars,), caption)
