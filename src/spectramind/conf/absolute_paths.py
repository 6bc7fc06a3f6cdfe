"""Paths that mean the same in every working folder, for work that is sent elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def _absolute(value: Any) -> Any:
    if isinstance(value, Path):
        return value.absolute()
    if isinstance(value, BaseModel):
        return absolute_paths(value)
    if isinstance(value, tuple):
        return tuple(_absolute(item) for item in value)
    return value


def absolute_paths(section: Model) -> Model:
    """The same section with every path in it, however deep, made absolute."""
    names = type(section).model_fields
    return section.model_copy(update={name: _absolute(getattr(section, name)) for name in names})
