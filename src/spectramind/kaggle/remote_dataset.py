"""A dataset on Kaggle: whether it is there, which content it has, when a new version is ready."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from spectramind.errors import BudgetError, DataError
from spectramind.kaggle.client import Client, Said
from spectramind.provenance.folder_manifest import FILE_NAME as MANIFEST

_SECONDS_BETWEEN_LOOKS = 10.0
_PATIENCE_SECONDS = 3600.0
_ENDED_BADLY = ("failed", "deleted", "error")


@dataclass(frozen=True)
class DatasetState:
    """What Kaggle says of a dataset.

    status    "ready", or the step of processing that its latest version is in
    version   number of its latest version
    """

    status: str
    version: int


def dataset_state(client: Client, name: str) -> DatasetState | None:
    """State of dataset `owner/slug`; None where this account has no such dataset.

    Raises
    ------
    DataError : the client fails in another way, or answers in another form
    """
    said = client.read("datasets", "status", name, "--format", "json")
    if said.absent:
        return None
    if said.status != 0:
        raise said.failed(f"the state of {name}", "check the network and try again")
    return _state(said)


def _state(said: Said) -> DatasetState:
    try:
        answer = json.loads(said.out[said.out.index("{") :])
        return DatasetState(str(answer["status"]).lower(), int(answer["current_version_number"]))
    except (ValueError, KeyError, TypeError):
        raise said.failed("a status and a version number", "update Kaggle's client") from None


def wait_until_ready(client: Client, name: str, above: int = 0) -> DatasetState:
    """Wait until a version above number `above` is ready.

    Raises
    ------
    DataError : its processing failed
    BudgetError : it is not ready within an hour
    """
    waited = 0.0
    while waited <= _PATIENCE_SECONDS:
        state = dataset_state(client, name)
        if state is not None and state.status in _ENDED_BADLY:
            remedy = f"see https://www.kaggle.com/datasets/{name}, then publish again"
            raise DataError(name, "a version that is ready", state.status, remedy)
        if state is not None and state.status == "ready" and state.version > above:
            return state
        told = f"{state.status}, version {state.version}" if state else "not there yet"
        client.tell(f"wait  {name}: {told}, {waited:.0f} s")
        client.sleep(_SECONDS_BETWEEN_LOOKS)
        waited += _SECONDS_BETWEEN_LOOKS
    raise BudgetError(f"{name} is not ready after {_PATIENCE_SECONDS / 60:.0f} min; publish again")


def holds(client: Client, name: str, folder: Path) -> bool:
    """Whether the latest version of a dataset has the content of `folder`, by its manifest."""
    with TemporaryDirectory(prefix="spectramind-") as scratch:
        said = client.read("datasets", "download", name, "-f", MANIFEST, "-p", scratch, "-o", "-q")
        there = Path(scratch) / MANIFEST
        # A dataset of another making has no manifest: it gets a version, nothing is compared.
        return (
            said.status == 0
            and there.is_file()
            and there.read_bytes() == (folder / MANIFEST).read_bytes()
        )


def upload(client: Client, name: str, folder: Path, message: str) -> tuple[str, int]:
    """Bring a dataset to the content of `folder`: what was done, and the version that holds it.

    Raises
    ------
    DataError : Kaggle refused it
    BudgetError : it is not ready within an hour
    """
    state = dataset_state(client, name)
    if state is None:
        said = client.change("datasets", "create", "-p", folder, "-q")
        if said is None:
            return "would be created", 1
        if "already in use" not in said.out:
            _expect(said, "is being created", name)
            return "created", wait_until_ready(client, name).version
        # Somebody made it between the two commands, or it could not be seen before.
    if state is None or state.status != "ready":
        state = wait_until_ready(client, name)
    if holds(client, name, folder):
        return "unchanged", state.version
    said = client.change("datasets", "version", "-p", folder, "-m", message, "-q")
    if said is None:
        return "would get a version", state.version + 1
    _expect(said, "is being created", name)
    return "new version", wait_until_ready(client, name, above=state.version).version


def _expect(said: Said, words: str, name: str) -> None:
    """Raise unless a command ended well by its status and by its words."""
    if said.status != 0 or words not in said.out:
        raise said.failed(f"dataset {name} to be taken", "correct it and publish again")
