"""The data of a page: every array once, the figures as references to them, all of it inert."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from spectramind.report.content import PlanetSet
from spectramind.report.figure import Axis, Figure, Layer
from spectramind.report.packing import PackedArray, pack

FloatArray = NDArray[np.float64]

_FULL_COLOUR = 3.0
"""Error / sigma at which a heat map of both signs has its full colour."""


@dataclass
class ArrayStore:
    """Packed arrays by name; equal arrays are kept once."""

    arrays: dict[str, PackedArray] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def name(self, values: FloatArray, step: float) -> str:
        """Name under which `values` are in the page."""
        content = np.ascontiguousarray(values, dtype=np.float64)
        key = hashlib.sha256(content.tobytes() + f"{content.shape}{step}".encode()).hexdigest()
        if key not in self._known:
            self._known[key] = f"array-{len(self.arrays)}"
            self.arrays[self._known[key]] = pack(content, step)
        return self._known[key]


def inert_json(value: Any) -> Markup:
    """JSON for a script element that is never run: no text in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))


def figures_of(
    figures: Iterable[Figure], planets: PlanetSet, store: ArrayStore
) -> dict[str, dict[str, Any]]:
    """Figures as the page reads them, by key; their arrays go into the `store`."""
    return {figure.key: _figure(figure, planets, store) for figure in figures}


def _figure(figure: Figure, planets: PlanetSet, store: ArrayStore) -> dict[str, Any]:
    family = any(layer.kind != "heat" and layer.y.ndim == 2 for layer in figure.layers)
    return {
        "key": figure.key,
        "title": figure.title,
        "caption": figure.caption,
        "optional": figure.optional,
        "family": family,
        "notes": list(figure.notes),
        "x": _axis(figure.x),
        "y": _axis(figure.y),
        "layers": [_layer(layer, planets, store) for layer in figure.layers],
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "label": axis.label,
        "unit": axis.unit,
        "log": axis.log,
        "low": axis.low,
        "high": axis.high,
        "cut": axis.cut,
    }


def _layer(layer: Layer, planets: PlanetSet, store: ArrayStore) -> dict[str, Any]:
    names: Sequence[str] | str = layer.names
    if layer.names == planets.planet_ids and layer.names:
        names = "planets"
    one_sign = layer.kind == "heat" and not (layer.y < 0).any()
    return {
        "kind": layer.kind,
        "label": layer.label,
        "colour": layer.colour,
        "shown": layer.shown,
        "names": names,
        "limit": 1.0 if one_sign else _FULL_COLOUR,
        "x": store.name(layer.x, layer.x_step),
        "y": store.name(layer.y, layer.x_step if layer.kind == "arcs" else layer.step),
        "high": None if layer.high is None else store.name(layer.high, layer.step),
        "spread": None if layer.spread is None else store.name(layer.spread, layer.step),
        "width": layer.width,
    }


def orders(planets: PlanetSet) -> dict[str, list[float] | None]:
    """Keys by which planets can be listed, smallest first; None keeps the given order."""
    keys: dict[str, list[float] | None] = {"as given": None}
    if planets.planet_ids:
        sigma = np.median(planets.sigma[:, 1:], axis=1)
        keys["largest sigma first"] = (-1e6 * sigma).round(2).tolist()
    if planets.truth is not None and planets.judged.any():
        z = (planets.mu - planets.truth) / planets.sigma
        rms = np.sqrt(np.mean(z**2, axis=1))
        keys["largest error / sigma first"] = np.where(planets.judged, -rms, 0.0).round(3).tolist()
    return keys


def page_data(
    figures: Iterable[Figure], planets: PlanetSet, store: ArrayStore
) -> Mapping[str, Any]:
    """Everything that the page's script reads."""
    first = next((row for row, kind in enumerate(planets.kinds) if kind != "fallback"), 0)
    drawn = figures_of(figures, planets, store)
    return {
        "planets": list(planets.planet_ids),
        "kinds": list(planets.kinds),
        "notes": list(planets.notes),
        "first": first,
        "orders": orders(planets),
        "facts": [{"name": fact.name, "values": list(fact.values)} for fact in planets.facts],
        "figures": drawn,
        "arrays": {
            name: {"shape": list(packed.shape), "step": packed.step}
            for name, packed in store.arrays.items()
        },
    }
