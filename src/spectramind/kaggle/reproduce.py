"""A recorded submission again, byte for byte, or what is missing for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spectramind.conf.compose import compose, validate
from spectramind.conf.schema.config import Config
from spectramind.errors import DataError
from spectramind.kaggle.ledger import Entry, read_ledger
from spectramind.pipeline.calibrate import calibrate
from spectramind.pipeline.fit import checkpoint_of
from spectramind.pipeline.planets import Progress
from spectramind.pipeline.predict import predict
from spectramind.pipeline.submit import submit
from spectramind.provenance.digest import sha256
from spectramind.provenance.run import open_run
from spectramind.provenance.versions import code_digest


@dataclass(frozen=True)
class Reproduction:
    """A submission that was made again and is the same."""

    table: str
    csv: str
    planets: int


def find_entry(ledger: Path, key: str) -> Entry:
    """The submission whose table, bundle or run hash begins with `key`.

    Raises
    ------
    DataError : none or several do
    """
    entries = read_ledger(ledger)
    found = [e for e in entries if any(h.startswith(key) for h in (e.table, e.bundle, e.run_hash))]
    if len(found) != 1:
        remedy = "give more of the hash; `spectramind leaderboard status` lists them"
        raise DataError(ledger, f"one submission {key}", str(len(found)), remedy)
    return found[0]


def missing_for(entry: Entry, config: Config) -> tuple[str, ...]:
    """What stands in the way of making a submission again, one line each."""
    problems = []
    if entry.code != code_digest():
        where = f"commit {entry.commit}" if entry.commit else "a commit that was not recorded"
        problems.append(f"code {entry.code}, which is {where} (this is {code_digest()})")
    if config.paths.input is None:
        problems.append("the survey: add +paths.input=DIR")
    path = checkpoint_of(config)
    if entry.checkpoint != "generic":
        found = sha256(path) if path and path.is_file() else "none"
        if found != entry.checkpoint:
            problems.append(
                f"the checkpoint with SHA-256 {entry.checkpoint[:12]}: add +model.ckpt=FILE "
                f"(given: {found[:12]})"
            )
    return tuple(problems)


def recorded_config(entry: Entry, overrides: Sequence[str]) -> Config:
    """The configuration of a recorded submission, with places as given now."""
    values = compose(overrides).model_dump(mode="json")
    for section, recorded in entry.config.items():
        values[section] = {**values[section], **recorded}
    return validate(values)


def reproduce(entry: Entry, overrides: Sequence[str], progress: Progress) -> Reproduction:
    """Make a recorded submission again.

    Raises
    ------
    DataError : something is missing, the survey is another one, or the bytes differ
    """
    config = recorded_config(entry, overrides)
    name = f"submission {entry.table[:12]}"
    if problems := missing_for(entry, config):
        remedy = "provide it and run the command again"
        raise DataError(name, "; ".join(problems), "nothing of the kind", remedy)
    with open_run("predict", config, overrides) as run:
        summary = predict(config, run, progress)
    if summary.data_digest != entry.data_digest:
        found = f"digest {summary.data_digest}"
        raise DataError(
            name, f"data {entry.data_digest}", found, "give the survey it was made from"
        )
    if not entry.calibration.startswith("none"):
        calibrate(config)
    written = submit(config, progress)
    if written.sha256 != entry.table:
        remedy = "compare the versions of the libraries in both bundles"
        raise DataError(written.csv, f"SHA-256 {entry.table[:12]}", written.sha256[:12], remedy)
    return Reproduction(written.sha256, written.csv, written.planets)
