"""Section `kaggle`: what the datasets and the notebook are called, and how much they may use."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section


class KaggleConfig(Section):
    """Names on Kaggle, and where wheels come from."""

    user: str | None = Field(
        description="account that owns datasets and notebook; null takes the token's"
    )
    competition: str = Field(description="slug of the competition, the notebook's survey")
    code: str = Field(description="slug of the dataset with code and wheels")
    weights: str = Field(description="slug of the dataset with the checkpoint")
    configs: str = Field(description="slug of the dataset with the frozen configuration")
    title: str = Field(description="title of the notebook; its slug follows from it")
    machine: Literal["auto", "cpu", "t4x2"] = Field(
        description="machine of the notebook; auto takes two T4 only where networks are trained"
    )
    wheels: Path | None = Field(
        description="folder of wheels to bundle; null fetches them from the package index"
    )

    @property
    def owner(self) -> str:
        """Account in the metadata; a placeholder until `publish` knows whose token it has."""
        return self.user or "owner-of-the-token"

    def dataset_ids(self) -> tuple[str, ...]:
        """Names of the three datasets, `owner/slug`."""
        return tuple(f"{self.owner}/{slug}" for slug in self.datasets)

    @property
    def datasets(self) -> tuple[str, str, str]:
        """Slugs of the three datasets: code, weights, configs."""
        return self.code, self.weights, self.configs
