"""Tables survive writing and reading for any content that they may hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spectramind.survey.adc import Adc
from spectramind.survey.discovery import Split
from spectramind.survey.frames import write_signal
from spectramind.survey.instruments import FGS1, INSTRUMENTS
from spectramind.survey.signals import check_signal
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    Truth,
    read_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
)
from spectramind.survey.writer import (
    write_adc_info,
    write_sample_submission,
    write_star_info,
    write_truth,
)

ids = st.integers(min_value=0, max_value=2**53 - 1)
id_lists = st.lists(ids, min_size=1, max_size=6, unique=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
stars = st.builds(Star, *[numbers] * 8)
few = settings(max_examples=40)


@few
@given(st.dictionaries(ids, stars, min_size=1, max_size=5), st.sampled_from(["train", "test"]))
def test_stars(table: dict[int, Star], split: Split) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "star_info.csv"
        write_star_info(path, table, split)
        assert read_star_info(path) == table


@few
@given(id_lists, st.integers(0, 2**32 - 1))
def test_truth(planet_ids: list[int], seed: int) -> None:
    depth = np.random.default_rng(seed).lognormal(-4.5, 2.0, (len(planet_ids), 283))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        write_truth(path, Truth(tuple(planet_ids), depth))
        truth = read_truth(path)
    assert truth.planet_ids == tuple(planet_ids)
    np.testing.assert_array_equal(truth.depth, depth)


@few
@given(id_lists)
def test_sample_submission_keeps_its_order(planet_ids: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample_submission.csv"
        write_sample_submission(path, planet_ids)
        assert read_sample_submission(path) == tuple(planet_ids)


@few
@given(st.lists(st.builds(Adc, numbers, numbers.filter(lambda g: g > 0.0)), min_size=2, max_size=2))
def test_adc(converters: list[Adc]) -> None:
    adc = dict(zip(INSTRUMENTS, converters, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        write_adc_info(Path(folder) / "adc_info.csv", adc)
        assert read_adc(Path(folder) / "adc_info.csv") == adc


@settings(max_examples=8)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_signal(pairs: int, seed: int) -> None:
    frames = np.random.default_rng(seed).integers(0, 65536, (2 * pairs, 32, 32), dtype=np.uint16)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "FGS1_signal_0.parquet"
        write_signal(path, frames)
        check_signal(path, FGS1, 2 * pairs)
        read = pl.read_parquet(path).to_numpy()
    np.testing.assert_array_equal(read.reshape(-1, 32, 32), frames)
