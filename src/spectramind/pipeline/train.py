"""Stage `train`: the training of whichever model is chosen, then its calibrators."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError
from spectramind.models.predictions import read_predictions, write_predictions
from spectramind.pipeline.calibrators import add_calibrators, learn_from
from spectramind.pipeline.estimator import estimator_of
from spectramind.pipeline.out_of_fold import state_expected_score
from spectramind.pipeline.places import required
from spectramind.pipeline.planets import Progress
from spectramind.pipeline.training import OUT_OF_FOLD, TrainSummary, summarise
from spectramind.provenance.run import Run
from spectramind.scale.launcher import launched


def train(config: Config, run: Run, progress: Progress) -> TrainSummary:
    """Train the model `model.name`, and calibrators on its out-of-fold predictions.

    The score that is reported is that of the nested calibration: every planet's sigma comes from
    calibrators that other planets have taught and chosen.

    Raises
    ------
    ConfigurationError : the model is asked to start from a checkpoint, or cannot be trained in as
        many processes as torchrun started
    """
    _check(config)
    summary = estimator_of(config).train(config, run, progress)
    checkpoint = Path(summary.checkpoint)
    out_of_fold = required(config.paths.out, "paths.out") / OUT_OF_FOLD
    table = read_predictions(out_of_fold)
    calibrators, table = learn_from(table, out_of_fold, config.calib)
    write_predictions(out_of_fold, table)
    add_calibrators(checkpoint, config.model.name, calibrators, out_of_fold)
    state_expected_score(checkpoint, table)
    return replace(summarise(table, summary.failed, checkpoint), calibrators=calibrators.lines)


def lend_a_hand(config: Config) -> None:
    """Train along with the first of the processes that torchrun started; read and write nothing.

    Raises
    ------
    ConfigurationError : as for `train`
    """
    _check(config)
    from spectramind.pipeline.fold_networks import follow
    from spectramind.training.distributed import joined

    with joined(launched()) as team:
        follow(config, team)


def _check(config: Config) -> None:
    if config.model.ckpt is not None:
        raise ConfigurationError("model.ckpt is what `train` writes; leave it out")
    if config.data.split != "train":
        raise ConfigurationError("data.split=test has no known depths; train on data.split=train")
    processes = launched().size
    if processes > 1 and config.model.name != "v50":
        text = f"model={config.model.name} is trained by one process, torchrun started {processes}"
        raise ConfigurationError(f"{text}; leave torchrun out")
    if processes > config.train.batch:
        text = f"train.batch={config.train.batch} has less planets than torchrun processes"
        raise ConfigurationError(f"{text} ({processes}); start fewer, or raise train.batch")
