"""What becomes of one item of a survey, wherever it is worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spectramind.errors import InternalError, OutOfMemoryError, SpectraMindError, own_errors

Item = TypeVar("Item")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Outcome(Generic[Item, Value]):
    """What became of one item: a value, or an error.

    error      one line
    exception  the error itself where it was raised on purpose
    details    traceback of an error that was not
    out_of_memory  the error is the lack of memory, which may be no fault of the item
    """

    item: Item
    value: Value | None
    error: str | None = None
    exception: SpectraMindError | None = None
    details: str | None = None
    out_of_memory: bool = False


def attempt(function: Callable[[Item], Value], item: Item) -> Outcome[Item, Value]:
    """Run one item; its failure is a result, not the end of the survey."""
    try:
        with own_errors():
            return Outcome(item, function(item))
    except InternalError as error:
        return Outcome(item, None, str(error), details=error.trace)
    except OutOfMemoryError as error:
        return Outcome(item, None, str(error), out_of_memory=True)
    except SpectraMindError as error:
        return Outcome(item, None, str(error), exception=error)
