"""The budget guard: watches time, memory and disk while planets are worked on.

It keeps the safe table up to date, lowers the number of busy workers when memory is short, drops
light curves of finished planets when the disk is, and ends the work in time to hand in what is
done.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from spectramind.conf.schema.config import Config
from spectramind.errors import DataError, OutputError
from spectramind.pipeline.budget import (
    OPTIONAL,
    PLANETS_SHARE,
    Session,
    dropped_work,
    reserved_bytes,
)
from spectramind.pipeline.estimator import estimator_of
from spectramind.pipeline.places import Places, places
from spectramind.pipeline.safe_table import SafeTable
from spectramind.provenance.atomic import write_text
from spectramind.provenance.run import Run
from spectramind.scale.memory import memory_available_gb

_SHORT_OF_WORKER = 0.5
"""Memory is short when less than this part of a worker's peak is left."""
_SECONDS_BETWEEN_HALVINGS = 30.0


@dataclass(frozen=True)
class Losses:
    """What a run left out to stay within its limits.

    ended    why planets were left out; None when all were tried
    dropped  optional work that was left out
    pruned   planets whose light curves were removed for the sake of the disk
    workers  busy workers at the end, None when memory was never short
    """

    ended: str | None = None
    dropped: tuple[str, ...] = ()
    pruned: int = 0
    workers: int | None = None

    def lines(self) -> tuple[str, ...]:
        """What was left out, for people; empty when nothing was."""
        texts = (
            f"planets ended early: {self.ended}" if self.ended else "",
            f"left out: {', '.join(self.dropped)}" if self.dropped else "",
            f"light curves of {self.pruned} planets removed: disk short" if self.pruned else "",
            f"busy workers lowered to {self.workers}: memory short" if self.workers else "",
        )
        return tuple(text for text in texts if text)


def session_of(config: Config) -> Session:
    """The session that a command runs in, as the notebook's environment says."""
    return Session(config.runtime.started or time.time(), 3600.0 * config.runtime.budget_hours)


class Guard:
    """Overseer of the work on all planets; see `scale.executor.Overseer`."""

    def __init__(self, run: Run, planets: int, table: SafeTable) -> None:
        self._run, self._config, self._table = run, run.config, table
        self._where: Places = places(run.config)
        self._session, self._begun = session_of(run.config), time.time()
        self._total, self._finished = planets, list[int]()
        self._fresh: list[int] = []
        self._pruned = 0
        self._used = 0.0
        self._workers: int | None = None
        self._halved = 0.0
        self._dropped: tuple[str, ...] = ()
        self._ended: str | None = None

    # Overseer

    def allowed(self, workers: int) -> int:
        """Workers that may be busy now; 0 once a limit is reached."""
        if self._ended is None:
            self._watch_time()
            self._watch_disk()
        if self._ended is not None:
            return 0
        self._watch_memory(workers)
        return min(workers, self._workers or workers)

    def reason(self) -> str:
        """Why the work was ended."""
        return self._ended or ""

    # Told by the stage

    def finished(self, planet_id: int, worked: bool) -> None:
        """Take note of a planet; bring the table on disk up to date now and then."""
        self._finished.append(planet_id)
        self._used += sum(path.stat().st_size for path in self._products(planet_id))
        if worked:
            self._fresh.append(planet_id)
        if self._table.due:
            self.update_table()

    def update_table(self) -> None:
        """Put the planets that finished since the last time into the table on disk."""
        fresh, self._fresh = self._fresh, []
        for planet, answer in estimator_of(self._config).answers(self._config, fresh):
            if not isinstance(answer, DataError):
                self._table.add(planet, answer)
        try:
            self._table.write()
        except OutputError as error:
            # The table that is there stays; the next attempt may find room.
            self._run.event("table_not_replaced", error=str(error))

    def losses(self) -> Losses:
        """What was left out so far."""
        return Losses(self._ended, self._dropped, self._pruned, self._workers)

    # Watching

    def _watch_time(self) -> None:
        now, done = time.time(), len(self._finished)
        projected = self._session.projected_share(now, self._begun, done, self._total)
        if (dropped := dropped_work(projected)) and not set(dropped) <= set(self._dropped):
            self._dropped = tuple(name for name in OPTIONAL if name in {*dropped, *self._dropped})
            self._run.event("work_dropped", work=self._dropped, projected=round(projected, 3))
        if self._session.share(now) > PLANETS_SHARE:
            hours = self._session.seconds / 3600
            self._end(f"{PLANETS_SHARE:.0%} of the {hours:.3g} h session had passed")

    def _watch_memory(self, workers: int) -> None:
        short = memory_available_gb() < _SHORT_OF_WORKER * self._config.runtime.memory_gb
        if short and time.monotonic() - self._halved > _SECONDS_BETWEEN_HALVINGS:
            self._halved = time.monotonic()
            self._workers = max(1, (self._workers or workers) // 2)
            self._run.event("memory_short", workers=self._workers)

    def _watch_disk(self) -> None:
        needed = reserved_bytes(self._total)
        if self._free() < 2 * needed:
            self._prune()
        if (free := self._free()) < needed:
            self._end(f"{free / 1e6:.0f} MB of disk left, {needed / 1e6:.0f} MB needed to end")

    def _free(self) -> float:
        folder = self._where.out if self._where.out.exists() else Path()
        quota = 1e9 * self._config.runtime.disk_gb - self._used
        return min(float(shutil.disk_usage(folder).free), quota)

    def _products(self, planet_id: int) -> list[Path]:
        curves = self._where.light_curves(planet_id, 0)
        fit = self._where.posterior(planet_id)
        found = curves.parent.glob(f"{planet_id}_*.nc")
        return [*found, *([fit] if fit.is_file() else [])]

    def _prune(self) -> None:
        """Remove the light curves of finished planets: their fits are all that is needed."""
        for planet in self._finished[self._pruned :]:
            for path in self._products(planet):
                if path != self._where.posterior(planet):
                    self._used -= path.stat().st_size
                    path.unlink()
        if len(self._finished) > self._pruned:
            self._pruned = len(self._finished)
            self._run.event("light_curves_dropped", planets=self._pruned)

    def _end(self, reason: str) -> None:
        self._ended = reason
        self._run.event("planets_ended", reason=reason, done=len(self._finished))
        self._run.log(f"planets ended: {reason}")


def write_losses(where: Places, losses: Losses) -> None:
    """Keep `losses` beside the predictions for the verbs that follow."""
    write_text(where.budget, json.dumps(asdict(losses), indent=1) + "\n")


def read_losses(where: Places) -> Losses:
    """Losses of the last `predict`; none where it was not guarded.

    Raises
    ------
    DataError : the file is damaged
    """
    if not where.budget.is_file():
        return Losses()
    try:
        return TypeAdapter(Losses).validate_json(where.budget.read_bytes())
    except ValidationError as error:
        found = error.errors(include_url=False)[0]["msg"]
        remedy = "run `spectramind predict` again"
        raise DataError(where.budget, "what a run left out", found, remedy) from error


def no_time_left(config: Config, losses: Losses, work: str) -> bool:
    """Whether optional `work` has to be left out: decided before, or since it has become late."""
    return work in losses.dropped or (
        config.runtime.started is not None and session_of(config).share(time.time()) > PLANETS_SHARE
    )
