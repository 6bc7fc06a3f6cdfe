"""Gradients of a batch in as many parts as the memory needs, and from as many processes as help."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import Parameter

from spectramind.training.distributed import Team

Terms = dict[str, Tensor]


class Accumulation:
    """Runs a loss over the rows of a batch, and halves the part that fails for want of memory.

    The gradients are the same for any number of parts and processes, but for rounding.
    """

    def __init__(self, rows: int, team: Team) -> None:
        self.rows = rows
        self.team = team

    def gradients(
        self, total: int, loss: Callable[[slice], Terms], parameters: Sequence[Parameter]
    ) -> dict[str, float]:
        """Set the gradients of the mean loss over `total` rows; return its terms.

        Parameters
        ----------
        loss : terms of the mean loss over some of the rows; their sum is descended

        Raises
        ------
        torch.OutOfMemoryError : a single row is too much
        """
        share = self.team.share(total)
        while True:
            for parameter in parameters:
                parameter.grad = None
            try:
                terms = self._gathered(share, total, loss)
                break
            except torch.OutOfMemoryError:
                if self.rows == 1:
                    raise
                self.rows = max(min(self.rows, len(share)) // 2, 1)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
        return self.team.sum_gradients(parameters, terms)

    def _gathered(
        self, share: range, total: int, loss: Callable[[slice], Terms]
    ) -> dict[str, float]:
        sums: dict[str, float] = {}
        for start in range(share.start, share.stop, self.rows):
            part = slice(start, min(start + self.rows, share.stop))
            weight = (part.stop - part.start) / total
            terms = loss(part)
            torch.stack([weight * term for term in terms.values()]).sum().backward()  # type: ignore[no-untyped-call]
            for name, term in terms.items():
                sums[name] = sums.get(name, 0.0) + weight * float(term.detach())
        return sums
