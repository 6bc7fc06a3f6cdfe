"""Compose the configuration with Hydra, check it with the frozen schema.

Overrides are written `key=value` or `+key=value`; both mean the same, because every key exists
in the schema and an unknown one is an error. Overrides that were frozen into a dataset come first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spectramind.conf.frozen_overrides import frozen_overrides
from spectramind.conf.schema.config import Config
from spectramind.errors import DataError

_HERE = "configuration"


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every dotted leaf key of the schema with its annotation."""
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _keys(annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", annotation


def _groups() -> dict[str, tuple[str, ...]]:
    """Configuration groups and the names of their options, read from the package's folders."""
    root = resources.files("spectramind.conf")
    return {
        folder.name: tuple(sorted(file.name[:-5] for file in options))
        for folder in root.iterdir()
        if folder.is_dir()
        and (options := [file for file in folder.iterdir() if file.name.endswith(".yaml")])
    }


def _closest(word: str, known: Sequence[str]) -> str:
    """Say what the user may have meant, or where to look."""
    matches = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {matches[0]}?" if matches else "`spectramind VERB --help` shows examples"


def _escaped(match: re.Match[str]) -> str:
    return match[1] * 2 + (f"\\{match[2]}" if match[2] else "")


def _normalise(override: str, keys: dict[str, Any], groups: dict[str, tuple[str, ...]]) -> str:
    """Strip `+`, check the key, quote paths and text so that any character may stand in them."""
    key, separator, value = override.lstrip("+").partition("=")
    if not separator:
        raise DataError(_HERE, "overrides of the form key=value", repr(override), "add a value")
    if key in groups:
        if value not in groups[key]:
            options = ", ".join(groups[key])
            raise DataError(_HERE, f"{key} as one of {options}", value, "choose one of them")
        return f"{key}={value}"
    if key not in keys:
        known = [*keys, *groups]
        raise DataError(_HERE, "a known key", repr(key), _closest(key, known))
    if keys[key] in (Path, Path | None, str, str | None) and value != "null":
        if keys[key] in (Path, Path | None) and not value.strip(" '\""):
            # An unset variable of the shell; an empty path would mean the working folder.
            raise DataError(f"{_HERE} key {key}", "a path", "nothing", "give one, or null")
        # Hydra reads a backslash as such, except before a quote and at the end.
        escaped = re.sub(r"(\\*)('|$)", _escaped, value.strip("'\""))
        return f"{key}='{escaped}'"
    return f"{key}={value}"


def _first_problem(error: ValidationError) -> DataError:
    """Turn the first of pydantic's findings into one line."""
    detail = error.errors()[0]
    key = ".".join(str(part) for part in detail["loc"])
    return DataError(
        f"{_HERE} key {key}", detail["msg"].lower(), repr(detail["input"]), "correct the value"
    )


def validate(values: dict[str, Any]) -> Config:
    """Check composed values against the schema.

    Raises
    ------
    DataError : a key is unknown, missing, of the wrong type or out of range
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise _first_problem(error) from error


def compose(overrides: Sequence[str] = ()) -> Config:
    """Compose the packaged defaults with `overrides` into a checked, frozen configuration.

    Raises
    ------
    DataError : an override is malformed, names an unknown key or option, or has a bad value
    """
    from hydra import compose as hydra_compose
    from hydra import initialize_config_module
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    keys, groups = dict(_keys(Config)), _groups()
    given = (*frozen_overrides(), *overrides)
    clean = [_normalise(override, keys, groups) for override in given]
    try:
        with initialize_config_module("spectramind.conf", version_base="1.3"):
            composed = hydra_compose("config", overrides=clean)
        values = OmegaConf.to_container(composed, resolve=True)
    except (HydraException, OmegaConfBaseException, RecursionError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(_HERE, "valid Hydra overrides", first, "correct the override") from error
    assert isinstance(values, dict)
    return validate({str(key): value for key, value in values.items()})


def to_yaml(config: Config) -> str:
    """Resolved configuration as YAML, keys in schema order."""
    from omegaconf import OmegaConf

    return OmegaConf.to_yaml(OmegaConf.create(config.model_dump(mode="json")))
