"""What becomes of one item of a survey, wherever it is worked on."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spectramind.errors import SpectraMindError

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
        return Outcome(item, function(item))
    except SpectraMindError as error:
        return Outcome(item, None, str(error), exception=error)
    except MemoryError as error:
        text = f"out of memory: {error}"
        return Outcome(item, None, " ".join(text.split()), out_of_memory=True)
    except Exception as error:  # noqa: BLE001 - any fault of one item must not cost the others
        text = f"{type(error).__name__}: {error}"
        return Outcome(item, None, " ".join(text.split()), details=traceback.format_exc())
