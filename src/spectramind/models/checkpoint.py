"""The checkpoint: one safetensors file that is the model, with everything it was trained with.

Arrays are tensors, everything else is text in the header. Nothing in it can run code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.provenance.atomic import write_bytes
from spectramind.provenance.digest import canonical_json

FORMAT = "spectramind checkpoint 1"
FILE_NAME = "model.ckpt"
_REMEDY = "give model.ckpt a file that `spectramind train` wrote"


@dataclass(frozen=True)
class Checkpoint:
    """A trained model.

    model    name of the estimator, as in `model.name`
    arrays   what was learnt, by name
    texts    resolved configuration, provenance and learnt values that are no arrays, by name
    """

    model: str
    arrays: Mapping[str, NDArray[Any]]
    texts: Mapping[str, str]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, atomically; equal content gives equal bytes.

    Raises
    ------
    OutputError : the file cannot be written
    """
    from safetensors.numpy import save

    arrays = {name: np.ascontiguousarray(checkpoint.arrays[name]) for name in checkpoint.arrays}
    # One text, so that the header does not depend on the order in which a map is walked.
    header = {"spectramind": canonical_json({"format": FORMAT, **_header(checkpoint)})}
    write_bytes(path, save(dict(sorted(arrays.items())), metadata=header))


def _header(checkpoint: Checkpoint) -> dict[str, Any]:
    return {"model": checkpoint.model, "texts": dict(checkpoint.texts)}


def read_checkpoint(path: Path, model: str) -> Checkpoint:
    """Read a checkpoint of the estimator `model`.

    Raises
    ------
    DataError : no such file, damaged, not a checkpoint of this package, or of another estimator
    """
    checkpoint = open_checkpoint(path)
    if checkpoint.model != model:
        remedy = f"use model={checkpoint.model}, or another checkpoint"
        raise DataError(path, f"a checkpoint of model {model}", checkpoint.model, remedy)
    return checkpoint


def open_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint of whichever estimator.

    Raises
    ------
    DataError : no such file, damaged, or not a checkpoint of this package
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise DataError(path, "a checkpoint", "no such file", _REMEDY)
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("spectramind", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise DataError(path, "a safetensors checkpoint", str(error), _REMEDY) from error
    if header.get("format") != FORMAT:
        raise DataError(path, FORMAT, str(header.get("format", "another file")), _REMEDY)
    return Checkpoint(header["model"], arrays, header["texts"])
