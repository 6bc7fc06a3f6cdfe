"""Several processes that train one network: each takes rows of a batch, gradients are summed.

All processes draw the same batch from the same random numbers, and the loss is divided by the rows
of the whole batch: the sum of the gradients is the gradient that one process finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed
from torch.nn import Parameter

from spectramind.errors import ConfigurationError
from spectramind.scale.launcher import Launch

_PATIENCE = timedelta(days=7)
"""The others wait while the first fits transits; the launcher ends all when one process dies."""


@dataclass(frozen=True)
class Team:
    """Processes that train together; with one, every method returns what it is given."""

    rank: int = 0
    size: int = 1

    def share(self, total: int) -> range:
        """Rows of a batch of `total` that fall to this process; all shares together are all."""
        bounds = [member * total // self.size for member in (self.rank, self.rank + 1)]
        return range(*bounds)

    def sum_gradients(
        self, parameters: Sequence[Parameter], terms: dict[str, float]
    ) -> dict[str, float]:
        """Replace gradients by their sum over the processes; return the summed loss terms.

        A parameter has a gradient in all processes or in none, as all do the same to their rows.
        """
        if self.size == 1:
            return terms
        used = [parameter.grad for parameter in parameters if parameter.grad is not None]
        values = torch.tensor(list(terms.values())).to(used[0])
        # One message a step: the network is small, and a message costs more than its bytes.
        message = torch.cat([*(gradient.flatten() for gradient in used), values])
        distributed.all_reduce(message)
        *sums, values = torch.split(message, [*(gradient.numel() for gradient in used), len(terms)])
        for gradient, total in zip(used, sums, strict=True):
            gradient.copy_(total.view_as(gradient))
        return dict(zip(terms, values.tolist(), strict=True))

    def of_first(self, values: tuple[float, ...]) -> tuple[float, ...]:
        """The first process's numbers: what is decided on them is decided alike everywhere."""
        return tuple(self._spread(torch.tensor(values, dtype=torch.float64)).tolist())

    def content_of_first(self, content: bytes) -> bytes:
        """The first process's bytes; those of the others are not looked at."""
        if self.size == 1:
            return content
        length = int(self._spread(torch.tensor([len(content)]))[0])
        room = content if self.rank == 0 else bytes(length)
        return self._spread(torch.frombuffer(bytearray(room), dtype=torch.uint8)).numpy().tobytes()

    def _spread(self, values: Tensor) -> Tensor:
        if self.size > 1:
            distributed.broadcast(values, src=0)
        return values


@contextmanager
def joined(launch: Launch) -> Iterator[Team]:
    """Meet the other processes of a launch, and leave them at the end.

    Tensors of a CPU travel by gloo, those of a GPU by NCCL.

    Raises
    ------
    ConfigurationError : more processes than GPUs on a host that has any
    """
    if launch.size == 1:
        yield Team()
        return
    backend = "gloo"
    if torch.cuda.is_available():
        found = torch.cuda.device_count()
        if launch.local_size > found:
            text = f"{launch.local_size} processes on a host of {found} GPUs"
            raise ConfigurationError(f"{text}; start torchrun with --nproc-per-node={found}")
        torch.cuda.set_device(launch.local_rank)
        backend = "cpu:gloo,cuda:nccl"
    distributed.init_process_group(
        backend, rank=launch.rank, world_size=launch.size, timeout=_PATIENCE
    )
    try:
        yield Team(launch.rank, launch.size)
    finally:
        distributed.destroy_process_group()
