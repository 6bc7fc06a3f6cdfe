"""Stage `simulate`: a survey with known truth, in the folder `paths.out`."""

from __future__ import annotations

from dataclasses import dataclass

from spectramind.conf.schema.config import Config
from spectramind.pipeline.places import required
from spectramind.pipeline.planets import Progress, workers_of
from spectramind.simulator.survey import simulate_survey


@dataclass(frozen=True)
class SimulateSummary:
    """What a `simulate` wrote."""

    train: int
    test: int
    visits: int
    survey: str
    truth: str


def simulate(config: Config, progress: Progress) -> SimulateSummary:
    """Write the survey that section `sim` describes, or finish an interrupted one.

    Raises
    ------
    DataError : the folder holds something else, or cannot be written
    """
    out = required(config.paths.out, "paths.out")
    summary = simulate_survey(out, config.sim, config.detector, workers_of(config), progress)
    truth = out / "truth" / "test.csv"
    return SimulateSummary(config.sim.train, config.sim.test, summary.visits, str(out), str(truth))
