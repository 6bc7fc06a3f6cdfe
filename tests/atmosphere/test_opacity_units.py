"""Opacity tables in the units of public tables, and pickles that are read without unpickling."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from spectramind.atmosphere.molecules import MOLECULES, molecule
from spectramind.atmosphere.numpy_pickle import read_numpy_pickle
from spectramind.atmosphere.opacity_table import read_opacity_table
from spectramind.errors import DataError

WAVELENGTH = np.geomspace(0.5, 6.0, 3000)
TEMPERATURE = np.array([300.0, 1000.0, 2000.0])
GRAM = 1.66054e-24


def table(path: Path, name: str, **change: np.ndarray) -> Path:
    section = np.stack([molecule(name).profile(WAVELENGTH, t) for t in TEMPERATURE])
    content = {"wavelength": WAVELENGTH, "temperature": TEMPERATURE, "cross_section": section}
    factor = {key: content[key] * value for key, value in change.items()}
    np.savez(path, molecule=name, **{**content, **factor})
    return path


@pytest.mark.parametrize("name", MOLECULES)
def test_tables_in_the_right_units_are_read(tmp_path: Path, name: str) -> None:
    for factor in (1.0, 0.1, 10.0):  # line lists differ
        scaled = table(tmp_path / "t.npz", name, cross_section=np.array(factor))
        assert read_opacity_table(scaled).name == name


@pytest.mark.parametrize("name", MOLECULES)
@pytest.mark.parametrize(
    ("change", "unit"),
    [
        ({"wavelength": 1e3}, "nanometre"),
        ({"wavelength": 1e4}, "angstrom"),
        ({"wavelength": 1e-6}, "metre"),
        ({"cross_section": 1e-4}, "m2 / molecule"),
        ({"cross_section": 1.0 / (18.0 * GRAM)}, "cm2 / g"),
        ({"cross_section": 1.0 / (44.0 * GRAM)}, "cm2 / g"),
    ],
)
def test_another_unit_is_refused_by_name(
    tmp_path: Path, name: str, change: dict[str, float], unit: str
) -> None:
    factors = {key: np.array(value) for key, value in change.items()}
    with pytest.raises(DataError, match=f"would fit {unit}; multiply"):
        read_opacity_table(table(tmp_path / "t.npz", name, **factors))


def test_an_unknown_absorber_is_judged_by_its_strongest_line(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    for factor, sound in ((1e-13, True), (1e3, False)):
        section = factor * np.ones((3, WAVELENGTH.size))
        np.savez(path, molecule="Na", wavelength=WAVELENGTH, temperature=TEMPERATURE,
                 cross_section=section)  # fmt: skip
        if sound:
            assert read_opacity_table(path).name == "Na"
        else:
            with pytest.raises(DataError, match="would fit cm2 / g"):
                read_opacity_table(path)


ARRAYS = {
    "name": "H2O",
    "one": np.arange(6.0).reshape(2, 3),
    "turned": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
    "small": np.array([True, False]),
    "scalar": np.float64(2.5),
    "whole": 7,
    "list": [1.0, 2.0, 3.5],
    "none": None,
    "again": "H2O",
}


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_gives_what_was_written(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "t.pickle"
    path.write_bytes(pickle.dumps(ARRAYS, protocol=protocol))
    found = read_numpy_pickle(path)
    assert found.keys() == ARRAYS.keys()
    for key, value in ARRAYS.items():
        np.testing.assert_array_equal(found[key], value)


REFUSED: dict[str, object] = {
    "objects": {"a": np.array(["x", 1.5], dtype=object)},
    "fields": {"a": np.zeros(2, dtype=[("x", "f8"), ("y", "i4")])},
    "dates": {"a": np.zeros(2, dtype="M8[s]")},
    "texts": {"a": np.array(["x", "y"])},
    "complex": {"a": np.zeros(2, dtype=complex)},
    "a path": {"a": Path("x")},
    "nested": {"a": {"b": 1.0}},
    "nested lists": {"a": [[1.0], [2.0]]},
    "a set": {"a": {1.0}},
    "a list": [1.0],
    "a masked array": {"a": np.ma.masked_array([1.0], [False])},
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_everything_else_is_refused_in_one_line(tmp_path: Path, name: str, protocol: int) -> None:
    path = tmp_path / "t.pickle"
    path.write_bytes(pickle.dumps(REFUSED[name], protocol=protocol))
    with pytest.raises(DataError, match=r"plain numpy arrays.*convert it to \.npz") as caught:
        read_numpy_pickle(path)
    assert "\n" not in str(caught.value)


def test_an_array_that_is_shorter_than_its_shape_is_refused(tmp_path: Path) -> None:
    content = pickle.dumps({"a": np.arange(6.0)}, protocol=4)
    path = tmp_path / "t.pickle"
    assert content.count(b"K\x06\x85") == 1  # the shape (6,)
    path.write_bytes(content.replace(b"K\x06\x85", b"K\x07\x85"))
    with pytest.raises(DataError, match=r"48 bytes for an array of shape \(7,\)"):
        read_numpy_pickle(path)


def test_a_list_that_holds_itself_is_refused(tmp_path: Path) -> None:
    own: list[object] = [1.0]
    own.append(own)
    (tmp_path / "t.pickle").write_bytes(pickle.dumps({"a": own}))
    with pytest.raises(DataError, match="neither array nor number"):
        read_numpy_pickle(tmp_path / "t.pickle")


def test_a_length_beyond_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.pickle").write_bytes(b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.")
    with pytest.raises(DataError):
        read_numpy_pickle(tmp_path / "t.pickle")
