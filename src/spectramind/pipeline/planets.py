"""Work on many planets: which ones, in how many workers, and what becomes of the broken ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from spectramind.conf.absolute_paths import absolute_paths
from spectramind.conf.schema.config import Config
from spectramind.errors import ConfigurationError, DataError, OutputError
from spectramind.pipeline.sources import source_of
from spectramind.provenance.run import Run
from spectramind.scale.dask_cluster import Cluster, dashboard
from spectramind.scale.executor import run_tasks
from spectramind.scale.machine import worker_count
from spectramind.scale.overseer import Overseer, Unlimited

Value = TypeVar("Value")
Progress = Callable[[int, int, int], None]
"""Called with (done, total, failed) whenever a planet finishes."""


class PlanetOverseer(Overseer, Protocol):
    """An overseer that is told of every planet."""

    def finished(self, planet_id: int, worked: bool) -> None:
        """Take note of a planet that worked or failed."""


class _NoOverseer(Unlimited):
    def finished(self, planet_id: int, worked: bool) -> None:
        """Nobody asks."""


_NOBODY = _NoOverseer()


@dataclass(frozen=True)
class PlanetTask:
    """One planet of a configured run; small enough to send to a worker."""

    config: Config
    planet_id: int


def selected_planets(config: Config) -> tuple[int, ...]:
    """Planets to work on, in the survey's order: all, or those named in `data.planets`.

    Raises
    ------
    DataError : `data.planets` names a planet that the split does not have
    """
    planets = source_of(config).planet_ids
    if config.data.planets is None:
        return planets
    unknown = sorted(set(config.data.planets) - set(planets))
    if unknown:
        where = f"planets of the {config.data.split} split"
        raise DataError("configuration key data.planets", where, str(unknown[0]), "correct the id")
    chosen = set(config.data.planets)
    return tuple(planet for planet in planets if planet in chosen)


def workers_of(config: Config) -> int | Cluster:
    """Worker processes or cluster for `run_tasks`; 0 means this process.

    Raises
    ------
    ConfigurationError : the executor is a cluster that has no address
    """
    if config.runtime.executor == "serial":
        return 0
    if config.runtime.executor == "dask":
        if config.runtime.dask.address is None:
            text = "runtime.executor=dask needs runtime.dask.address=tcp://HOST:PORT"
            raise ConfigurationError(text)
        return Cluster(config.runtime.dask.address, config.runtime.dask.timeout_s)
    return worker_count(config.runtime.workers, config.runtime.memory_gb)


def for_each_planet(
    function: Callable[[PlanetTask], Value],
    planets: Sequence[int],
    config: Config,
    run: Run,
    progress: Progress,
    overseer: PlanetOverseer = _NOBODY,
) -> tuple[dict[int, Value], dict[int, str]]:
    """Apply `function` to every planet in worker processes.

    Returns
    -------
    values : by planet id, for the planets that worked
    errors : one line by planet id, for those that did not; each is in the event log too

    Raises
    ------
    DataError : a planet fails under `runtime.strict`
    OutputError : a product cannot be written; no planet is to blame, so no other is tried, except
        on Kaggle, where what can be had is handed in
    """
    values: dict[int, Value] = {}
    errors: dict[int, str] = {}
    workers = workers_of(config)
    if isinstance(workers, Cluster):
        run.event("cluster", address=workers.address, dashboard=dashboard(workers))
    # Workers of a cluster have working folders of their own.
    sent = absolute_paths(config)
    tasks = [PlanetTask(sent, planet) for planet in planets]
    for outcome in run_tasks(function, tasks, workers, overseer):
        planet = outcome.item.planet_id
        if outcome.error is None:
            assert outcome.value is not None
            values[planet] = outcome.value
        else:
            errors[planet] = outcome.error
            run.event("planet_failed", planet=planet, error=outcome.error, details=outcome.details)
            run.log(f"planet {planet} failed: {outcome.error}")
            if isinstance(outcome.exception, OutputError) and not config.runtime.kaggle:
                raise outcome.exception
            if config.runtime.strict:
                remedy = "repair it, or let others go on with runtime.strict=false"
                raise DataError(f"planet {planet}", "a usable planet", outcome.error, remedy)
        overseer.finished(planet, outcome.error is None)
        progress(len(values) + len(errors), len(tasks), len(errors))
    return values, errors
