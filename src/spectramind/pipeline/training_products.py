"""Products of a training beside its predictions, each of which may be missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectramind.errors import DataError
from spectramind.models.learned_graph import learned_graphs
from spectramind.report.training_record import Comparison, TrainingCurves, TrainingRecord

FloatArray = NDArray[np.float64]

CURVES, COMPARISON, ABLATION = "training.jsonl", "compare.json", "ablation.json"
_EPOCH, _MEMBER = "epoch", "member"
_NOT_VALUES = (_EPOCH, _MEMBER, "fold", "seed", "rows", "seconds", "seconds_left")


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
        graphs=learned_graphs(arrays),
        comparison=_table(_near(folder, COMPARISON)),
        ablation=_table(_near(folder, ABLATION)),
    )


def _near(folder: Path, name: str) -> Path:
    """A table in the folder of the training, or in the one above: a contest trains below itself."""
    own = folder / name
    return own if own.is_file() else folder.absolute().parent / name


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
    found: dict[str, dict[int, list[float]]] = {}
    for record in records:
        for name, value in record.items():
            if name not in _NOT_VALUES and isinstance(value, int | float):
                found.setdefault(name, {}).setdefault(int(record[_EPOCH]), []).append(float(value))
    values = {
        name: np.array([np.mean(means[n]) if n in means else np.nan for n in epochs])
        for name, means in found.items()
    }
    return TrainingCurves(np.array(epochs, dtype=np.float64), values) if values else None


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the parts of its maps under names of their own.

    Networks of a kind share a name: `pretrained_0` and `pretrained_1` are averaged.
    """
    kind = " ".join(re.sub(r"[\d_]+", " ", str(record.get(_MEMBER, ""))).split())
    prefix = f"{kind}, " if kind else ""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{prefix}{name} {part}": amount for part, amount in value.items()}
        elif name in _NOT_VALUES:
            flat[name] = value
        else:
            flat[prefix + name] = value
    return flat


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
