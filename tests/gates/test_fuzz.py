"""Three seconds of `python -m bench fuzz`: damaged files are read or refused in one line."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.fuzz import fuzz


def test_damaged_files_are_read_or_refused() -> None:
    counts, faults = fuzz(3.0)
    assert not faults, faults[0].trace
    names = {name for name, _ in counts}
    assert names >= {"submission", "validator", "checkpoint", "truth", "axes"}
    assert {outcome for _, outcome in counts} == {"read", "refused"}
