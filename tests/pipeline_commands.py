"""Running the command line from tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from spectramind.cli.app import main

WIDE = {"COLUMNS": "120"}


def spectramind(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in the folder `cwd`, in this process: importing it costs two seconds."""
    said, complained = StringIO(), StringIO()
    code: object = None
    with (
        chdir(cwd),
        patch.object(sys, "argv", ["spectramind", *arguments]),
        patch.dict(os.environ, WIDE),
        redirect_stdout(said),
        redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())


def spectramind_process(
    *arguments: str, cwd: Path, processes: int = 1
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, or in several by torchrun, in folder `cwd`."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    launcher = torchrun if processes > 1 else []
    return subprocess.run(
        [sys.executable, *launcher, "-m", "spectramind", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, **WIDE},
    )  # fmt: skip


def json_of(completed: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """What a verb printed with --json, after checking that it succeeded."""
    assert completed.returncode == 0, completed.stderr
    value = json.loads(completed.stdout)
    assert isinstance(value, dict)
    return value
