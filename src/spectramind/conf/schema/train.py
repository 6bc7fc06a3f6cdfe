"""Section `train`: what every training shares, and how networks learn."""

from __future__ import annotations

from pydantic import Field

from spectramind.conf.schema.section import Section


class SymbolicConfig(Section):
    """Weights of the symbolic constraints as loss terms; 0 leaves one out."""

    smoothness: float = Field(ge=0, description="bends from channel to channel")
    nonnegativity: float = Field(ge=0, description="depths below zero")
    fft: float = Field(ge=0, description="power above the instrument's resolution")
    molecular: float = Field(ge=0, description="structure that no molecule explains")


class TrainConfig(Section):
    """How a model learns from planets with known depths."""

    folds: int = Field(ge=2, le=50, description="folds of whole planets for out-of-fold results")
    seeds: int = Field(ge=1, le=20, description="networks that each fold trains")
    seed: int = Field(ge=0, lt=2**31, description="of the first network; same seed, same weights")
    pretrain: bool = Field(
        description="learn from drawn spectra, measured by the planets' light curves, first"
    )
    population: int = Field(ge=16, le=1_000_000, description="spectra drawn for pretraining")
    measurements: int = Field(
        ge=16,
        le=10_000_000,
        description="of drawn and of known spectra by the planets' light curves",
    )
    pretrain_epochs: int = Field(ge=0, le=1000, description="epochs of 100 steps of pretraining")
    epochs: int = Field(ge=0, le=1000, description="most epochs over the known planets")
    batch: int = Field(ge=1, le=4096, description="planets a step; halved when memory runs out")
    rate: float = Field(gt=0, description="learning rate at its highest")
    patience: int = Field(ge=1, description="epochs without a better score that end a training")
    symbolic: SymbolicConfig = Field(description="weights of the constraints")
