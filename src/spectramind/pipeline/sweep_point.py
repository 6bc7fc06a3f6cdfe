"""One point of a sweep: a training or a prediction in a folder of its own, done once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spectramind.conf.schema.config import Config
from spectramind.pipeline.calibrate import calibrate
from spectramind.pipeline.predict import predict
from spectramind.pipeline.submission import last_submission
from spectramind.pipeline.train import train
from spectramind.provenance.atomic import write_text
from spectramind.provenance.run import Run, open_run

SweptVerb = Literal["train", "predict"]

RECORD = "point.json"


@dataclass(frozen=True)
class SweepPoint:
    """One combination of values; small enough to send to a worker.

    values     value by swept key
    overrides  everything that makes up its configuration
    config     the configuration, paths absolute
    digest     of all that its result depends on
    """

    verb: SweptVerb
    values: dict[str, str]
    overrides: tuple[str, ...]
    config: Config
    digest: str

    @property
    def record(self) -> Path:
        """Where the result is kept."""
        assert self.config.paths.out is not None
        return self.config.paths.out / RECORD


def _silent(*_: int) -> None:
    """Progress of the planets of one point: the sweep counts points."""


def _train(config: Config, run: Run) -> dict[str, Any]:
    summary = train(config, run, _silent)
    fgs1, mean, shape = summary.median_ppm
    return {
        "score": summary.score,
        "fgs1": summary.fgs1,
        "airs": summary.airs,
        "mean_z2": summary.mean_z2,
        "ppm_fgs1": fgs1,
        "ppm_airs_mean": mean,
        "ppm_airs_shape": shape,
        "failed": len(summary.failed),
    }


def _predict(config: Config, run: Run) -> dict[str, Any]:
    summary = predict(config, run, _silent)
    calibrate(config)
    score = last_submission(config).score()
    parts = {} if score is None else {"score": score.score, "fgs1": score.fgs1, "airs": score.airs}
    return {**parts, "failed": len(summary.fallbacks)}


_WORK: dict[SweptVerb, Callable[[Config, Run], dict[str, Any]]] = {
    "train": _train,
    "predict": _predict,
}


def recorded(point: SweepPoint) -> dict[str, Any] | None:
    """Result of a point that is done; None for one that is not."""
    try:
        record = json.loads(point.record.read_text(encoding="utf-8"))
        return dict(record["result"]) if record["digest"] == point.digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def run_point(point: SweepPoint) -> dict[str, Any]:
    """Do one point; return its result and keep it beside the products."""
    start = time.monotonic()
    with open_run(point.verb, point.config, point.overrides) as run:
        result = _WORK[point.verb](point.config, run)
        run.result(**result, sweep=point.values)
    result["seconds"] = round(time.monotonic() - start, 3)
    record = {"digest": point.digest, "values": point.values, "result": result}
    write_text(point.record, json.dumps(record, indent=1) + "\n")
    return result
