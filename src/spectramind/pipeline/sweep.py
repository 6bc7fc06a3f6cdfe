"""Stage `sweep`: the same work under many configurations, each in a folder of its own.

A point is done when its record was made by the same verb, configuration, code and light curves.
What is not done is done again, and there every planet's product that is current counts, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from spectramind.conf.absolute_paths import absolute_paths
from spectramind.conf.compose import compose
from spectramind.conf.schema.config import Config
from spectramind.conf.sweep import expand
from spectramind.errors import DataError
from spectramind.pipeline.fit import checkpoint_digest
from spectramind.pipeline.places import required
from spectramind.pipeline.planets import Progress, selected_planets, workers_of
from spectramind.pipeline.sources import source_of
from spectramind.pipeline.sweep_point import SweepPoint, SweptVerb, recorded, run_point
from spectramind.provenance.atomic import atomic_path
from spectramind.provenance.digest import config_hash
from spectramind.provenance.run import run_hash
from spectramind.scale.executor import run_tasks

TABLE = "sweep.csv"


@dataclass(frozen=True)
class SweepSummary:
    """What a `sweep` found.

    before  points that were done before
    rows    swept values, status and result of each point, in the order of expansion
    """

    points: int
    before: int
    failed: int
    table: str
    rows: tuple[dict[str, Any], ...]


def data_digest(config: Config) -> str:
    """Digest of the light curves of all selected planets."""
    source = source_of(config)
    return config_hash({str(planet): source.digest(planet) for planet in selected_planets(config)})


def sweep_points(verb: SweptVerb, overrides: Sequence[str]) -> list[SweepPoint]:
    """Compose every point before the first one starts: a typo in the last value costs no time.

    Raises
    ------
    DataError : an override or a survey is not valid, or `paths.out` itself is swept
    """
    # The last word on a key counts, so that a point works in its own folder and one process:
    # points together fill the cores.
    fixed, combinations = expand(overrides)
    out = required(compose(fixed).paths.out, "paths.out").absolute()
    data: dict[Any, str] = {}
    points = []
    for values in combinations:
        if "paths.out" in values:
            remedy = "give one folder; each point gets its own below it"
            raise DataError("sweep", "one paths.out", "several", remedy)
        swept = [f"{key}={value}" for key, value in values.items()]
        own = [f"paths.out={out / config_hash(values)}", "runtime.executor=serial"]
        config = absolute_paths(compose([*fixed, *swept, *own]))
        where = (config.paths.input, config.data)
        if where not in data:
            data[where] = data_digest(config)
        depends = [run_hash(verb, config), data[where], checkpoint_digest(config)]
        points.append(
            SweepPoint(verb, values, (*fixed, *swept, *own), config, config_hash(depends))
        )
    return points


def sweep(verb: SweptVerb, overrides: Sequence[str], progress: Progress) -> SweepSummary:
    """Do every point that is not done, in parallel, and write one table of all.

    Raises
    ------
    DataError : a point cannot be composed, or the survey cannot be read
    """
    base = compose(expand(overrides)[0])
    table = required(base.paths.out, "paths.out") / TABLE
    points = sweep_points(verb, overrides)
    results = {p.digest: known for p in points if (known := recorded(p)) is not None}
    before = len(results)
    failed: dict[str, str] = {}
    todo = [point for point in points if point.digest not in results]
    for outcome in run_tasks(run_point, todo, workers_of(base)):
        if outcome.value is None:
            failed[outcome.item.digest] = str(outcome.error)
        else:
            results[outcome.item.digest] = outcome.value
        progress(len(results) + len(failed), len(points), len(failed))
    rows = tuple(_row(point, results, failed) for point in points)
    with atomic_path(table) as temporary:
        pl.from_dicts(list(rows), infer_schema_length=None).write_csv(temporary)
    return SweepSummary(len(points), before, len(failed), str(table), rows)


def _row(
    point: SweepPoint, results: dict[str, dict[str, Any]], failed: dict[str, str]
) -> dict[str, Any]:
    status = failed.get(point.digest, "ok")
    return {**point.values, "status": status, **results.get(point.digest, {})}
