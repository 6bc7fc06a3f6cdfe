"""Section `kaggle`: what the datasets and the notebook are called, and how much they may use."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from spectramind.conf.schema.section import Section


class KaggleConfig(Section):
    """Names on Kaggle, and where wheels come from."""

    user: str = Field(description="account that owns datasets and notebook")
    competition: str = Field(description="slug of the competition, the notebook's survey")
    code: str = Field(description="slug of the dataset with code and wheels")
    weights: str = Field(description="slug of the dataset with the checkpoint")
    configs: str = Field(description="slug of the dataset with the frozen configuration")
    title: str = Field(description="title of the notebook; its slug follows from it")
    gpu: bool = Field(description="ask for a GPU")
    wheels: Path | None = Field(
        description="folder of wheels to bundle; null fetches them from the package index"
    )

    @property
    def datasets(self) -> tuple[str, str, str]:
        """Slugs of the three datasets: code, weights, configs."""
        return self.code, self.weights, self.configs
