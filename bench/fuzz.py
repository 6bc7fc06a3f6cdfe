"""A minute of damaged files: readers answer with a value or a one-line error, never otherwise.

Every reader of the package, see `_fuzz_targets`. A crash of a library ends the process, and so the
fuzz.
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

from bench._damage import damaged
from bench._fuzz_targets import readers
from spectramind.errors import DataError

SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """A reader with the file that it can read."""

    name: str
    content: bytes
    read: Callable[[Path], object]
    suffix: str


@dataclass(frozen=True)
class Fault:
    """An error that no reader may end with."""

    target: str
    seed: int
    trace: str


def targets(folder: Path) -> list[Target]:
    """Every reader with a small valid file of its kind, written by the package's own writers."""
    return [
        Target(name, (folder / file).read_bytes(), read, Path(file).suffix)
        for name, (file, read) in readers(folder).items()
    ]


def attack(target: Target, folder: Path, seed: int) -> str | Fault:
    """One damaged file: "read", "refused", or the fault."""
    path = folder / f"damaged{target.suffix}"
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
    with tempfile.TemporaryDirectory() as folder:
        known = targets(Path(folder))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for target in known:
                outcome = attack(target, Path(folder), seed)
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
        print(f"{name:<15} {outcome:<8} {count:>7}")
    for fault in faults[:5]:
        print(f"\n{fault.target}, seed {fault.seed}:\n{fault.trace}")
    if faults:
        sys.exit(1)
