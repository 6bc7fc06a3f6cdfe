"""The stage: a whole simulated survey, planet by planet, in any number of workers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spectramind.conf.schema.detector import DetectorConfig
from spectramind.conf.schema.simulator import SimulatorConfig
from spectramind.errors import DataError, OutputError
from spectramind.provenance.atomic import output_error, write_text
from spectramind.provenance.digest import config_hash, fingerprint
from spectramind.provenance.versions import code_digest
from spectramind.scale.dask_cluster import Cluster
from spectramind.scale.executor import run_tasks
from spectramind.simulator.chosen_opacities import chosen_opacities
from spectramind.simulator.instrument import family_name
from spectramind.simulator.planet_products import SimulationTask, simulate_planet
from spectramind.simulator.population import SimulatedPlanet
from spectramind.simulator.survey_tables import write_instrument_tables, write_planet_tables
from spectramind.survey.families import write_families

MARKER = "simulation.json"
"""Says what the folder was simulated with: the licence to go on in it."""

Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class SimulationSummary:
    """What a simulation wrote."""

    planets: int
    visits: int


def simulate_survey(
    out: Path,
    config: SimulatorConfig,
    detector: DetectorConfig,
    workers: int | Cluster,
    progress: Progress,
) -> SimulationSummary:
    """Write a survey with known truth into `out`, or finish one that was interrupted.

    The same seed gives the same bytes on any number of workers. Tables are written last, so a
    survey that can be opened is complete.

    Parameters
    ----------
    detector : choices of the reduction; only the light-curve level follows them
    workers : processes or a cluster; 0 works in this process
    progress : called with (done, total, failed) whenever a planet finishes

    Raises
    ------
    OutputError : `out` holds something else, cannot be written, or a planet failed
    """
    attributes = _claim(out, config, detector)
    total = config.train + config.test
    tasks = [SimulationTask(out.absolute(), config, detector, attributes, i) for i in range(total)]
    planets: dict[int, SimulatedPlanet] = {}
    failed: dict[int, str] = {}
    for outcome in run_tasks(simulate_planet, tasks, workers):
        if outcome.value is None:
            failed[outcome.item.index] = str(outcome.error)
        else:
            planets[outcome.item.index] = outcome.value
        progress(len(planets) + len(failed), total, len(failed))
    if failed:
        index, error = next(iter(failed.items()))
        found = f"{len(failed)} failed, number {index} with: {error}"
        raise OutputError(out, f"{total} planets", found, "repair it and run the command again")
    write_instrument_tables(out, config.decimate, config.edition)
    if config.families:
        write_families(out, _family_names(config, planets))
    train = [planets[index] for index in range(config.train)]
    test = [planets[index] for index in range(config.train, total)]
    if train:
        write_planet_tables(out, "train", train, config.edition)
    if test:
        write_planet_tables(out, "test", test, config.edition)
    return SimulationSummary(total, sum(len(p.transit_times) for p in planets.values()))


def _family_names(config: SimulatorConfig, planets: dict[int, SimulatedPlanet]) -> dict[int, str]:
    """Name of the family of each planet, by ascending index."""
    names = {number: family_name(config.seed, number) for number in range(config.families)}
    return {planets[index].planet_id: names[index % config.families] for index in sorted(planets)}


def _claim(out: Path, config: SimulatorConfig, detector: DetectorConfig) -> dict[str, str]:
    """Make `out` the folder of this simulation; return the attributes of its products."""
    chosen_opacities(config.opacities)
    tables = fingerprint(config.opacities)
    settings: dict[str, Any] = {"sim": config.model_dump(mode="json"), "opacities": tables}
    if config.level == "light_curves":
        settings["detector"] = detector.model_dump(mode="json")
    attributes = {"config_hash": config_hash(settings), "code_digest": code_digest()}
    marker = out / MARKER
    remedy = "choose another paths.out, or remove the folder yourself"
    try:
        occupied = out.exists() and (not out.is_dir() or any(out.iterdir()))
        if occupied and not marker.is_file():
            raise DataError(out, "a new or empty folder", "other content", remedy)
        if not occupied:
            write_text(marker, json.dumps({**attributes, **settings}, indent=1) + "\n")
        found = json.loads(marker.read_text(encoding="utf-8"))
    except OSError as error:
        raise output_error(out, error) from error
    except ValueError as error:
        raise DataError(marker, "the record of a simulation", str(error), remedy) from error
    for key, value in attributes.items():
        if found.get(key) != value:
            raise DataError(marker, f"{key} {value}", str(found.get(key)), remedy)
    return attributes
