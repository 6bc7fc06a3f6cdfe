"""The notebook on Kaggle: is it the one at hand, push it, wait for its run, hand it in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from spectramind.errors import BudgetError, DataError
from spectramind.kaggle.client import Client
from spectramind.kaggle.metadata import KERNEL_FILE, NOTEBOOK_FILE

_PUSHED = re.compile(r"Kernel version (\d+) successfully pushed")
_STATUS = re.compile(r'has status "(?:\w+\.)?(\w+)"')
_REFERENCE = re.compile(r"Submission ref: (\S+)")
_SECONDS_BETWEEN_LOOKS = 30.0
_PATIENCE_SECONDS = 12 * 3600.0
_RUN_FAILED = ("error", "cancel_acknowledged", "cancel_requested", "cancelled")


@dataclass(frozen=True)
class Pushed:
    """What became of the notebook.

    version  number on Kaggle, None where it was not pushed
    """

    what: str
    version: int | None


def push(client: Client, name: str, folder: Path) -> Pushed:
    """Push the notebook in `folder` unless Kaggle has it, and its last run did not fail.

    Raises
    ------
    DataError : Kaggle refused it or one of its sources
    """
    if _is_there(client, name, folder) and run_status(client, name) not in _RUN_FAILED:
        return Pushed("unchanged", None)
    said = client.change("kernels", "push", "-p", folder)
    if said is None:
        return Pushed("would be pushed", None)
    found = _PUSHED.search(said.out)
    # A source that is not attached is a notebook that fails in its first cell, after the queue.
    if said.status != 0 or found is None or "not valid" in said.out:
        raise said.failed(f"notebook {name} to be taken with all its sources", "correct it")
    return Pushed("pushed", int(found[1]))


def _is_there(client: Client, name: str, folder: Path) -> bool:
    """Whether Kaggle's latest version has the same cells and the same machine."""
    with TemporaryDirectory(prefix="spectramind-") as scratch:
        said = client.read("kernels", "pull", name, "-p", scratch, "-m")
        notebooks = list(Path(scratch).glob("*.ipynb"))
        if said.status != 0 or len(notebooks) != 1:
            return False
        there = _metadata(Path(scratch) / KERNEL_FILE)
        return _cells(notebooks[0]) == _cells(folder / NOTEBOOK_FILE) and there == _metadata(
            folder / KERNEL_FILE
        )


def _cells(path: Path) -> list[tuple[str, str]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [(str(cell["cell_type"]), "".join(cell["source"]).rstrip()) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _metadata(path: Path) -> tuple[bool, str]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        asked = str(value.get("enable_gpu", False)).lower() == "true"
        return asked, str(value.get("machine_shape") or "") if asked else ""
    except (OSError, ValueError, AttributeError):
        return False, "unknown"


def run_status(client: Client, name: str) -> str:
    """State of the notebook's last run in lower case, "unknown" where Kaggle does not say."""
    said = client.read("kernels", "status", name)
    found = _STATUS.search(said.out)
    return found[1].lower() if said.status == 0 and found else "unknown"


def wait_for_run(client: Client, name: str) -> None:
    """Wait until the notebook's run is complete.

    Raises
    ------
    DataError : it failed
    BudgetError : it takes longer than a session may
    """
    waited = 0.0
    while (status := run_status(client, name)) != "complete":
        if status in _RUN_FAILED:
            remedy = f"see `kaggle kernels logs {name}`"
            raise DataError(name, "a run that completes", status, remedy)
        if waited >= _PATIENCE_SECONDS:
            raise BudgetError(f"{name} still runs after {_PATIENCE_SECONDS / 3600:.0f} h")
        client.tell(f"wait  {name}: {status}, {waited:.0f} s")
        client.sleep(_SECONDS_BETWEEN_LOOKS)
        waited += _SECONDS_BETWEEN_LOOKS


def hand_in(client: Client, competition: str, name: str, version: int, message: str) -> str | None:
    """Hand a version of the notebook in; its reference, None in a dry run.

    Raises
    ------
    DataError : Kaggle refused it
    """
    said = client.change(
        "competitions", "submit", competition, "-k", name, "-v", str(version),
        "-f", "submission.csv", "-m", message,
    )  # fmt: skip
    if said is None:
        return None
    found = _REFERENCE.search(said.out)
    if said.status != 0:
        raise said.failed("a submission to be taken", "see the competition's page")
    return found[1] if found else ""
