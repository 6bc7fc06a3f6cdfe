"""The checkpoint: one safetensors file that is the model, with everything it was trained with.

Arrays are tensors, everything else is text in the header. Nothing in it can run code. The header
carries a digest of the content, which is checked on reading; only files of an older version of this
package have none.
"""

from __future__ import annotations

import hashlib
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
_KEYS = {"format", "model", "texts", "digest"}
_DTYPES = ("F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL")
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
    told = {"format": FORMAT, **_header(checkpoint), "digest": content_digest(checkpoint)}
    header = {"spectramind": canonical_json(told)}
    write_bytes(path, save(dict(sorted(arrays.items())), metadata=header))


def _header(checkpoint: Checkpoint) -> dict[str, Any]:
    return {"model": checkpoint.model, "texts": dict(checkpoint.texts)}


def content_digest(checkpoint: Checkpoint) -> str:
    """SHA-256 over model, texts, and name, type, shape and bytes of every array, as hex."""
    digest = hashlib.sha256(canonical_json(_header(checkpoint)).encode())
    for name in sorted(checkpoint.arrays):
        array = np.ascontiguousarray(checkpoint.arrays[name])
        digest.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


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
            arrays = {name: _array(path, file, name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError, RecursionError) as error:
        raise DataError(path, "a safetensors checkpoint", str(error), _REMEDY) from error
    return _checked(path, header, arrays)


def _array(path: Path, file: Any, name: str) -> NDArray[Any]:
    """One tensor, of a type that numpy has."""
    found = str(file.get_slice(name).get_dtype())
    if found not in _DTYPES:
        expected = f"{name} as one of {', '.join(_DTYPES)}"
        raise DataError(path, expected, found, "convert the weights, or train again")
    array: NDArray[Any] = file.get_tensor(name)
    return array


def _checked(path: Path, header: Any, arrays: dict[str, NDArray[Any]]) -> Checkpoint:
    """The checkpoint, once its header is one and its content the one that was written."""
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format", "another file") if isinstance(header, dict) else "another file"
        raise DataError(path, FORMAT, str(found), _REMEDY)
    model, texts, digest = header.get("model"), header.get("texts"), header.get("digest")
    texts = texts if isinstance(texts, dict) else {}
    sound = isinstance(header.get("texts"), dict) and all(
        isinstance(text, str) for text in texts.values()
    )
    if not (isinstance(model, str) and sound and set(header) <= _KEYS):
        found = ", ".join(sorted(map(str, header)))
        raise DataError(path, "a header of format, model, texts and digest", found, _REMEDY)
    checkpoint = Checkpoint(model, arrays, texts)
    if digest is not None and digest != content_digest(checkpoint):
        expected = f"content of digest {str(digest)[:12]}"
        raise DataError(path, expected, content_digest(checkpoint)[:12], "copy the file again")
    return checkpoint
