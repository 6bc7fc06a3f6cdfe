"""Arrays out of a pickle file without unpickling it.

A pickle is a program for a small stack machine. This reader runs no such program: it goes through
the opcodes one by one, knows those that build dictionaries, lists, tuples, texts, numbers and numpy
arrays of numbers, and refuses everything else by name. Nothing in the file is ever called, no type
of the file's choosing is ever made.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError

_REMEDY = (
    "convert it to .npz where it was written: numpy.savez(path, molecule=name, "
    "wavenumber=wno, temperature=t, pressure=p, cross_section=xsecarr)"
)
_KIND = re.compile(r"[<>=|]?([fiub])([1248])", re.ASCII)
_ARRAYS = ("numpy.core", "numpy._core")


class _RefusedError(ValueError):
    """The pickle asks for something else than plain arrays."""


@dataclass(frozen=True)
class _Name:
    """Something that a pickle refers to by module and name; never looked up."""

    module: str
    name: str


@dataclass
class _Dtype:
    """A numeric type, until its byte order is known."""

    text: str

    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self.text)


@dataclass
class _Array:
    """An array, empty until its content is built."""

    values: NDArray[Any] | None = None


_MARK = object()
_Stack = list[Any]


@dataclass
class _Machine:
    """Stack and memo while the opcodes are gone through."""

    stack: _Stack = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def pop(self) -> Any:
        if not self.stack or self.stack[-1] is _MARK:
            raise _RefusedError("an empty stack")
        return self.stack.pop()

    def to_mark(self) -> list[Any]:
        """Everything above the last mark, which goes too."""
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index] is _MARK:
                items = self.stack[index + 1 :]
                del self.stack[index:]
                return items
        raise _RefusedError("no mark on the stack")

    def top(self, kind: type) -> Any:
        if not self.stack or not isinstance(self.stack[-1], kind):
            raise _RefusedError(f"no {kind.__name__} to add to")
        return self.stack[-1]


def _dtype(arguments: tuple[Any, ...]) -> _Dtype:
    text = arguments[0] if arguments else None
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    if not isinstance(text, str) or not _KIND.fullmatch(text):
        raise _RefusedError(f"an array of type {str(text)[:40]!r}, which is no number")
    return _Dtype(text)


def _filled(shape: Any, dtype: Any, content: Any, order: str) -> NDArray[Any]:
    if isinstance(content, str):
        content = content.encode("latin-1")
    counts = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
    if not (counts and isinstance(dtype, _Dtype) and isinstance(content, bytes | bytearray)):
        raise _RefusedError("an array without shape, type and bytes")
    kind, size = dtype.numpy(), 1
    for count in shape:
        size *= count
    if len(shape) > 8 or size * kind.itemsize != len(content):
        raise _RefusedError(f"{len(content)} bytes for an array of shape {shape}")
    flat: NDArray[Any] = np.frombuffer(bytes(content), dtype=kind)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _reduce(machine: _Machine) -> Any:
    """What a call stands for, of the few that write arrays."""
    arguments, called = machine.pop(), machine.pop()
    if not isinstance(called, _Name) or not isinstance(arguments, tuple):
        raise _RefusedError("a call of something without a name")
    package, _, module = called.module.rpartition(".")
    match (called.module, called.name):
        case ("numpy", "dtype"):
            return _dtype(arguments)
        case ("_codecs", "encode") if len(arguments) in (1, 2):
            if arguments[1:] not in ((), ("latin1",), ("latin-1",)):
                raise _RefusedError(f"text encoded as {str(arguments[1])[:40]}")
            return str(arguments[0]).encode("latin-1")
    if package in _ARRAYS:
        match (module, called.name):
            case ("multiarray", "_reconstruct") if arguments[:1] == (_Name("numpy", "ndarray"),):
                return _Array()
            case ("multiarray", "scalar") if len(arguments) == 2:
                return _filled((), *arguments, "C")[()].item()
            case ("numeric", "_frombuffer") if len(arguments) == 4:
                content, dtype, shape, order = arguments
                return _Array(_filled(shape, dtype, content, str(order)))
    raise _RefusedError(f"a call of {called.module[:60]}.{called.name[:60]}")


def _build(machine: _Machine) -> None:
    """Put the state on top into the dtype or array below it."""
    state = machine.pop()
    target = machine.stack[-1] if machine.stack else None
    if isinstance(target, _Dtype) and isinstance(state, tuple) and len(state) >= 5:
        if any(part is not None for part in state[2:5]) or state[1] not in ("<", ">", "=", "|"):
            raise _RefusedError("an array of a type with fields")
        order = state[1]
        target.text = f"{order}{target.text.lstrip('<>=|')}" if order in "<>" else target.text
        return
    if isinstance(target, _Array) and isinstance(state, tuple) and len(state) == 5:
        _, shape, dtype, fortran, content = state
        target.values = _filled(shape, dtype, content, "F" if fortran else "C")
        return
    raise _RefusedError("the state of an object that is no array")


def _pairs(target: dict[Any, Any], items: list[Any]) -> None:
    if len(items) % 2 or not all(isinstance(key, str | int | float) for key in items[::2]):
        raise _RefusedError("a dictionary whose keys are no texts")
    target.update(zip(items[::2], items[1::2], strict=True))


def _named(machine: _Machine, module: Any, name: Any) -> None:
    if not (isinstance(module, str) and isinstance(name, str)):
        raise _RefusedError("a name that is no text")
    machine.stack.append(_Name(module, name))


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    _named(machine, module, name)


def _setitem(machine: _Machine) -> None:
    value, key = machine.pop(), machine.pop()
    _pairs(machine.top(dict), [key, value])


def _setitems(machine: _Machine) -> None:
    items = machine.to_mark()
    _pairs(machine.top(dict), items)


def _append(machine: _Machine) -> None:
    value = machine.pop()
    machine.top(list).append(value)


def _appends(machine: _Machine) -> None:
    items = machine.to_mark()
    machine.top(list).extend(items)


def _dict(machine: _Machine) -> None:
    found: dict[Any, Any] = {}
    _pairs(found, machine.to_mark())
    machine.stack.append(found)


def _tuple_of(count: int) -> Callable[[_Machine], None]:
    def build(machine: _Machine) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.stack.append(tuple(reversed(items)))

    return build


_PLAIN: dict[str, Callable[[_Machine], None]] = {
    "MARK": lambda machine: machine.stack.append(_MARK),
    "EMPTY_DICT": lambda machine: machine.stack.append({}),
    "EMPTY_LIST": lambda machine: machine.stack.append([]),
    "EMPTY_TUPLE": lambda machine: machine.stack.append(()),
    "DICT": _dict,
    "LIST": lambda machine: machine.stack.append(machine.to_mark()),
    "TUPLE": lambda machine: machine.stack.append(tuple(machine.to_mark())),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "SETITEM": _setitem,
    "SETITEMS": _setitems,
    "APPEND": _append,
    "APPENDS": _appends,
    "NONE": lambda machine: machine.stack.append(None),
    "NEWTRUE": lambda machine: machine.stack.append(True),
    "NEWFALSE": lambda machine: machine.stack.append(False),
    "STACK_GLOBAL": _stack_global,
    "REDUCE": lambda machine: machine.stack.append(_reduce(machine)),
    "BUILD": _build,
}
_VALUES = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
_SILENT = {"PROTO", "FRAME"}
_PUTS = {"PUT", "BINPUT", "LONG_BINPUT"}
_GETS = {"GET", "BINGET", "LONG_BINGET"}


def _step(machine: _Machine, name: str, argument: Any) -> None:
    if name in _PLAIN:
        _PLAIN[name](machine)
    elif name in _VALUES:
        machine.stack.append(argument)
    elif name == "MEMOIZE" or name in _PUTS:
        if not machine.stack or machine.stack[-1] is _MARK:
            raise _RefusedError("nothing to remember")
        machine.memo[len(machine.memo) if name == "MEMOIZE" else argument] = machine.stack[-1]
    elif name in _GETS:
        if argument not in machine.memo:
            raise _RefusedError("something that was never remembered")
        machine.stack.append(machine.memo[argument])
    elif name == "GLOBAL":
        _named(machine, *str(argument).split(" ", 1))
    elif name not in _SILENT:
        raise _RefusedError(f"opcode {name}")


def _plain(key: Any, value: Any) -> Any:
    """An entry of the table as array, number or text."""
    if isinstance(value, _Array) and value.values is not None:
        return value.values
    if isinstance(value, list | tuple) and all(type(x) in (int, float) for x in value):
        return np.array(value, dtype=np.float64)
    if isinstance(value, str | int | float | bytes) or value is None:
        return value
    raise _RefusedError(f"entry {str(key)[:40]!r} that is neither array nor number nor text")


def _interpreted(content: bytes) -> dict[str, Any]:
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name == "STOP":
            break
        _step(machine, opcode.name, argument)
    found = machine.pop()
    if not isinstance(found, dict):
        raise _RefusedError(f"{type(found).__name__.strip('_')} in place of a dictionary")
    return {str(key): _plain(key, value) for key, value in found.items()}


def read_numpy_pickle(path: Path) -> dict[str, Any]:
    """Read a pickled dictionary of arrays, numbers and text.

    Raises
    ------
    DataError : the file is no such pickle, or asks for anything but arrays of numbers
    """
    try:
        return _interpreted(path.read_bytes())
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(path, "a readable file", found, "correct the path") from error
    except (ValueError, TypeError, OverflowError, MemoryError, AttributeError, IndexError) as error:
        # A damaged file may fail in any of these ways while its opcodes are read.
        raise DataError(path, "a pickle of plain numpy arrays", str(error), _REMEDY) from error
