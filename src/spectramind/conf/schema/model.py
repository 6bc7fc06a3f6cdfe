"""Section `model`: which estimator turns light curves into a spectrum."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from spectramind.conf.schema.section import Section

ModelName = Literal[
    "physics", "polynomial", "residual_mlp", "deep_residual_mlp", "spectrum_regressor", "v50"
]


class EdgesConfig(Section):
    """Types of edges between the channels in the graph of V50; all off leaves self-loops."""

    neighbour: bool = Field(description="channels near in wavelength, over three ranges")
    molecule: bool = Field(description="channels within a molecule's bands, for each molecule")
    region: bool = Field(description="channels on the same part of the detector")
    photometer: bool = Field(description="FGS1 and every AIRS channel")
    learned: bool = Field(description="the eight channels that training finds most telling")


class ModelConfig(Section):
    """Choice of estimator, and the parts and sizes of the V50 network."""

    name: ModelName = Field(description="estimator of mu and sigma_raw")
    ckpt: Path | None = Field(
        description="safetensors checkpoint; null for physics alone, or for the V50 that comes "
        "with the package"
    )
    mamba: bool = Field(description="read the FGS1 light curve with a Mamba encoder")
    graph: bool = Field(description="messages between channels; false leaves self-loops only")
    attention: bool = Field(description="edge-biased attention in place of relational messages")
    edges: EdgesConfig = Field(description="types of edges")
    samples: int = Field(
        ge=64, le=67_500, description="samples of a visit's FGS1 light curve; 67500 is every pair"
    )
    patch: int = Field(ge=1, le=256, description="samples that make one token")
    token_width: int = Field(ge=8, le=256, description="width of the FGS1 tokens, a multiple of 2")
    node_width: int = Field(ge=8, le=256, description="width of the channels' features")
    rounds: int = Field(ge=1, le=8, description="rounds of messages")
    hidden: int = Field(ge=8, le=1024, description="width of what describes a planet")
