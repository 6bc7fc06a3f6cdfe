"""Arrays out of a pickle file without letting the file run code.

A pickle may name any function to be called when it is read. This reader resolves only the four
constructors that numpy arrays are written with and refuses everything else by name, so that a
hostile file ends in an error instead of in its own code.
"""

from __future__ import annotations

import codecs
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from spectramind.errors import DataError

_REMEDY = "write the table as .npz (see spectramind.atmosphere.opacity_table)"


def _empty_array(kind: type, shape: tuple[int, ...], code: bytes | str) -> Any:
    if kind is not np.ndarray:
        raise pickle.UnpicklingError("an array of a class other than numpy.ndarray")
    return np.empty(shape, dtype=np.dtype(code.decode() if isinstance(code, bytes) else code))


def _from_buffer(buffer: bytes, dtype: Any, shape: tuple[int, ...], order: Any) -> Any:
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)


def _scalar(dtype: Any, content: bytes) -> Any:
    return np.frombuffer(content, dtype=dtype)[0]


def _encode(text: str, encoding: str = "latin1") -> bytes:
    # Protocol 2 writes bytes as latin-1 text; other codecs could transform or decompress.
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"text encoded as {encoding}")
    return codecs.latin_1_encode(text)[0]


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
}
for _package in ("numpy.core", "numpy._core"):
    _ALLOWED[(f"{_package}.multiarray", "_reconstruct")] = _empty_array
    _ALLOWED[(f"{_package}.multiarray", "scalar")] = _scalar
    _ALLOWED[(f"{_package}.numeric", "_frombuffer")] = _from_buffer


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(f"a call of {module}.{name}") from None


def read_numpy_pickle(path: Path) -> dict[str, Any]:
    """Read a pickled dictionary of arrays, numbers and text.

    Raises
    ------
    DataError : the file is no such pickle, or asks for anything but arrays
    """
    try:
        with path.open("rb") as handle:
            content = _load(handle)
    except OSError as error:
        raise DataError(path, "a readable file", str(error), _REMEDY) from error
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        MemoryError,
    ) as error:
        # A damaged or hostile pickle can fail in any of these ways inside the reader.
        raise DataError(path, "a pickle of plain numpy arrays", str(error), _REMEDY) from error
    if not isinstance(content, dict):
        raise DataError(path, "a dictionary of arrays", type(content).__name__, _REMEDY)
    return {str(key): value for key, value in content.items()}


def _load(handle: IO[bytes]) -> Any:
    return _ArrayUnpickler(handle, encoding="latin1").load()
