"""The whole configuration: one frozen model, one field a section."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from spectramind.conf.schema.calibration import CalibConfig
from spectramind.conf.schema.compare import CompareConfig
from spectramind.conf.schema.data import DataConfig
from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.conf.schema.leaderboard import LeaderboardConfig, ShakeupConfig
from spectramind.conf.schema.model import ModelConfig
from spectramind.conf.schema.paths import PathsConfig
from spectramind.conf.schema.rehearsal import RehearsalConfig
from spectramind.conf.schema.runtime import RuntimeConfig
from spectramind.conf.schema.section import Section
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.conf.schema.submission import ReportConfig, SubmitConfig
from spectramind.conf.schema.train import TrainConfig
from spectramind.conf.schema.transit import TransitConfig

_WITHOUT_EFFECT = {
    "paths", "runtime", "sim", "compare", "kaggle", "rehearsal", "leaderboard", "shakeup",
}  # fmt: skip
"""Sections that change no prediction."""


class Config(Section):
    """Everything a run is told. Defaults stand in `conf/*.yaml`, nowhere else."""

    paths: PathsConfig = Field(description="inputs and outputs")
    data: DataConfig = Field(description="selection of planets")
    runtime: RuntimeConfig = Field(description="workers and failure policy")
    detector: DetectorConfig = Field(description="reduction of frames to light curves")
    transit: TransitConfig = Field(description="joint inference of light curves")
    model: ModelConfig = Field(description="estimator")
    train: TrainConfig = Field(description="learning from known depths")
    calib: CalibConfig = Field(description="calibration of sigma")
    submit: SubmitConfig = Field(description="submission files")
    report: ReportConfig = Field(description="HTML report")
    sim: SimulatorConfig = Field(description="simulated surveys")
    compare: CompareConfig = Field(description="models side by side")
    kaggle: KaggleConfig = Field(description="datasets and notebook")
    rehearsal: RehearsalConfig = Field(description="dress rehearsal of the notebook")
    leaderboard: LeaderboardConfig = Field(description="submissions and their scores")
    shakeup: ShakeupConfig = Field(description="how far scores move from board to board")

    def portable(self) -> dict[str, Any]:
        """What determines a prediction: everything but places, workers, names, simulation.

        Two runs with equal portable configuration, code and data give the same bytes, wherever
        they ran; its hash names the run.
        """
        values = self.model_dump(mode="json", exclude=_WITHOUT_EFFECT)
        values["submit"] = {k: v for k, v in values["submit"].items() if k not in ("csv", "bundle")}
        values["model"] = {k: v for k, v in values["model"].items() if k != "ckpt"}
        return values
