"""Reference of the configuration: every key with type, default and meaning, from the schema."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config


def _type(annotation: Any) -> str:
    """A type as people read it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(str(value) for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if one is type(None) else _type(one) for one in inner)
    if origin is tuple:
        return "list of " + _type(inner[0])
    if hasattr(annotation, "__metadata__"):
        return _type(inner[0])
    return re.sub(r"^.*\.", "", getattr(annotation, "__name__", str(annotation))).lower()


def _rows(model: type[BaseModel], values: BaseModel, prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        value, key = getattr(values, name), f"{prefix}{name}"
        if isinstance(value, BaseModel):
            yield from _rows(type(value), value, f"{key}.")
            continue
        shown = "null" if value is None else list(value) if isinstance(value, tuple) else value
        text = (field.description or "").replace("|", "\\|")
        yield f"| `{key}` | {_type(field.annotation)} | `{shown}` | {text} |"


def key_page() -> str:
    """Markdown: one section a group of keys."""
    config = compose()
    lines = ["# Configuration keys", "", "`spectramind VERB key=value`; defaults as packaged.", ""]
    for name, field in Config.model_fields.items():
        section = getattr(config, name)
        lines += [f"## `{name}`", "", f"{field.description}.".capitalize(), ""]
        lines += ["| key | type | default | what, with its unit |", "|---|---|---|---|"]
        lines += [*_rows(type(section), section, f"{name}."), ""]
    return "\n".join(lines)
