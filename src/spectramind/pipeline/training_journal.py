"""What a training tells while it runs: one JSON line an epoch, and one line to read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spectramind.provenance.events import append_line

FILE_NAME = "training.jsonl"
Record = dict[str, Any]


@dataclass(frozen=True)
class TrainingJournal:
    """The journal of all networks of a training, in `training.jsonl` below `paths.out`."""

    path: Path
    show: bool

    def of(self, member: str) -> Callable[[Record], None]:
        """What one network tells after an epoch."""

        def tell(record: Record) -> None:
            append_line(self.path, json.dumps({"member": member, **record}))
            if self.show:
                sys.stderr.write(line_of(member, record) + "\n")
                sys.stderr.flush()

        return tell


def line_of(member: str, record: Record) -> str:
    """Epoch, score, mean z^2, loss terms and time left, to be read by a person."""
    judged = ""
    if "score" in record:
        judged = f"score {record['score']:.4f}  z^2 {record['mean_z2']:.2f}  "
    terms = "  ".join(f"{name} {value:.4f}" for name, value in record["loss"].items())
    left = f"{record['seconds_left']:.0f} s left"
    return f"{member}  epoch {record['epoch']}  {judged}{terms}  {left}"
