"""Two processes that torchrun starts train the network that one process trains."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from small_lesson import journal, learner, lesson
from team_member import ending

from spectramind.errors import ConfigurationError
from spectramind.scale.launcher import ALONE, Launch, launched
from spectramind.training.distributed import Team, joined
from spectramind.training.epochs import train_epochs

BATCH = 7  # Shares of three and of four rows.
TORCHRUN = (sys.executable, "-W", "error", "-m", "torch.distributed.run", "--standalone")


class HaltedError(Exception):
    """Stands for a signal between two epochs."""


def halt(record: dict[str, Any]) -> None:
    if record["epoch"] == 2:
        raise HaltedError


@pytest.mark.usefixtures("loopback")
def test_two_processes_give_the_result_of_one(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = []
    alone = learner(batch=BATCH)
    train_epochs(alone, lesson(), journal(tmp_path / "alone", records.append))
    with pytest.raises(HaltedError):
        train_epochs(learner(batch=BATCH), lesson(), journal(tmp_path / "halted", halt))
    member = Path(__file__).with_name("team_member.py")
    done = subprocess.run(
        [*TORCHRUN, "--nproc-per-node=2", str(member), str(tmp_path), str(BATCH)],
        capture_output=True, text=True, check=False, timeout=240,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = ending(alone, records)
    for name, first in (("through", 0), ("halted", 2)):
        found = load_file(tmp_path / f"{name}.safetensors")
        assert ((found["mu"] - expected["mu"]).abs() < 1e-3 * expected["sigma"]).all()
        assert torch.allclose(found["sigma"], expected["sigma"], rtol=1e-5)
        for kind in ("loss", "score"):
            assert torch.allclose(found[kind], expected[kind][first:], atol=1e-6)


def test_shares_are_all_rows_once() -> None:
    for total, size in ((8, 2), (7, 3), (5, 5)):
        shares = [Team(rank, size).share(total) for rank in range(size)]
        assert [row for share in shares for row in share] == list(range(total))
        assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_launcher_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert launched() == ALONE
    said = {"RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    # Other launchers use the same names; they are not meant.
    assert launched() == ALONE
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    assert launched() == Launch(3, 4, 1, 2)
    assert launched().follows


def test_more_processes_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ConfigurationError, match="--nproc-per-node=1"), joined(Launch(0, 2, 0, 2)):
        pass
