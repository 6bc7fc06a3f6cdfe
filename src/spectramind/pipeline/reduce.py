"""Stage `reduce`: frames of each visit to light curves, one product a visit."""

from __future__ import annotations

from dataclasses import dataclass

from spectramind.conf.schema.config import Config
from spectramind.pipeline.check import require_sound
from spectramind.pipeline.planets import PlanetTask, Progress, for_each_planet, selected_planets
from spectramind.pipeline.sources import source_of
from spectramind.provenance.run import Run


@dataclass(frozen=True)
class ReduceSummary:
    """What a `reduce` did."""

    planets: int
    visits: int
    failed: dict[int, str]


def reduce_planet(task: PlanetTask) -> int:
    """Reduce all visits of one planet unless they are; return how many there are."""
    return len(source_of(task.config).light_curves(task.planet_id))


def reduce_all(config: Config, run: Run, progress: Progress) -> ReduceSummary:
    """Reduce every selected planet; a broken one is recorded and the others go on.

    Raises
    ------
    DataError : the survey cannot be read, or a planet fails under `runtime.strict`
    """
    require_sound(config, run)
    planets = selected_planets(config)
    visits, errors = for_each_planet(reduce_planet, planets, config, run, progress)
    return ReduceSummary(len(planets), sum(visits.values()), errors)
