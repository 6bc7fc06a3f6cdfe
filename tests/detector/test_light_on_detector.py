"""Frames that cannot be those of a star are refused by name; others pass without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from spectramind.detector import reduce_visit
from spectramind.detector.light_on_detector import LightEvidence, doubtful_light, impossible_light
from spectramind.errors import DataError
from spectramind.survey.instruments import AIRS, FGS1, INSTRUMENTS

Change = Callable[[np.ndarray], np.ndarray]
PAIRS = 160


def change_frames(path: Path, change: Change, columns: int) -> None:
    table = pl.read_parquet(path)
    cube = table.to_numpy().reshape(-1, 32, columns).copy()
    changed = np.ascontiguousarray(change(cube), dtype=np.uint16).reshape(len(cube), -1)
    pl.DataFrame(changed, schema=table.columns).write_parquet(path)


def halved(cube: np.ndarray) -> np.ndarray:
    cube[1::2] //= 2
    return cube


def doubled(cube: np.ndarray) -> np.ndarray:
    cube[1::2] = np.minimum(2 * cube[1::2].astype(int), 65000)
    return cube


def shuffled(cube: np.ndarray) -> np.ndarray:
    random = np.random.default_rng(1)
    return random.permutation(cube.reshape(-1)).reshape(cube.shape)


def dimmed_at_random(cube: np.ndarray) -> np.ndarray:
    """As when the order of the pairs is lost in a visit with a deep transit."""
    inside = np.random.default_rng(2).random(len(cube) // 2) < 0.4
    light = cube[1::2].astype(float) - 437.0
    cube[1::2] = 437.0 + light * np.where(inside, 0.97, 1.0)[:, None, None]
    return cube


def frozen(cube: np.ndarray) -> np.ndarray:
    cube[100::2], cube[101::2] = cube[100], cube[101]
    return cube


FAULTS: dict[str, tuple[str, Change, str]] = {
    "long reads halved": ("AIRS-CH0", halved, "pixels beside the star near 0"),
    "long reads doubled": ("AIRS-CH0", doubled, "share of light that their time allows"),
    "shifted by one": ("AIRS-CH0", lambda c: np.roll(c, 1, axis=0), "more light in the long"),
    "shifted by one, FGS1": ("FGS1", lambda c: np.roll(c, 1, axis=0), "more light in the long"),
    "six rows off": ("AIRS-CH0", lambda c: np.roll(c, 6, axis=1), "star near row 15.5"),
    "six rows up": ("AIRS-CH0", lambda c: np.roll(c, -6, axis=1), "star near row 15.5"),
    "five columns off": ("FGS1", lambda c: np.roll(c, 5, axis=2), "star near column 15.5"),
    "mirrored": ("AIRS-CH0", lambda c: c[:, :, ::-1], "in the blue than in the red"),
    "Fortran order": (
        "AIRS-CH0",
        lambda c: c.transpose(0, 2, 1).reshape(c.shape),
        "most light within five rows",
    ),
    "constant": ("FGS1", lambda c: np.full_like(c, 30000), "differ by their noise"),
    "zeros": ("AIRS-CH0", np.zeros_like, ""),
    "noise": ("AIRS-CH0", shuffled, ""),
    "out of order in time": ("AIRS-CH0", dimmed_at_random, "light that changes slowly"),
    "mostly frozen": ("AIRS-CH0", frozen, "differ by their noise"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_impossible_frames_are_refused(fault: str, make_visit, detector_config) -> None:
    name, change, words = FAULTS[fault]
    # Neighbours say something where they are close to each other.
    visit, survey = make_visit(4 * PAIRS if change is dimmed_at_random else PAIRS)
    change_frames(visit.signal(name), change, INSTRUMENTS[name].columns)
    with pytest.raises(DataError) as caught:
        reduce_visit(visit, survey, detector_config())
    assert f"{name}_signal_0.parquet" in str(caught.value)
    assert words in str(caught.value)


def test_sound_frames_raise_nothing(make_visit, detector_config) -> None:
    light = np.where(np.arange(PAIRS) % PAIRS > PAIRS // 2, 0.95, 1.0)
    curves = reduce_visit(*make_visit(PAIRS, light), detector_config())
    assert "doubts" not in curves.attributes


def test_a_short_freeze_is_masked_and_told(make_visit, detector_config) -> None:
    visit, survey = make_visit(PAIRS)

    def freeze(cube: np.ndarray) -> np.ndarray:
        cube[200:240:2], cube[201:240:2] = cube[198], cube[199]
        return cube

    change_frames(visit.signal("AIRS-CH0"), freeze, AIRS.columns)
    curves = reduce_visit(visit, survey, detector_config())
    assert curves.attributes["doubts"] == "frozen_frames/AIRS-CH0/0"
    lost = curves.airs.mask.all(axis=1)
    assert lost.sum() == 3  # bins of five pairs; the first holds pairs of its own
    assert lost[21:24].all()


def test_a_trace_two_rows_off_is_doubtful(make_visit, detector_config) -> None:
    visit, survey = make_visit(PAIRS)
    change_frames(visit.signal("FGS1"), lambda cube: np.roll(cube, -2, axis=1), FGS1.columns)
    assert reduce_visit(visit, survey, detector_config()).attributes["doubts"] == (
        "displaced_trace/FGS1/0"
    )


def evidence(**changes: object) -> LightEvidence:
    rng = np.random.default_rng(4)
    series = 1e6 + np.sqrt(1e6 / 5) * rng.normal(size=200)
    values: dict[str, object] = {
        "row": 15.5, "column": 15.5, "concentration": 0.8, "blue_to_red": 9.0, "reads": 1.0,
        "dim": 2.0, "series": series, "floor": 0.0, "repeated": np.zeros(200, bool),
    }  # fmt: skip
    return LightEvidence(**{**values, **changes})  # type: ignore[arg-type]


def test_evidence_of_a_sound_visit() -> None:
    assert impossible_light(evidence(), 5) is None
    assert doubtful_light(evidence(), 5) == ()


def test_light_that_jumps() -> None:
    series = evidence().series.copy()
    series[50:53] *= 0.8
    assert impossible_light(evidence(series=series), 5) is None
    assert doubtful_light(evidence(series=series), 5) == ("unsteady_light",)
    series[50:60] *= 0.5
    fault = impossible_light(evidence(series=series), 5)
    assert fault is not None
    assert "steady light" in fault.expected
