"""How long and how fast a network learns."""

from __future__ import annotations

import math
from dataclasses import dataclass

_WARM_UP = 0.05


@dataclass(frozen=True)
class Schedule:
    """One stretch of training.

    epochs        at most
    steps         per epoch
    batch         planets a step
    rate          learning rate at its highest
    mean_share    share of the epochs in which sigma stays as it is and only the mean is learnt
    patience      epochs without a better score after which training stops; None never stops early
    decay         of the weights, per step and unit learning rate (AdamW)
    smoothing     decay of the moving average of the weights, which is what is kept
    longest_step  norm at which gradients are clipped
    """

    epochs: int
    steps: int
    batch: int
    rate: float
    mean_share: float = 0.15
    patience: int | None = None
    decay: float = 1e-3
    smoothing: float = 0.99
    longest_step: float = 1.0

    def learns_sigma(self, epoch: int) -> bool:
        """Whether sigma is learnt in this epoch, counted from 0."""
        return epoch >= round(self.mean_share * self.epochs)

    def rate_at(self, step: int) -> float:
        """Learning rate of a step: linear warm-up, then half a cosine."""
        total = max(self.epochs * self.steps, 1)
        warm = max(int(_WARM_UP * total), 1)
        if step < warm:
            return self.rate * (step + 1) / warm
        return self.rate * 0.5 * (1.0 + math.cos(math.pi * (step - warm) / max(total - warm, 1)))
