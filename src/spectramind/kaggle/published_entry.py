"""What the ledger holds of a notebook that was handed in: nothing but its bundle is known yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from spectramind.conf.schema.leaderboard import LeaderboardConfig
from spectramind.kaggle.bundle import CONFIG
from spectramind.kaggle.ledger import Entry
from spectramind.models.checkpoint import FILE_NAME as CHECKPOINT
from spectramind.provenance.folder_manifest import read_manifest


def published_entry(
    folders: Sequence[Path], bundle: str, reference: str | None, told: LeaderboardConfig
) -> Entry:
    """The entry of a handed-in notebook, from the manifests of its datasets.

    Parameters
    ----------
    folders : code, weights, configs
    bundle : hash of their manifests, which stands in the submission's description
    reference : of the submission, where Kaggle has told it
    """
    code, weights, configs = folders
    origin, files = read_manifest(code), read_manifest(weights)["files"]
    config: Any = OmegaConf.to_container(OmegaConf.load(configs / CONFIG))
    commit = str(origin.get("commit", "unknown"))
    return Entry(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        table=f"bundle-{bundle}" if reference is None else f"bundle-{bundle}@{reference}",
        bundle=bundle,
        run_hash="",
        config_hash=str(origin.get("config", "unknown")),
        code=str(origin.get("code", "unknown")),
        commit=None if commit == "unknown" else commit,
        seed=config.get("train", {}).get("seed"),
        data_digest="",
        checkpoint=str(files[CHECKPOINT]["sha256"]),
        estimator=str(config.get("model", {}).get("name", "unknown")),
        calibration="",
        config=config,
        cv=told.cv,
        note=told.note,
        ref=reference,
        status="pending",
    )
