"""Settings of a small simulation, and one simulated survey that several tests look at."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.simulator.survey import simulate_survey


def _defaults(group: str) -> dict[str, Any]:
    text = (files("spectramind.conf") / group / "default.yaml").read_text(encoding="utf-8")
    values = OmegaConf.to_container(OmegaConf.create(text))
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


@pytest.fixture(scope="session")
def detector_config() -> DetectorConfig:
    return DetectorConfig(**_defaults("detector"))


@pytest.fixture(scope="session")
def tiny_config() -> SimulatorConfig:
    return SimulatorConfig(**{**_defaults("sim"), "train": 2, "test": 1, "decimate": 250})


@pytest.fixture(scope="session")
def tiny_survey(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_config: SimulatorConfig,
    detector_config: DetectorConfig,
) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "tiny"
    simulate_survey(out, tiny_config, detector_config, 0, lambda *_: None)
    return out
