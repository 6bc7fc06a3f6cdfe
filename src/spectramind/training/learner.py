"""A network that learns, with everything that an exact continuation needs.

The state is one safetensors file: weights, their moving average, the best average so far, moments
of the optimiser, the state of the random numbers, and the counters as the bytes of a JSON text.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from spectramind.errors import DataError
from spectramind.provenance.atomic import write_bytes
from spectramind.provenance.digest import canonical_json
from spectramind.training.schedule import Schedule

Weights = dict[str, Tensor]

_COUNTERS = "counters"


@dataclass
class Counters:
    """Where a training stands.

    epoch   epochs that are done
    step    steps that are done
    best    highest validation score; None before the first
    stale   epochs since then
    """

    epoch: int = 0
    step: int = 0
    best: float | None = None
    stale: int = 0


class Learner:
    """Model, optimiser, moving average and counters of one training."""

    def __init__(self, model: nn.Module, schedule: Schedule) -> None:
        self.model = model
        self.schedule = schedule
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=schedule.rate, weight_decay=schedule.decay
        )
        self.average = _copied(model.state_dict())
        self.best = _copied(self.average)
        self.counters = Counters()

    def step(self) -> None:
        """Use the gradients that were accumulated; move the average along."""
        schedule, counters = self.schedule, self.counters
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.rate_at(counters.step)
        nn.utils.clip_grad_norm_(self.model.parameters(), schedule.longest_step)
        self.optimiser.step()
        counters.step += 1
        # Few steps make a poor average: it starts short and grows to its full length.
        keep = min(schedule.smoothing, counters.step / (counters.step + 10.0))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self.average[name].lerp_(value, 1.0 - keep)

    def judged(self, score: float) -> None:
        """Take note of the validation score that the moving average reaches."""
        counters = self.counters
        if counters.best is None or score > counters.best:
            counters.best, counters.stale = score, 0
            self.best = _copied(self.average)
        else:
            counters.stale += 1

    def settled(self) -> None:
        """Take the moving average for the best: nobody judges."""
        self.best = _copied(self.average)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or no better score is in sight."""
        patience = self.schedule.patience
        tired = patience is not None and self.counters.stale >= patience
        return tired or self.counters.epoch >= self.schedule.epochs

    def state(self, digest: str) -> bytes:
        """Everything that a continuation needs, as safetensors.

        Parameters
        ----------
        digest : of configuration and data, which a continuation must share
        """
        from safetensors.torch import save

        counters = canonical_json({"digest": digest, **asdict(self.counters)}).encode()
        tensors = {
            **_prefixed("weight", self.model.state_dict()),
            **_prefixed("average", self.average),
            **_prefixed("best", self.best),
            "random": torch.get_rng_state(),
            _COUNTERS: torch.frombuffer(bytearray(counters), dtype=torch.uint8),
        }
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"moment.{number}.{name}": value for name, value in state.items()}
        return save({name: value.detach().cpu().contiguous() for name, value in tensors.items()})

    def save(self, path: Path, digest: str) -> None:
        """Write the state, atomically.

        Raises
        ------
        OutputError : the file cannot be written
        """
        write_bytes(path, self.state(digest))

    def resume(self, path: Path, digest: str) -> bool:
        """Go on from a state, if there is one of the same configuration and data.

        Raises
        ------
        DataError : the file is damaged
        """
        from safetensors import SafetensorError

        if not path.is_file():
            return False
        try:
            return self.take(path.read_bytes(), digest)
        except (SafetensorError, OSError, ValueError) as error:
            raise DataError(path, "the state of a training", str(error), "delete it") from error

    def take(self, state: bytes, digest: str) -> bool:
        """Go on from a state in memory, if it is of the same configuration and data."""
        from safetensors.torch import load

        tensors = load(state)
        if _COUNTERS not in tensors:
            return False
        counters = json.loads(tensors.pop(_COUNTERS).numpy().tobytes())
        if counters.pop("digest") != digest:
            return False
        self._restore(tensors)
        self.counters = Counters(**counters)
        return True

    def _restore(self, tensors: Weights) -> None:
        self.model.load_state_dict(_stripped("weight", tensors))
        self.average = _stripped("average", tensors)
        self.best = _stripped("best", tensors)
        moments: dict[int, Weights] = {}
        for name, value in _stripped("moment", tensors).items():
            number, key = name.split(".", 1)
            moments.setdefault(int(number), {})[key] = value
        self.optimiser.load_state_dict({**self.optimiser.state_dict(), "state": moments})
        torch.set_rng_state(tensors["random"])


def _copied(weights: Weights) -> Weights:
    return {name: value.detach().clone() for name, value in weights.items()}


def _prefixed(prefix: str, weights: Weights) -> Weights:
    return {f"{prefix}.{name}": value for name, value in weights.items()}


def _stripped(prefix: str, tensors: Weights) -> Weights:
    start = f"{prefix}."
    return {n.removeprefix(start): v for n, v in tensors.items() if n.startswith(start)}
