"""The three dataset folders: code with wheels, weights, frozen configuration.

Each is flat, since Kaggle drops folders, and carries its metadata and a manifest. The same commit
and checkpoint give the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from spectramind.conf.compose import compose, to_yaml
from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.kaggle.metadata import (
    DATASET_FILE,
    check_dataset,
    dataset_metadata,
    metadata_text,
)
from spectramind.kaggle.pure_wheel import checkout_of, write_code_wheel
from spectramind.kaggle.wheelhouse import copy_wheels, fetch_wheels, wheel_sizes
from spectramind.models.checkpoint import FILE_NAME as CHECKPOINT
from spectramind.pipeline.fit import checkpoint_of
from spectramind.provenance.atomic import output_error, write_text
from spectramind.provenance.digest import config_hash
from spectramind.provenance.folder_manifest import write_manifest
from spectramind.provenance.versions import code_digest, git_commit

OVERRIDES, CONFIG = "overrides.txt", "config.yaml"
TITLES = ("SpectraMind V50 code", "SpectraMind V50 weights", "SpectraMind V50 configs")
_NOT_FROZEN = (
    "paths.",
    "kaggle.",
    "runtime.",
    "data.",
    "leaderboard.",
    "rehearsal.",
    "shakeup.",
    "compare.",
    "sim.",
    "submit.csv",
    "submit.bundle",
    "model.ckpt",
)
"""Keys that the notebook's own commands give, or that only concern the making of the bundle."""


@dataclass(frozen=True)
class BundleSummary:
    """What a `kaggle bundle` wrote, and what it was made from.

    folders  size in byte by dataset folder
    wheels   size in byte of what each version of Python takes of the code dataset
    """

    folders: dict[str, int]
    wheels: tuple[tuple[str, int], ...]
    commit: str | None
    code: str
    config: str


def frozen(overrides: Sequence[str]) -> tuple[str, ...]:
    """Overrides that determine what the notebook computes."""
    bare = (override.lstrip("+") for override in overrides)
    return tuple(override for override in bare if not override.startswith(_NOT_FROZEN))


def make_bundle(config: Config, out: Path, overrides: Sequence[str]) -> BundleSummary:
    """Write the three dataset folders below `out`, replacing what is there.

    Parameters
    ----------
    overrides : as given to the command; those that determine results are frozen

    Raises
    ------
    DataError : no checkpoint, a wheel is missing, or Kaggle would refuse the metadata
    """
    kept = frozen(overrides)
    origin = {
        "commit": git_commit() or "unknown",
        "code": code_digest(),
        "config": config_hash(compose(kept).portable()),
    }
    for slug in config.kaggle.datasets:
        _refuse_other_content(out / slug)
    sizes = {}
    with TemporaryDirectory(prefix=".bundle-", dir=_made(out)) as scratch:
        # An earlier bundle stays until the new one is whole.
        for slug, title, fill in zip(
            config.kaggle.datasets, TITLES, (_code, _weights, _configs), strict=True
        ):
            folder = Path(scratch) / slug
            folder.mkdir()
            fill(folder, config, kept)
            metadata = dataset_metadata(config.kaggle.owner, slug, title)
            check_dataset(metadata)
            write_text(folder / DATASET_FILE, metadata_text(metadata))
            write_manifest(folder, origin, beside=(DATASET_FILE,))
            sizes[str(out / slug)] = sum(path.stat().st_size for path in folder.iterdir())
        wheels = wheel_sizes(Path(scratch) / config.kaggle.code)
        for slug in config.kaggle.datasets:
            shutil.rmtree(out / slug, ignore_errors=True)
            (Path(scratch) / slug).rename(out / slug)
    return BundleSummary(sizes, wheels, git_commit(), origin["code"], origin["config"])


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
    return folder


def _refuse_other_content(folder: Path) -> None:
    """Only an earlier dataset, or nothing, may be in the way of a new one."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / DATASET_FILE).is_file():
        remedy = "choose another paths.out, or remove the folder yourself"
        raise DataError(folder, "a new or empty folder, or a dataset", "other content", remedy)


def _code(folder: Path, config: Config, _: Sequence[str]) -> None:
    package = Path(str(files("spectramind")))
    write_code_wheel(folder, package)
    if config.kaggle.wheels is not None:
        copy_wheels(folder, config.kaggle.wheels)
    else:
        fetch_wheels(folder, checkout_of(package) / "constraints.txt")


def _weights(folder: Path, config: Config, _: Sequence[str]) -> None:
    checkpoint = checkpoint_of(config)
    if checkpoint is None or not checkpoint.is_file():
        remedy = "add +model.ckpt=FILE, a checkpoint that `spectramind train` wrote"
        raise DataError(checkpoint or "model.ckpt", "a checkpoint to bundle", "none", remedy)
    shutil.copyfile(checkpoint, folder / CHECKPOINT)


def _configs(folder: Path, _: Config, kept: Sequence[str]) -> None:
    # Kaggle takes no empty file, so there is always a first line.
    lines = ("# overrides that every command of the notebook starts from", *kept)
    write_text(folder / OVERRIDES, "\n".join(lines) + "\n")
    write_text(folder / CONFIG, to_yaml(compose(kept)))
