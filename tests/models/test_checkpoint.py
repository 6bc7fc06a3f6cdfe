"""The checkpoint: read back without loss, same bytes twice, anything else refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from spectramind.errors import DataError
from spectramind.models.checkpoint import Checkpoint, read_checkpoint, write_checkpoint


def example() -> Checkpoint:
    rng = np.random.default_rng(1)
    arrays = {"b": rng.normal(size=(3, 4)), "a": rng.normal(size=7).astype(np.float32)}
    return Checkpoint("physics", arrays, {"config": "a: 1\n", "note": "über"})


def test_round_trip_and_equal_bytes(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "one.ckpt", example())
    reordered = example()
    swapped = Checkpoint(
        "physics",
        dict(reversed(reordered.arrays.items())),
        dict(reversed(reordered.texts.items())),
    )
    write_checkpoint(tmp_path / "two.ckpt", swapped)
    assert (tmp_path / "one.ckpt").read_bytes() == (tmp_path / "two.ckpt").read_bytes()
    again = read_checkpoint(tmp_path / "one.ckpt", "physics")
    assert again.texts == example().texts
    for name, array in example().arrays.items():
        assert again.arrays[name].dtype == array.dtype
        assert np.array_equal(again.arrays[name], array)


def test_wrong_files_are_one_line(tmp_path: Path) -> None:
    good, path = tmp_path / "good.ckpt", tmp_path / "bad.ckpt"
    write_checkpoint(good, example())
    with pytest.raises(DataError, match="no such file"):
        read_checkpoint(path, "physics")
    path.write_bytes(good.read_bytes()[:50])
    with pytest.raises(DataError, match="safetensors checkpoint"):
        read_checkpoint(path, "physics")
    path.write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises(DataError, match="safetensors checkpoint"):
        read_checkpoint(path, "physics")
    header = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(DataError, match="another file"):
        read_checkpoint(path, "physics")
    with pytest.raises(DataError, match="model=physics"):
        read_checkpoint(good, "v50")
