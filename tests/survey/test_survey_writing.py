"""What is written has the real files' schema, reads back unchanged, and is the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from spectramind.errors import DataError, OutputError
from spectramind.survey.axes import nominal_axes, read_axes
from spectramind.survey.calibration import read_calibration
from spectramind.survey.frames import Counts, pixel_series, write_signal
from spectramind.survey.instruments import AIRS, INSTRUMENTS
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    read_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
    read_wavelengths,
)
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_calibration,
    write_sample_submission,
    write_star_info,
    write_truth,
    write_wavelengths,
)


def copy_small_files(source: Path, target: Path) -> None:
    """Read everything small of a survey and write it again."""
    write_truth(target / "train.csv", read_truth(source / "train.csv"))
    write_star_info(
        target / "train_star_info.csv", read_star_info(source / "train_star_info.csv"), "train"
    )
    write_star_info(
        target / "test_star_info.csv", read_star_info(source / "test_star_info.csv"), "test"
    )
    write_adc_info(target / "adc_info.csv", read_adc(source / "adc_info.csv"))
    write_wavelengths(target / "wavelengths.csv", read_wavelengths(source / "wavelengths.csv"))
    planet_ids = read_sample_submission(source / "sample_submission.csv")
    write_sample_submission(target / "sample_submission.csv", planet_ids)
    write_axis_info(target / "axis_info.parquet", read_axes(source / "axis_info.parquet"))


@pytest.mark.parametrize("folder", ["real/survey", "sample_survey"])
def test_tables_are_the_real_bytes(shared: Path, tmp_path: Path, folder: str) -> None:
    copy_small_files(shared / folder, tmp_path)
    files = sorted(tmp_path.glob("*.csv"))
    assert len(files) == 6
    for file in files:
        assert file.read_bytes() == (shared / folder / file.name).read_bytes(), file.name
    axis_info = pl.read_parquet(shared / folder / "axis_info.parquet")
    assert pl.read_parquet(tmp_path / "axis_info.parquet").equals(axis_info)


def test_parquet_schemas_are_the_real_ones(shared: Path, tiny_survey: Path) -> None:
    real = shared / "real" / "survey" / "train" / "342072318"
    files = sorted(real.rglob("*.parquet"))
    assert len(files) == 12
    for file in files:
        ours = tiny_survey / "train" / "205" / file.relative_to(real)
        assert pl.read_parquet_schema(ours) == pl.read_parquet_schema(file), file.name
        if "signal" not in file.name:
            assert pd.read_parquet(ours).shape == pd.read_parquet(file).shape
    ours, theirs = (root / "axis_info.parquet" for root in (tiny_survey, shared / "real/survey"))
    assert pl.read_parquet_schema(ours) == pl.read_parquet_schema(theirs)


def test_pandas_reads_a_signal(tmp_path: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 65536, (6, 32, 32), dtype=np.uint16)
    path = tmp_path / "FGS1_signal_0.parquet"
    write_signal(path, frames)
    table = pd.read_parquet(path)
    assert list(table.columns) == [f"column_{k}" for k in range(1024)]
    assert set(table.dtypes) == {np.dtype(np.uint16)}
    np.testing.assert_array_equal(table.to_numpy().reshape(6, 32, 32), frames)


def pixel_major(frames: Counts) -> Counts:
    """The same frames in memory that holds each pixel's series in one piece."""
    return np.ascontiguousarray(frames.transpose(1, 2, 0)).transpose(2, 0, 1)


@pytest.mark.parametrize("count", [2, 32, 70])
def test_pixel_series(count: int) -> None:
    frames = np.random.default_rng(2).integers(0, 65536, (count, 32, 32), dtype=np.uint16)
    np.testing.assert_array_equal(pixel_series(frames), frames.reshape(count, -1).T)
    strided = pixel_major(frames)
    series = pixel_series(strided)
    assert np.shares_memory(series, strided)
    np.testing.assert_array_equal(series, frames.reshape(count, -1).T)


def test_layout_in_memory_does_not_show_in_the_file(tmp_path: Path) -> None:
    frames = np.random.default_rng(3).integers(0, 65536, (40, 32, 32), dtype=np.uint16)
    write_signal(tmp_path / "a.parquet", frames)
    write_signal(tmp_path / "b.parquet", pixel_major(frames))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_the_same_bytes_twice(tiny_survey: Path, tmp_path: Path) -> None:
    copies = [tmp_path / "first", tmp_path / "second"]
    source = tiny_survey / "train" / "205"
    frames = pl.read_parquet(source / "AIRS-CH0_signal_0.parquet").to_numpy()
    for copy in copies:
        copy_small_files(tiny_survey, copy)
        write_signal(copy / "signal.parquet", frames.reshape(-1, AIRS.rows, AIRS.columns))
        for name, instrument in INSTRUMENTS.items():
            calibration = read_calibration(source / f"{name}_calibration_0", instrument)
            write_calibration(copy / name, calibration)
    first, second = ({f.relative_to(c): f.read_bytes() for f in c.rglob("*.*")} for c in copies)
    assert len(first) == 18
    assert first == second


def test_numpy_scalars_are_written_as_numbers(tmp_path: Path) -> None:
    star = Star(*[np.float64(0.1)] * 8)
    write_star_info(tmp_path / "test_star_info.csv", {7: star}, "test")
    assert "np." not in (tmp_path / "test_star_info.csv").read_text()
    assert read_star_info(tmp_path / "test_star_info.csv")[7].radius == 0.1


def test_frames_must_be_counts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="uint16 frames"):
        write_signal(tmp_path / "x.parquet", np.zeros((2, 32, 32)))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="uint16 frames"):
        write_signal(tmp_path / "x.parquet", np.zeros((2, 1024), dtype=np.uint16))


def test_nothing_is_left_of_a_failed_write(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")
    with pytest.raises(OutputError):
        write_axis_info(tmp_path / "blocked" / "axis_info.parquet", nominal_axes(1000))
    assert [file.name for file in tmp_path.iterdir()] == ["blocked"]
