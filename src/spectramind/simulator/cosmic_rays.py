"""Cosmic-ray hits: when, where and how many electrons they free."""

from __future__ import annotations

import numpy as np

from spectramind.simulator.read_out import CosmicRays, ReadTiming
from spectramind.survey.instruments import Instrument

_MEDIAN_ELECTRONS = 1500.0
_SPREAD = 1.0
"""Of ln(electrons)."""
_NEIGHBOUR_SHARE = 0.3
_NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def draw_cosmic_rays(
    rng: np.random.Generator, instrument: Instrument, pairs: int, timing: ReadTiming, rate: float
) -> CosmicRays:
    """Draw the hits of one visit; each leaves up to 30 % of its charge in one neighbour.

    Parameters
    ----------
    rate : hits / pixel / s
    """
    exposure = timing.first + timing.rest
    count = int(rng.poisson(rate * instrument.pixels * pairs * exposure))
    row = rng.integers(0, instrument.rows, count)
    column = rng.integers(0, instrument.columns, count)
    pair = rng.integers(0, pairs, count)
    early = rng.random(count) < timing.first / exposure
    electrons = _MEDIAN_ELECTRONS * np.exp(_SPREAD * rng.standard_normal(count))
    leaked = electrons * _NEIGHBOUR_SHARE * rng.random(count)
    step = np.array(_NEIGHBOURS)[rng.integers(0, 4, count)].reshape(-1, 2)
    beside = (row + step[:, 0]) % instrument.rows, (column + step[:, 1]) % instrument.columns
    pixel = np.concatenate(
        [row * instrument.columns + column, beside[0] * instrument.columns + beside[1]]
    )
    pair, early = np.tile(pair, 2), np.tile(early, 2)
    order = np.lexsort((pair, pixel))
    return CosmicRays(
        start=np.searchsorted(pixel[order], np.arange(instrument.pixels + 1)),
        pair=pair[order],
        early=early[order],
        electrons=np.concatenate([electrons - leaked, leaked])[order],
    )
