"""A user's own opacity table reaches the simulated spectra, and is part of what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spectramind.atmosphere.molecules import molecule
from spectramind.conf.compose import compose
from spectramind.conf.schema.detector import DetectorConfig
from spectramind.errors import DataError
from spectramind.simulator.chosen_opacities import chosen_opacities
from spectramind.simulator.population import draw_planet
from spectramind.simulator.survey import simulate_survey


def write_table(path: Path, factor: float) -> Path:
    """The embedded water opacity times `factor`, in the documented format."""
    wavelength = np.geomspace(0.5, 4.2, 4000)
    temperature = np.array([300.0, 1000.0, 2000.0, 3000.0])
    water = np.stack([molecule("H2O").profile(wavelength, t) for t in temperature])
    np.savez(
        path, molecule="H2O", wavelength=wavelength, temperature=temperature,
        cross_section=factor * water,
    )  # fmt: skip
    return path


def test_table_replaces_its_molecule_alone(tmp_path: Path) -> None:
    same = chosen_opacities((write_table(tmp_path / "same.npz", 1.0),))
    strong = chosen_opacities((write_table(tmp_path / "strong.npz", 100.0),))
    embedded = draw_planet(5, 0).spectrum
    assert np.allclose(draw_planet(5, 0, opacities=same).spectrum, embedded, rtol=0, atol=5e-6)
    assert not np.allclose(draw_planet(5, 0, opacities=strong).spectrum, embedded, atol=5e-6)


def test_key_takes_files(tmp_path: Path) -> None:
    table = write_table(tmp_path / "water.npz", 1.0)
    assert compose([f"sim.opacities=[{table}]"]).sim.opacities == (table,)


def test_missing_table_is_one_line(tmp_path: Path, detector_config: DetectorConfig) -> None:
    config = compose([f"sim.opacities=[{tmp_path}/none.npz]", "sim.train=1"]).sim
    with pytest.raises(DataError, match=r"none\.npz"):
        simulate_survey(tmp_path / "out", config, detector_config, 0, lambda *_: None)
    assert not (tmp_path / "out").exists()
