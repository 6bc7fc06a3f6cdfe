"""What differs between two runs: configuration, code, data, result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spectramind.provenance.history import PastRun

Differences = dict[str, dict[str, tuple[Any, Any]]]
"""Values of both runs, by section and dotted key."""


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys of nested mappings with their values."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


def _sections(run: PastRun) -> dict[str, dict[str, Any]]:
    return {
        "config": {"verb": run.verb, **run.config},
        "code": {"digest": run.code, "commit": run.commit, "versions": run.versions},
        "data": {"tables": run.data, "planets": run.result.get("data_digest"), "dvc": run.dvc},
        "result": {"status": run.status, "error": run.error, **run.result},
    }


def differences(first: PastRun, second: PastRun) -> Differences:
    """Keys that the two runs do not agree on; a key that one of them lacks counts as None."""
    found: Differences = {}
    ours, theirs = _sections(first), _sections(second)
    for section in ours:
        a, b = dict(_leaves(ours[section])), dict(_leaves(theirs[section]))
        keys = [key for key in {**a, **b} if a.get(key) != b.get(key)]
        if keys:
            found[section] = {key: (a.get(key), b.get(key)) for key in keys}
    return found
