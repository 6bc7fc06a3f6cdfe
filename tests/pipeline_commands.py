"""Running the command line from tests, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def spectramind(*arguments: str, cwd: Path, processes: int = 1) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, or in several by torchrun, in folder `cwd`."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    launcher = torchrun if processes > 1 else []
    return subprocess.run(
        [sys.executable, *launcher, "-m", "spectramind", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "120"},
    )  # fmt: skip


def json_of(completed: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """What a verb printed with --json, after checking that it succeeded."""
    assert completed.returncode == 0, completed.stderr
    value = json.loads(completed.stdout)
    assert isinstance(value, dict)
    return value
