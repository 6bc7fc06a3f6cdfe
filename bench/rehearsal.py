"""Dress rehearsal: 20 hidden planets at full frame size, then every fault on a small survey.

Needs a package index for the wheels, 6 GB of disk for the frames, and about ten minutes.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from spectramind.conf.compose import compose
from spectramind.conf.schema.rehearsal import Fault
from spectramind.kaggle.bundle import make_bundle
from spectramind.kaggle.notebook import write_notebook
from spectramind.kaggle.rehearsal import Rehearsal, rehearse
from spectramind.kaggle.rehearsal_plan import Plan
from spectramind.kaggle.rehearsal_summary import summary_lines
from spectramind.kaggle.sandbox import Limits, possible_mode
from spectramind.pipeline.budget import PLANETS_SHARE
from spectramind.pipeline.simulate import simulate
from spectramind.pipeline.train import train
from spectramind.provenance.run import open_run


def silent(done: int, total: int, failed: int) -> None:
    """Show no progress."""


def simulated(out: Path, *sizes: str) -> Path:
    """A simulated survey."""
    simulate(compose([f"paths.out={out}", "sim.seed=5", *sizes]), silent)
    return out


def checkpoint(folder: Path) -> Path:
    """A physics model trained on 24 planets given as light curves."""
    survey = simulated(folder / "curves", "sim.train=24", "sim.test=0", "sim.level=light_curves")
    overrides = [f"paths.input={survey}", f"paths.out={folder}/trained", "data.split=train"]
    overrides += [f"paths.{key}={folder}/{key}" for key in ("outputs", "logs")]
    config = compose(overrides)
    with open_run("train", config, overrides) as run:
        return Path(train(config, run, silent).checkpoint)


def made(folder: Path) -> Path:
    """Datasets and notebook."""
    config = compose([f"model.ckpt={checkpoint(folder)}"])
    make_bundle(config, folder / "kaggle", ())
    write_notebook(config.kaggle, folder / "kaggle", config.calib)
    return folder / "kaggle"


def show(title: str, done: Rehearsal) -> None:
    """Print a rehearsal."""
    print(f"rehearsal, {title}", *summary_lines(done), sep="\n  ")


def half_time(done: Rehearsal) -> float:
    """Length of a session, second, whose limit for planets falls in the middle of `predict`."""
    cells = done.cells
    return (cells["prepare"] + cells["test"] + 0.7 * cells["predict"]) / PLANETS_SHARE


def main() -> None:
    """Print the rehearsals."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        survey = simulated(folder / "survey", "sim.train=2", "sim.test=20")
        plan = Plan(survey, made(folder), folder / "run", Limits(), possible_mode())
        names = compose().kaggle
        show("full frames", rehearse(plan, names))
        small = simulated(folder / "small", "sim.train=2", "sim.test=12", "sim.decimate=20")
        plan = replace(plan, survey=small, public=False)
        done = rehearse(plan, names)
        for fault in Fault:
            show(f"fault {fault}", rehearse(replace(plan, faults=(fault,)), names))
        short = replace(plan, limits=Limits(seconds=half_time(done)))
        show("time for half of the planets", rehearse(short, names))
