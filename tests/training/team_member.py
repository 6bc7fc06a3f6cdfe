"""What torchrun starts in a test: train, or go on, and leave what the first process ends with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from small_lesson import journal, learner, lesson

from spectramind.models.ensemble import corrected
from spectramind.scale.launcher import launched
from spectramind.training.distributed import joined
from spectramind.training.epochs import train_epochs
from spectramind.training.learner import Learner


def ending(student: Learner, records: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """Answers of the network, and the scores and losses of its epochs."""
    student.model.load_state_dict(student.best)
    answer = corrected(student.model, lesson().measured)
    loss = torch.tensor([list(record["loss"].values()) for record in records])
    score = torch.tensor([record["score"] for record in records])
    return {"mu": answer.mu, "sigma": answer.sigma.contiguous(), "loss": loss, "score": score}


def main(folder: Path, batch: int) -> None:
    """Train twice: from the start, and on from a state that one process left in `folder`."""
    torch.set_num_threads(1)
    launch = launched()
    with joined(launch) as team:
        for name in ("through", "halted"):
            student, records = learner(batch=batch), list[dict[str, Any]]()
            if launch.follows:
                torch.manual_seed(99)  # The first process's random numbers count.
                train_epochs(student, lesson(), None, team)
            else:
                train_epochs(student, lesson(), journal(folder / name, records.append), team)
                save_file(ending(student, records), folder / f"{name}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
