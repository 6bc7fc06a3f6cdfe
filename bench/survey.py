"""Survey: writing and decoding full-size signal files per codec, opening 1,100 planets.

Seconds of processor time, one polars thread, so that other work on the machine does not count.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, get_args

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl

from spectramind.survey.adc import Adc
from spectramind.survey.axes import FULL_PAIRS, nominal_axes
from spectramind.survey.discovery import open_survey
from spectramind.survey.dispersion import channel_wavelengths
from spectramind.survey.frames import Counts, pixel_series, write_signal
from spectramind.survey.instruments import AIRS, FGS1, Instrument
from spectramind.survey.signals import check_signal
from spectramind.survey.stars import Star
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_star_info,
    write_wavelengths,
)

PLANETS = 1100
Codec = Literal["uncompressed", "lz4", "snappy", "zstd"]


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def noisy_frames(instrument: Instrument) -> Counts:
    """Full-size frames with a level per pixel and photon-like noise, (frame, row, column) ADU."""
    rng = np.random.default_rng(0)
    shape = (2 * FULL_PAIRS[instrument.name], instrument.rows, instrument.columns)
    level = rng.integers(437, 20000, shape[1:]).astype(np.float32)
    frames = np.empty(shape, dtype=np.uint16)
    for block in np.array_split(frames, 45):
        noise = rng.standard_normal(block.shape, dtype=np.float32)
        block[:] = level + noise * np.sqrt(0.4369 * level)
    return frames


def measure_codecs(instrument: Instrument, folder: Path) -> None:
    """Encoding and decoding of the same columns, codec by codec."""
    series = pixel_series(noisy_frames(instrument))
    table = pl.DataFrame([pl.Series(f"column_{k}", pixel) for k, pixel in enumerate(series)])
    path = folder / "codec.parquet"
    for codec in get_args(Codec):
        encode = processor_seconds(partial(write_with, codec, table, path))
        decode = processor_seconds(partial(pl.read_parquet, path))
        figures = (
            f"encode {encode:.2f} s, decode {decode:.2f} s, {path.stat().st_size / 1e6:.0f} MB"
        )
        print(f"  {instrument.name} {codec:>12}: {figures}")


def write_with(codec: Codec, table: pl.DataFrame, path: Path) -> None:
    """Write a table in one row group with a given codec, otherwise as `write_signal` does."""
    table.write_parquet(
        path,
        compression=codec,
        compression_level=1 if codec == "zstd" else None,
        statistics=False,
        row_group_size=table.height,
    )


def measure_signal(instrument: Instrument, folder: Path) -> None:
    """What the package does: transposition, encoding, flush; and the check of the footer."""
    frames, path = noisy_frames(instrument), folder / "signal.parquet"
    write = processor_seconds(lambda: write_signal(path, frames))
    check = processor_seconds(lambda: check_signal(path, instrument, len(frames)))
    print(f"  {instrument.name} write_signal {write:.2f} s, check_signal {check:.3f} s")


def measure_opening(root: Path) -> None:
    """`open_survey` on a survey of empty planet folders: it must not look into them."""
    write_adc_info(
        root / "adc_info.csv", {"FGS1": Adc(-1000.0, 0.4369), "AIRS-CH0": Adc(-1000.0, 0.4369)}
    )
    write_wavelengths(root / "wavelengths.csv", channel_wavelengths())
    write_axis_info(root / "axis_info.parquet", nominal_axes())
    star = Star(1.0, 1.0, 5800.0, 1.0, 0.0, 3.0, 9.0, 89.0)
    write_star_info(root / "train_star_info.csv", dict.fromkeys(range(PLANETS), star), "train")
    for planet_id in range(PLANETS):
        (root / "train" / str(planet_id)).mkdir(parents=True)
    wall = time.perf_counter()
    survey = open_survey(root, "train")
    wall = time.perf_counter() - wall
    print(f"  open_survey, {len(survey.planet_ids)} planets: {wall:.3f} s wall")


def main() -> None:
    """Print the figures."""
    print("survey")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for instrument in (AIRS, FGS1):
            measure_codecs(instrument, folder)
            measure_signal(instrument, folder)
        measure_opening(folder / "survey")
