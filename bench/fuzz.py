"""A minute of damaged files: readers answer with a value or a one-line error, never otherwise.

The readers of the survey's tables, of submissions and their validator, of checkpoints.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench._damage import damaged
from spectramind.errors import DataError
from spectramind.models.checkpoint import Checkpoint, open_checkpoint, write_checkpoint
from spectramind.submission.table import SubmissionTable, read_submission, write_submission
from spectramind.submission.validator import validate_submission
from spectramind.survey.adc import Adc
from spectramind.survey.axes import nominal_axes, read_axes
from spectramind.survey.dispersion import channel_wavelengths
from spectramind.survey.stars import Star
from spectramind.survey.tables import (
    Truth,
    read_adc,
    read_sample_submission,
    read_star_info,
    read_truth,
    read_wavelengths,
)
from spectramind.survey.writer import (
    write_adc_info,
    write_axis_info,
    write_star_info,
    write_truth,
    write_wavelengths,
)

SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """A reader with the file that it can read."""

    name: str
    content: bytes
    read: Callable[[Path], object]


@dataclass(frozen=True)
class Fault:
    """An error that no reader may end with."""

    target: str
    seed: int
    trace: str


def targets(folder: Path) -> list[Target]:
    """Every reader with a small valid file of its kind, written by the package's own writers."""
    rng = np.random.default_rng(1)
    ids = (3, 1, 2)
    depth = 0.01 + 1e-4 * rng.normal(size=(3, 283))
    write_submission(folder / "sample.csv", SubmissionTable(ids, depth, np.full((3, 283), 1e-4)))
    sample = folder / "sample.csv"
    arrays = {"factor": rng.normal(size=7), "count": np.arange(3)}
    write_checkpoint(folder / "model.ckpt", Checkpoint("physics", arrays, {"config": "{}"}))
    write_truth(folder / "train.csv", Truth(ids, depth))
    star = Star(1.0, 1.0, 5800.0, 1.0, 0.0, 3.0, 9.0, 89.0)
    write_star_info(folder / "train_star_info.csv", dict.fromkeys(ids, star), "train")
    write_wavelengths(folder / "wavelengths.csv", channel_wavelengths())
    write_adc_info(folder / "adc_info.csv", dict.fromkeys(("AIRS-CH0", "FGS1"), Adc(-1000.0, 0.4)))
    write_axis_info(folder / "axis_info.parquet", nominal_axes(400))
    readers: dict[str, tuple[str, Callable[[Path], object]]] = {
        "submission": ("sample.csv", read_submission),
        "validator": ("sample.csv", lambda path: validate_submission(path, sample)),
        "checkpoint": ("model.ckpt", open_checkpoint),
        "truth": ("train.csv", read_truth),
        "sample": ("sample.csv", read_sample_submission),
        "stars": ("train_star_info.csv", read_star_info),
        "wavelengths": ("wavelengths.csv", read_wavelengths),
        "adc": ("adc_info.csv", read_adc),
        "axes": ("axis_info.parquet", read_axes),
    }
    return [
        Target(name, (folder / file).read_bytes(), read) for name, (file, read) in readers.items()
    ]


def attack(target: Target, path: Path, seed: int) -> str | Fault:
    """One damaged file: "read", "refused", or the fault."""
    path.write_bytes(damaged(target.content, random.Random(f"{target.name} {seed}")))
    try:
        target.read(path)
    except DataError as error:
        if "\n" in str(error):
            return Fault(target.name, seed, f"more than one line: {error}")
        return "refused"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Fault(target.name, seed, traceback.format_exc())
    return "read"


def fuzz(seconds: float, seed: int = 0) -> tuple[Counter[tuple[str, str]], list[Fault]]:
    """Damage files for so many seconds; count outcomes by reader, and collect faults."""
    counts: Counter[tuple[str, str]] = Counter()
    faults: list[Fault] = []
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        known = targets(Path(folder))
        path = Path(folder) / "damaged"
        while time.monotonic() < end:
            for target in known:
                outcome = attack(target, path, seed)
                if isinstance(outcome, Fault):
                    faults.append(outcome)
                    outcome = "FAULT"
                counts[target.name, outcome] += 1
            seed += 1
    return counts, faults


def main() -> None:
    """Fuzz for a minute; end with 1 where a reader ended otherwise than it may."""
    counts, faults = fuzz(SECONDS)
    for (name, outcome), count in sorted(counts.items()):
        print(f"{name:<12} {outcome:<8} {count:>7}")
    for fault in faults[:5]:
        print(f"\n{fault.target}, seed {fault.seed}:\n{fault.trace}")
    if faults:
        sys.exit(1)
