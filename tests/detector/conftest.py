from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.survey.adc import Adc
from spectramind.survey.axes import Axes, airs_integration, frame_hours
from spectramind.survey.calibration import Calibration
from spectramind.survey.discovery import Survey, Visit
from spectramind.survey.instruments import INSTRUMENTS, Instrument

ADC = Adc(-1000.0, 0.4369)


def settings() -> dict[str, object]:
    text = files("spectramind.conf").joinpath("detector/default.yaml").read_text(encoding="utf-8")
    values: dict[str, object] = yaml.safe_load(text)
    return values


@pytest.fixture(scope="session")
def detector_config() -> Callable[..., DetectorConfig]:
    """Default configuration with some keys changed."""
    return lambda **changes: DetectorConfig.model_validate({**settings(), **changes})


def calm_calibration(instrument: Instrument) -> Calibration:
    """A detector without faults: linear, dark 0.007 e-/s, flat 1, read noise 13 e-."""
    shape = (instrument.rows, instrument.columns)
    linear_corr = np.zeros((6, *shape))
    linear_corr[1] = 1.0
    return Calibration(
        dark=np.full(shape, 0.007),
        dead=np.zeros(shape, dtype=np.bool_),
        flat=np.ones(shape),
        read=np.full(shape, 13.0),
        linear_corr=linear_corr,
    )


@pytest.fixture(scope="session")
def calm() -> Callable[..., Calibration]:
    """Calibration without faults, with some arrays replaced."""
    return lambda instrument, **changes: replace(calm_calibration(instrument), **changes)


def write_table(path: Path, values: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [f"column_{index}" for index in range(values.shape[1])]
    pl.DataFrame(values, schema=names).write_parquet(path)


def write_calibration(folder: Path, calibration: Calibration) -> None:
    for name in ("dark", "dead", "flat", "read"):
        write_table(folder / f"{name}.parquet", getattr(calibration, name))
    columns = calibration.dark.shape[1]
    write_table(folder / "linear_corr.parquet", calibration.linear_corr.reshape(-1, columns))


def star_image(instrument: Instrument) -> np.ndarray:
    """(row, column) electron / pair."""
    row = np.exp(-((np.arange(32) - 15.3) ** 2) / (2 * 1.5**2))
    if instrument.name == "FGS1":
        return 6e4 * row[:, None] * row + 2.0
    return 1e4 * row[:, None] * np.linspace(0.5, 1.5, instrument.columns) + 2.0


@pytest.fixture
def make_visit(tmp_path: Path) -> Callable[..., tuple[Visit, Survey]]:
    """Write a visit of `pairs` read pairs with a star that `light` (pair,) makes brighter."""

    def make(pairs: int = 40, light: float | np.ndarray = 1.0) -> tuple[Visit, Survey]:
        random = np.random.default_rng(5)
        folder = tmp_path / "visit"
        brightness = np.broadcast_to(light, pairs)[:, None, None]
        for name, instrument in INSTRUMENTS.items():
            long = brightness * star_image(instrument)
            share = instrument.first_read_seconds / instrument.last_read_seconds
            before = long * share / (1.0 - share)
            long = before + long + np.sqrt(long) * random.normal(size=long.shape)
            reads = np.stack([before, long], 1)
            reads = reads + random.normal(0.0, 13.0, reads.shape)
            counts = np.floor((reads + 1000.0) * ADC.gain).astype(np.uint16)
            path = folder / f"{name}_signal_0.parquet"
            write_table(path, counts.reshape(2 * pairs, instrument.pixels))
            write_calibration(folder / f"{name}_calibration_0", calm_calibration(instrument))
        axes = Axes(
            {name: frame_hours(name, pairs) for name in INSTRUMENTS},
            np.linspace(4.08, 1.63, 356),
            airs_integration(pairs),
        )
        wavelength = np.concatenate([[0.7], np.linspace(1.952, 3.895, 282)])
        adc = dict.fromkeys(INSTRUMENTS, ADC)
        return Visit(7, 0, folder), Survey(tmp_path, "train", (7,), (), wavelength, adc, axes, {})

    return make
