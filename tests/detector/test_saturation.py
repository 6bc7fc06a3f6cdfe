"""Pixels that saturate more than now and then are left out; their flux is not missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spectramind.detector import reduce_visit
from spectramind.detector.saturation import saturated_pixels

PAIRS = 300
LIGHT = np.where(np.arange(PAIRS) < PAIRS // 2, 1.0, 0.98)


def depth_of(flux: np.ndarray) -> float:
    white = flux.sum(axis=1)
    half = white.size // 2
    return float(1.0 - white[half:].mean() / white[:half].mean())


def clip(path: Path, count: int, pedestal: bool) -> None:
    """Let the brightest pixels of FGS1 end at what they show out of transit."""
    table = pl.read_parquet(path)
    frames = table.to_numpy().astype(np.int64)
    level = np.median(frames[1 : PAIRS // 2 : 2], axis=0)
    bright = np.argsort(level)[-count:]
    if pedestal:
        frames[:, bright] += 65535 - level[bright].astype(np.int64)
        frames = np.minimum(frames, 65535)
    else:
        frames[:, bright] = np.minimum(frames[:, bright], level[bright].astype(np.int64))
    pl.DataFrame(frames.astype(np.uint16), schema=table.columns).write_parquet(path)


@pytest.mark.parametrize("pedestal", [True, False], ids=["converter", "full well"])
def test_clipped_pixels_are_left_out(pedestal: bool, make_visit, detector_config) -> None:
    visit, survey = make_visit(PAIRS, LIGHT)
    config = detector_config(skip_last_pairs=0, foreground="none")
    before = reduce_visit(visit, survey, config).fgs1
    clip(visit.signal("FGS1"), 12, pedestal)
    after = reduce_visit(visit, survey, config).fgs1
    assert before.health is not None
    assert after.health is not None
    assert before.health.reasons["saturated"] == 0
    assert after.health.reasons["saturated"] == 12
    assert after.health.bad_pixels == before.health.bad_pixels + 12
    error = np.sqrt(after.variance.mean()) / after.flux.mean() / np.sqrt(after.time.size / 4)
    assert depth_of(after.flux) == pytest.approx(0.02, abs=4 * error)


def test_now_and_then_is_no_saturation() -> None:
    clipped = np.array([0, 2, 5, 6, 5000])
    nothing = np.zeros(5)
    assert saturated_pixels(clipped, nothing, 5625).tolist() == [False, False, False, True, True]
    ties = np.array([1, 11, 50, 57, 2812])
    assert saturated_pixels(nothing, ties, 5625).tolist() == [False, False, False, True, True]
    assert saturated_pixels(np.array([2, 3]), np.zeros(2), 40).tolist() == [False, True]
