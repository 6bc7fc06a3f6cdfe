"""The graph that a trained network has learned, from its checkpoint's arrays alone: no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NEIGHBOURS = 8
"""Edges into each channel that `typed_graph.LearnedRelation` keeps by default."""
_LISTENING, _TELLING = "learned.listening", "learned.telling"


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


def learned_graph(arrays: Mapping[str, NDArray[Any]]) -> FloatArray | None:
    """(channel, channel) weight from column to row, mean over the ensemble; None without any."""
    found = [
        learned_weights(
            np.asarray(values, dtype=np.float64),
            np.asarray(arrays[name.removesuffix(_LISTENING) + _TELLING], dtype=np.float64),
            NEIGHBOURS,
        )
        for name, values in arrays.items()
        if name.endswith(_LISTENING)
    ]
    return np.mean(found, axis=0, dtype=np.float64) if found else None
