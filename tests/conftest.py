"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import socket
from pathlib import Path

# As the command line does, and before anything imports numpy: small matrices, one BLAS thread.
for library in ("OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

from simulated_survey import simulated

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real and reference data beside the project; absent outside the workshop."""
    if not SHARED.is_dir():
        pytest.skip(f"reference data not found at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def sample_survey(shared: Path) -> Path:
    """A small survey of independent origin in the competition's layout, every 20th read pair."""
    return shared / "sample_survey"


@pytest.fixture(scope="session")
def loopback() -> None:
    """A network of this machine with itself, which a network namespace may lack."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5.0).close()
    except OSError as error:
        pytest.skip(f"no loopback network: {error}")


@pytest.fixture(scope="session")
def small_survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated frames of three training and four test planets, every 60th read pair."""
    sizes = ("sim.train=3", "sim.test=4", "sim.seed=11", "sim.decimate=60")
    return simulated(tmp_path_factory.mktemp("simulated") / "survey", *sizes)


@pytest.fixture(scope="session")
def light_curve_survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Simulated light curves of four training and four test planets: a survey made in seconds."""
    sizes = ("sim.train=4", "sim.test=4", "sim.seed=5", "sim.level=light_curves")
    return simulated(tmp_path_factory.mktemp("light_curves") / "survey", *sizes)
