"""Curves as short SVG path data: whole coordinates, relative steps, no superfluous points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def simplified(x: FloatArray, y: FloatArray, tolerance: float) -> IntArray:
    """Indices of the points that are enough to draw a curve within `tolerance`.

    Ramer (1972), doi:10.1016/S0146-664X(72)80017-0, and Douglas & Peucker (1973), with the
    distance taken along y, as x ascends.

    Parameters
    ----------
    x, y : (point,) coordinates, x strictly ascending
    tolerance : largest distance along y between the curve and its simplification

    Returns
    -------
    (kept,) ascending, first and last point included
    """
    keep = np.zeros(len(x), dtype=np.bool_)
    keep[[0, -1]] = True
    spans = [(0, len(x) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        slope = (y[last] - y[first]) / (x[last] - x[first])
        distance = np.abs(y[inner] - y[first] - slope * (x[inner] - x[first]))
        farthest = int(np.argmax(distance))
        if distance[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)


def polyline(x: FloatArray, y: FloatArray, tolerance: float) -> str:
    """Path data of an open curve through (x, y), each (point,) in drawing units."""
    kept = simplified(x, y, tolerance)
    return _steps(x[kept], y[kept])


def ribbon(x: FloatArray, low: FloatArray, high: FloatArray, tolerance: float) -> str:
    """Path data of the area between two curves over x, each (point,) in drawing units."""
    there, back = simplified(x, high, tolerance), simplified(x, low, tolerance)[::-1]
    outline_x, outline_y = np.r_[x[there], x[back]], np.r_[high[there], low[back]]
    return _steps(outline_x, outline_y) + "z"


def dots(x: FloatArray, y: FloatArray) -> str:
    """Path data of single points: strokes of no length, which a round line cap makes visible."""
    if not len(x):
        return ""
    columns, rows = _whole(x), _whole(y)
    moves = zip(np.diff(columns).tolist(), np.diff(rows).tolist(), strict=True)
    start = f"M{columns[0]} {rows[0]}z"
    return start + "".join(f"m{_pair(right, down)}z" for right, down in moves)


def _whole(values: FloatArray) -> IntArray:
    return np.rint(values).astype(np.int64)


def _pair(right: int, down: int) -> str:
    return f"{right}{down}" if down < 0 else f"{right} {down}"


def _steps(x: FloatArray, y: FloatArray) -> str:
    """Path data through rounded points, written as steps from one to the next."""
    columns, rows = _whole(x), _whole(y)
    steps = [
        _pair(right, down)
        for right, down in zip(np.diff(columns).tolist(), np.diff(rows).tolist(), strict=True)
        if right or down
    ]
    text = "".join(step if step[0] == "-" or not i else f" {step}" for i, step in enumerate(steps))
    return f"M{columns[0]} {rows[0]}l{text}" if steps else f"M{columns[0]} {rows[0]}z"
