"""Products of a training beside its predictions, each of which may be missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.learned_graph import learned_graph
from spectramind.report.training_record import Comparison, TrainingCurves, TrainingRecord

FloatArray = NDArray[np.float64]

CURVES, COMPARISON, ABLATION = "training.jsonl", "compare.json", "ablation.json"
_EPOCH = "epoch"
_NOT_VALUES = (_EPOCH, "fold", "seed", "member", "rows", "seconds", "seconds_left")


def read_record(folder: Path, arrays: Mapping[str, FloatArray]) -> TrainingRecord:
    """Everything of a training that is there.

    Parameters
    ----------
    arrays : of the checkpoint

    Raises
    ------
    DataError : a product is there and damaged
    """
    return TrainingRecord(
        curves=_curves(folder / CURVES),
        graph=learned_graph(arrays),
        comparison=_table(folder / COMPARISON),
        ablation=_table(folder / ABLATION),
    )


def _damaged(path: Path, found: str) -> DataError:
    return DataError(path, "a product of `spectramind train`", found, "delete it, or train again")


def _curves(path: Path) -> TrainingCurves | None:
    """Mean over folds and seeds of every number that the lines hold, by epoch."""
    if not path.is_file():
        return None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        records = [_flat(json.loads(line)) for line in lines]
        epochs = sorted({int(record[_EPOCH]) for record in records})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error
    names = [
        name
        for name in dict.fromkeys(name for record in records for name in record)
        if name not in _NOT_VALUES
    ]
    values = {name: np.array([_mean(records, epoch, name) for epoch in epochs]) for name in names}
    numbers = {name: series for name, series in values.items() if np.isfinite(series).any()}
    return TrainingCurves(np.array(epochs, dtype=np.float64), numbers) if numbers else None


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the parts of its maps under names of their own."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        parts = value.items() if isinstance(value, dict) else ()
        flat.update(
            {f"{name}: {part}": amount for part, amount in parts} if parts else {name: value}
        )
    return flat


def _mean(records: list[dict[str, Any]], epoch: int, name: str) -> float:
    found = [record.get(name) for record in records if record[_EPOCH] == epoch]
    numbers = [float(value) for value in found if isinstance(value, int | float)]
    return float(np.mean(numbers)) if numbers else float("nan")


def _table(path: Path) -> Comparison | None:
    """Rows of a JSON list of objects, as text; columns in the order of the first row."""
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = content["rows"] if isinstance(content, dict) else content
        header = tuple(dict.fromkeys(name for row in rows for name in row))
        texts = tuple(tuple(_text(row.get(name)) for name in header) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error
    return Comparison(header, texts) if texts else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
