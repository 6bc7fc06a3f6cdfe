"""From dataset folders to a notebook that runs on Kaggle, and on request to a submission.

What lies on Kaggle is asked for and compared by content, so that the same command, given again
after whatever stopped it, does what is still to be done and nothing twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.errors import DataError
from spectramind.kaggle.account import account
from spectramind.kaggle.board import board_rows
from spectramind.kaggle.bundle import TITLES, frozen, make_bundle
from spectramind.kaggle.client import Client
from spectramind.kaggle.ledger import append_entry, read_ledger
from spectramind.kaggle.metadata import (
    DATASET_FILE,
    check_dataset,
    dataset_metadata,
    kernel_id,
    metadata_text,
)
from spectramind.kaggle.notebook import Published, write_notebook
from spectramind.kaggle.published_entry import published_entry
from spectramind.kaggle.remote_dataset import upload
from spectramind.kaggle.remote_kernel import hand_in, push, wait_for_run
from spectramind.provenance.atomic import write_text
from spectramind.provenance.folder_manifest import FILE_NAME as MANIFEST
from spectramind.provenance.folder_manifest import read_manifest, verify_file

FILE_NAME = "published.json"


@dataclass(frozen=True)
class Publication:
    """What `kaggle publish` did.

    datasets    what was done with each, by its name
    versions    version of each that holds the bundle
    notebook    what was done with the notebook; `version` where it is known
    bundle      hash of the three manifests
    submission  reference of the submission, None where none was asked for
    """

    user: str
    bundle: str
    datasets: dict[str, str]
    versions: dict[str, int]
    kernel: str
    notebook: str
    version: int | None
    submission: str | None
    addresses: tuple[str, ...]


def bundle_hash(folders: Sequence[Path]) -> str:
    """What was published: 12 digits of the SHA-256 of the dataset folders' manifests."""
    total = hashlib.sha256()
    for folder in folders:
        total.update((folder / MANIFEST).read_bytes())
    return total.hexdigest()[:12]


def submission_message(bundle: str, note: str) -> str:
    """What a submission says on Kaggle; `leaderboard sync` finds the bundle in it again."""
    return f"spectramind {bundle}" + (f" {note}" if note else "")


def publish(
    config: Config, out: Path, overrides: Sequence[str], client: Client, submit: bool = False
) -> Publication:
    """Bring the datasets and the notebook in `out` to Kaggle; make them where they are missing.

    Parameters
    ----------
    overrides : as given to the command; where they concern the bundle, it is made again
    submit : wait for the notebook's run and hand it in

    Raises
    ------
    ConfigurationError : no token, or one of another account
    DataError : the bundle is damaged, or Kaggle refused something
    BudgetError : Kaggle is not ready in time
    """
    user = account(client, config.kaggle.user)
    names = config.kaggle.model_copy(update={"user": user})
    folders = [out / slug for slug in names.datasets]
    if not all(folder.is_dir() for folder in folders) or _concerns_bundle(overrides):
        client.tell(f"make  bundle in {out}")
        make_bundle(config, out, overrides)
    _sign(folders, names)
    bundle = bundle_hash(folders)
    done = {
        name: upload(client, name, folder, f"bundle {bundle}")
        for name, folder in zip(names.dataset_ids(), folders, strict=True)
    }
    versions = {name: version for name, (_, version) in done.items()}
    write_notebook(names, out, config.calib, Published(bundle, versions))
    kernel = kernel_id(names)
    pushed = push(client, kernel, out)
    version = pushed.version or _remembered(out, kernel, bundle)
    reference = _submitted(client, config, kernel, version, bundle) if submit else None
    if submit and not client.dry and not _recorded(config.leaderboard.ledger, reference):
        entry = published_entry(folders, bundle, reference or None, config.leaderboard)
        append_entry(config.leaderboard.ledger, entry)
    publication = Publication(
        user=user,
        bundle=bundle,
        datasets={name: what for name, (what, _) in done.items()},
        versions=versions,
        kernel=kernel,
        notebook=pushed.what,
        version=version,
        submission=reference,
        addresses=_addresses(names, kernel),
    )
    if not client.dry:
        write_text(out / FILE_NAME, json.dumps(asdict(publication), indent=1) + "\n")
    return publication


def _concerns_bundle(overrides: Sequence[str]) -> bool:
    """Whether overrides say what the bundle is to hold."""
    bare = [override.lstrip("+") for override in overrides]
    return bool(frozen(overrides)) or any(
        o.startswith(("model.ckpt=", "kaggle.wheels=")) for o in bare
    )


def _sign(folders: Sequence[Path], names: KaggleConfig) -> None:
    """Hold the folders against their manifests, and write whose datasets they are."""
    for folder, slug, title in zip(folders, names.datasets, TITLES, strict=True):
        for name in read_manifest(folder)["files"]:
            verify_file(folder / name)
        metadata = dataset_metadata(names.owner, slug, title)
        check_dataset(metadata)
        write_text(folder / DATASET_FILE, metadata_text(metadata))


def _remembered(out: Path, kernel: str, bundle: str) -> int | None:
    """Version of the notebook that an earlier publication of the same bundle pushed."""
    try:
        before = json.loads((out / FILE_NAME).read_text(encoding="utf-8"))
        same = before["kernel"] == kernel and before["bundle"] == bundle
        return int(before["version"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _recorded(ledger: Path, reference: str | None) -> bool:
    """Whether the ledger holds a submission already."""
    return any(reference and entry.ref == reference for entry in read_ledger(ledger))


def _submitted(
    client: Client, config: Config, kernel: str, version: int | None, bundle: str
) -> str | None:
    message, competition = submission_message(bundle, ""), config.kaggle.competition
    for row in board_rows(client, competition):
        if row.description.startswith(message) and row.status != "error":
            client.tell(f"skip  bundle {bundle} was handed in at {row.time}: {row.reference}")
            return row.reference
    if not client.dry:
        wait_for_run(client, kernel)
    elif version is None:
        version = 1
    if version is None:
        remedy = f"hand it in at https://www.kaggle.com/code/{kernel}"
        raise DataError(kernel, "the number of the pushed version", "pushed from elsewhere", remedy)
    message = submission_message(bundle, config.leaderboard.note)
    return hand_in(client, competition, kernel, version, message)


def _addresses(names: KaggleConfig, kernel: str) -> tuple[str, ...]:
    site = "https://www.kaggle.com"
    datasets = (f"{site}/datasets/{name}" for name in names.dataset_ids())
    return *datasets, f"{site}/code/{kernel}"
