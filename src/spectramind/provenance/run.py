"""A run: its folder with the resolved configuration, its events, its human log."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spectramind.conf.compose import to_yaml
from spectramind.conf.schema.config import Config
from spectramind.errors import InternalError, SpectraMindError, own_errors
from spectramind.provenance.atomic import write_text
from spectramind.provenance.data_version import locked_digests, tables_digest
from spectramind.provenance.digest import canonical_json, config_hash
from spectramind.provenance.events import append_event, append_line
from spectramind.provenance.versions import code_digest, git_commit, package_versions

EVENTS = "events.jsonl"
DEBUG_LOG = "v50_debug_log.md"


@dataclass(frozen=True)
class Run:
    """Handle of a run in progress.

    hash : names configuration and code: equal hashes and equal data give equal bytes
    name : `<time>-<hash>`, unique to this run
    """

    verb: str
    hash: str
    name: str
    config: Config

    @property
    def events(self) -> Path:
        """The event log that this run appends to."""
        return self.config.paths.logs / EVENTS

    @property
    def debug_log(self) -> Path:
        """The human log."""
        return self.config.paths.logs / DEBUG_LOG

    def event(self, event: str, **fields: Any) -> None:
        """Append an event of this run to the event log."""
        append_event(self.events, self.name, self.verb, event, **fields)

    def result(self, **fields: Any) -> None:
        """Record what the verb ends with; `spectramind runs` shows and compares it."""
        self.event("result", result=fields)

    def log(self, text: str) -> None:
        """Append a line to the human log."""
        stamp = datetime.now(UTC).strftime("%H:%M:%S")
        append_line(self.debug_log, f"- {stamp} {text}")


def run_hash(verb: str, config: Config) -> str:
    """Hash of what determines a run's numbers, apart from its data."""
    settings = config.sim if verb == "simulate" else config.portable()
    return config_hash({"verb": verb, "config": settings, "code": code_digest()})


def _open_run(verb: str, config: Config, overrides: Sequence[str]) -> Run:
    started = datetime.now(UTC)
    digest = run_hash(verb, config)
    run = Run(verb, digest, f"{started.strftime('%Y%m%dT%H%M%S.%f')}-{digest}", config)
    folder = config.paths.outputs / verb / run.name / "hydra"
    write_text(folder / "config.yaml", to_yaml(config))
    write_text(folder / "overrides.yaml", "".join(f"- {canonical_json(o)}\n" for o in overrides))
    append_line(
        run.debug_log,
        f"\n## {started.isoformat(timespec='seconds')} {verb} `{digest}`\n\n"
        f"Overrides: `{' '.join(overrides) or 'none'}`\n",
    )
    run.event(
        "started",
        hash=digest,
        folder=str(Path.cwd()),
        overrides=list(overrides),
        config=config.model_dump(mode="json"),
        code=code_digest(),
        commit=git_commit(),
        versions=package_versions(),
        data=tables_digest(config.paths.input),
        dvc=locked_digests(Path.cwd()),
    )
    return run


@contextmanager
def open_run(verb: str, config: Config, overrides: Sequence[str]) -> Iterator[Run]:
    """Record the start of a run, and how it ends whatever happens inside the block.

    Raises
    ------
    SpectraMindError : whatever the block raises, as one of this package's errors
    """
    run = _open_run(verb, config, overrides)
    start = time.monotonic()
    ending: dict[str, Any] = {"status": "interrupted"}
    try:
        with own_errors():
            yield run
        ending = {"status": "ok"}
    except SpectraMindError as error:
        ending = {"status": "failed", "error": str(error)}
        if isinstance(error, InternalError):
            run.log(f"fault\n\n```\n{error.trace}```")
            error.log = run.debug_log
        raise
    finally:
        seconds = round(time.monotonic() - start, 3)
        run.event("finished", seconds=seconds, **ending)
        run.log(f"{ending['status']} after {seconds} s {ending.get('error', '')}".rstrip())
