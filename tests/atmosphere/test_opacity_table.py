"""User's own opacities: both formats, the averaging, and files that must be refused."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from spectramind.atmosphere.forward import (
    ABSORBERS,
    Composition,
    channel_depths,
    embedded_opacities,
    opacities_with,
)
from spectramind.atmosphere.molecules import molecule
from spectramind.atmosphere.opacity_table import read_opacity_table
from spectramind.atmosphere.transmission import Planets
from spectramind.errors import ConfigurationError, DataError

WAVENUMBER = np.linspace(2000.0, 20000.0, 40001)
TEMPERATURE = np.array([300.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0, 2000.0, 2500.0])


def water() -> np.ndarray:
    return np.array([molecule("H2O").profile(1e4 / WAVENUMBER, t) for t in TEMPERATURE])


def save_npz(path, **changes):
    content = {
        "molecule": "H2O",
        "wavenumber": WAVENUMBER,
        "temperature": TEMPERATURE,
        "cross_section": water(),
    }
    content.update(changes)
    np.savez(path, **{k: v for k, v in content.items() if v is not None})
    return path


def taurex(protocol: int) -> bytes:
    section = water()
    content = {
        "name": "H2O",
        "wno": WAVENUMBER,
        "t": TEMPERATURE,
        "p": np.array([1e-4, 1e-2, 1.0]),
        "xsecarr": np.array([section * 0.5, section, section * 2]),
    }
    return pickle.dumps(content, protocol=protocol)


def a_planet() -> Planets:
    return Planets(*(np.array([v]) for v in (6.957e8, 7.1492e7, 1.898e27, 1000.0, 2.3, 1e5)))


def test_own_table_of_the_same_molecule_gives_the_same_spectrum(tmp_path):
    table = read_opacity_table(save_npz(tmp_path / "h2o.npz"))
    air = Composition(1e-4 * (np.array(ABSORBERS) == "H2O")[None], np.ones(1), np.zeros(1))
    own = channel_depths(a_planet(), air, opacities_with({"H2O": table}))
    embedded = channel_depths(a_planet(), air)
    np.testing.assert_allclose(own, embedded, atol=2e-6, rtol=0)


def test_replacing_one_molecule_leaves_the_others(tmp_path):
    table = read_opacity_table(save_npz(tmp_path / "h2o.npz", cross_section=water() * 3))
    ratio = opacities_with({"H2O": table}).at(1000.0) / embedded_opacities().at(1000.0)
    assert np.median(ratio[ABSORBERS.index("H2O")]) == pytest.approx(3.0, rel=0.01)
    assert np.all(ratio[ABSORBERS.index("CO2")] == 1.0)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_taurex_table_is_read_at_the_photosphere_pressure(tmp_path, protocol):
    path = tmp_path / "H2O.pickle"
    path.write_bytes(taurex(protocol))
    table = read_opacity_table(path)
    assert table.name == "H2O"
    np.testing.assert_allclose(table.cross_section[:, ::-1], water(), rtol=1e-12)


def test_lines_are_averaged_not_sampled(tmp_path):
    comb = np.zeros((TEMPERATURE.size, WAVENUMBER.size))
    comb[:, ::4] = 4e-20
    table = read_opacity_table(save_npz(tmp_path / "comb.npz", cross_section=comb))
    mean = table.profile(np.linspace(2.0, 3.8, 500), 800.0)
    np.testing.assert_allclose(mean, 1e-20, rtol=0.35)
    assert np.mean(mean) == pytest.approx(1e-20, rel=0.02)


def test_outside_the_table_nothing_absorbs(tmp_path):
    table = read_opacity_table(save_npz(tmp_path / "h2o.npz"))
    assert np.all(table.profile(np.array([0.3, 6.0]), 1000.0) == 0)


class Hostile:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (str(self.target),)


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_hostile_pickle_is_refused_and_runs_nothing(tmp_path, protocol):
    path = tmp_path / "H2O.pickle"
    path.write_bytes(pickle.dumps({"name": Hostile(tmp_path / "owned")}, protocol=protocol))
    with pytest.raises(DataError, match="mkdir"):
        read_opacity_table(path)
    assert not (tmp_path / "owned").exists()


def test_npz_with_pickled_objects_is_refused(tmp_path):
    hostile = np.array([Hostile(tmp_path / "owned")], dtype=object)
    with pytest.raises(DataError, match="plain arrays"):
        read_opacity_table(save_npz(tmp_path / "h2o.npz", molecule=hostile))
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"not a pickle", pickle.dumps([1, 2]), taurex(4)[:500]]
)
def test_damaged_pickle_is_one_line(tmp_path, content):
    path = tmp_path / "H2O.pickle"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_opacity_table(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"cross_section": -water()},
        {"cross_section": water()[:, :-1]},
        {"temperature": None},
        {"wavenumber": None},
        {"temperature": TEMPERATURE * 0 + 500},
        {"wavenumber": -WAVENUMBER},
        {"wavenumber": np.array(["a"] * WAVENUMBER.size)},
    ],
)
def test_impossible_tables_are_refused(tmp_path, change):
    with pytest.raises(DataError, match=r"h2o\.npz"):
        read_opacity_table(save_npz(tmp_path / "h2o.npz", **change))


def test_missing_file_and_garbage(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"garbage")
    for name in ("x.npz", "none.npz", "none.pickle"):
        with pytest.raises(DataError):
            read_opacity_table(tmp_path / name)


def test_table_for_an_unknown_molecule(tmp_path):
    table = read_opacity_table(save_npz(tmp_path / "h2o.npz"))
    with pytest.raises(ConfigurationError, match="unknown molecule 'XYZ'"):
        opacities_with({"XYZ": table})
