"""Gradients of a batch in as many parts as the memory needs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Terms = dict[str, Tensor]


class Accumulation:
    """Runs a loss over the rows of a batch, and halves the part that fails for want of memory.

    The gradients are the same for any number of parts, but for rounding.
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def gradients(
        self, total: int, loss: Callable[[slice], Terms], forget: Callable[[], None]
    ) -> dict[str, float]:
        """Add the gradients of the mean loss over `total` rows; return its terms.

        Parameters
        ----------
        loss : terms of the mean loss over some of the rows; their sum is descended
        forget : called when a part has failed and gradients have to be gathered anew

        Raises
        ------
        torch.OutOfMemoryError : a single row is too much
        """
        while True:
            forget()
            try:
                return self._gathered(total, loss)
            except torch.OutOfMemoryError:
                if self.rows == 1:
                    raise
                self.rows = max(min(self.rows, total) // 2, 1)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _gathered(self, total: int, loss: Callable[[slice], Terms]) -> dict[str, float]:
        sums: dict[str, float] = {}
        for start in range(0, total, self.rows):
            part = slice(start, min(start + self.rows, total))
            share = (part.stop - part.start) / total
            terms = loss(part)
            torch.stack([share * term for term in terms.values()]).sum().backward()  # type: ignore[no-untyped-call]
            for name, term in terms.items():
                sums[name] = sums.get(name, 0.0) + share * float(term.detach())
        return sums
