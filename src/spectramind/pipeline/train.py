"""Stage `train`: the training of whichever model is chosen."""

from __future__ import annotations

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError
from spectramind.pipeline.estimator import estimator_of
from spectramind.pipeline.planets import Progress
from spectramind.pipeline.training import TrainSummary
from spectramind.provenance.run import Run


def train(config: Config, run: Run, progress: Progress) -> TrainSummary:
    """Train the model `model.name`.

    Raises
    ------
    ConfigurationError : the model has nothing to learn, or is asked to start from a checkpoint
    """
    if config.model.ckpt is not None:
        raise ConfigurationError("model.ckpt is what `train` writes; leave it out")
    if config.data.split != "train":
        raise ConfigurationError("data.split=test has no known depths; train on data.split=train")
    return estimator_of(config).train(config, run, progress)
