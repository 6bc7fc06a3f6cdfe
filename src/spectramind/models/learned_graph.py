"""The graph that a trained network has learned, from its checkpoint's arrays alone: no torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NEIGHBOURS = 8
"""Edges into each channel that `typed_graph.LearnedRelation` keeps by default."""
_LISTENING, _TELLING = "learned.listening", "learned.telling"
_RELATIONAL = re.compile(r"calibrators\.relational\.\d+\.network\.operators")


def learned_weights(listening: FloatArray, telling: FloatArray, neighbours: int) -> FloatArray:
    """(channel, channel) weights of `LearnedRelation`: the k best of a softmax, rows sum to one.

    Parameters
    ----------
    listening, telling : (channel, width) embeddings
    """
    similarity = listening @ telling.T
    np.fill_diagonal(similarity, -np.inf)
    soft = np.exp(similarity - similarity.max(axis=1, keepdims=True))
    least = np.partition(soft, -neighbours, axis=1)[:, -neighbours, None]
    kept = np.where(soft >= least, soft, 0.0)
    weights: FloatArray = kept / kept.sum(axis=1, keepdims=True)
    return weights


def learned_graphs(arrays: Mapping[str, NDArray[Any]]) -> dict[str, FloatArray]:
    """(channel, channel) weight from column to row, mean over networks; empty without any.

    COREL keeps its learnt relation mixed with the physical ones: its graph is their mean.
    """
    network: list[FloatArray] = [
        learned_weights(
            np.asarray(values, dtype=np.float64),
            np.asarray(arrays[name.removesuffix(_LISTENING) + _TELLING], dtype=np.float64),
            NEIGHBOURS,
        )
        for name, values in arrays.items()
        if name.endswith(_LISTENING)
    ]
    relational: list[FloatArray] = [
        np.asarray(np.mean(values, axis=0), dtype=np.float64)
        for name, values in arrays.items()
        if _RELATIONAL.fullmatch(name) and len(values)
    ]
    found = {"the network": network, "COREL": relational}
    return {name: _without_loops(graphs) for name, graphs in found.items() if graphs}


def _without_loops(graphs: list[FloatArray]) -> FloatArray:
    """Mean of some graphs; what a channel tells itself is no edge."""
    mean: FloatArray = np.mean(graphs, axis=0, dtype=np.float64)
    np.fill_diagonal(mean, 0.0)
    return mean
