"""What a training leaves behind, as far as a page shows it. Any part may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingCurves:
    """Loss terms and scores by epoch, mean over folds and seeds.

    epoch   (epoch,)
    values  (epoch,) by name
    """

    epoch: FloatArray
    values: Mapping[str, FloatArray]


@dataclass(frozen=True)
class Comparison:
    """A table of models or of parts left out, one row each.

    header  names of the columns, the first names the row
    rows    texts
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TrainingRecord:
    """Everything beside the out-of-fold predictions.

    graphs      (283, 283) weight from channel (column) to channel (row), by who has learned it
    comparison  models beside each other
    ablation    the model with one part left out at a time
    shake_up    (split,) private minus public score over random splits of the planets
    """

    curves: TrainingCurves | None = None
    graphs: Mapping[str, FloatArray] = field(default_factory=dict)
    comparison: Comparison | None = None
    ablation: Comparison | None = None
    shake_up: FloatArray | None = None
