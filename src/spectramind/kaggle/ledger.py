"""The ledger of submissions: one JSON line each, appended and never rewritten.

A later line on the same table adds what has become known since, such as the private score.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from omegaconf import OmegaConf
from pydantic import ConfigDict, TypeAdapter, ValidationError

from spectramind.errors import DataError
from spectramind.provenance.digest import config_hash, sha256
from spectramind.provenance.events import append_line
from spectramind.provenance.versions import code_digest, git_commit
from spectramind.submission.bundle import CONFIG, TABLE, read_member, verify_bundle

DAILY_CAP = 3


@dataclass(frozen=True)
class Entry:
    """One submission.

    table       SHA-256 of submission.csv
    bundle      SHA-256 of the zip
    code        digest of the source that made it; `commit` where that source is checked out
    checkpoint  SHA-256 of the model, "generic" without one
    calibration calibrators that were applied, as the bundle says
    cv          out-of-fold score
    ref         reference of the submission on Kaggle; `status` what has become of it there
    config      what determines the numbers
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    time: str
    table: str
    bundle: str
    run_hash: str
    config_hash: str
    code: str
    commit: str | None
    seed: int | None
    data_digest: str
    checkpoint: str
    estimator: str
    calibration: str
    config: dict[str, Any]
    cv: float | None = None
    public: float | None = None
    private: float | None = None
    note: str = ""
    ref: str | None = None
    status: str = ""


_ENTRY = TypeAdapter(Entry)


def entry_of(bundle: Path, now: datetime | None = None) -> Entry:
    """The entry of a bundle that `spectramind submit` wrote, scores still unknown.

    Raises
    ------
    DataError : the bundle is missing or damaged
    """
    manifest = verify_bundle(bundle)
    config = _configuration(bundle)
    notes = manifest.origin.notes
    return Entry(
        time=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        table=manifest.files[TABLE].sha256,
        bundle=sha256(bundle),
        run_hash=manifest.origin.run_hash,
        config_hash=config_hash(config),
        code=notes["code"],
        commit=git_commit() if notes["code"] == code_digest() else None,
        seed=config.get("train", {}).get("seed"),
        data_digest=manifest.origin.data_digest,
        checkpoint=notes["checkpoint"],
        estimator=notes["estimator"],
        calibration=notes["calibration"],
        config=config,
    )


def _configuration(bundle: Path) -> dict[str, Any]:
    values = OmegaConf.to_container(OmegaConf.create(read_member(bundle, CONFIG)))
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def append_entry(ledger: Path, entry: Entry) -> None:
    """Append one line; a line that a crash has torn is closed first and left out by the reader."""
    append_line(ledger, json.dumps(asdict(entry), sort_keys=True))


def _is_torn(line: str) -> bool:
    """Whether a line is the beginning of an entry: its writing was cut off."""
    if not line.startswith("{"):
        return False
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        # Text that goes on would be valid: the fault lies at the end, or in a value begun there.
        rest = line[error.pos :]
        return error.pos >= len(line) or error.msg.startswith("Unterminated") or len(rest) < 5
    return False


def _entry(ledger: Path, number: int, line: str) -> Entry:
    try:
        return _ENTRY.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        found = f"line {number}: {'.'.join(map(str, first['loc']))} {first['msg']}".lower()
        remedy = "repair or remove the line"
        raise DataError(ledger, "one entry a line", found, remedy) from error


def _lines(ledger: Path) -> list[str]:
    try:
        return ledger.read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        remedy = "repair or remove the line"
        found = f"line {number}: {error.reason}"
        raise DataError(ledger, "text in UTF-8", found, remedy) from error
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(ledger, "a readable ledger", found, "make it readable") from error


def torn_lines(ledger: Path) -> tuple[int, ...]:
    """Numbers of the lines that a crash has torn, which the reader leaves out.

    Raises
    ------
    DataError : the file cannot be read
    """
    if not ledger.is_file():
        return ()
    return tuple(number for number, line in enumerate(_lines(ledger), 1) if _is_torn(line))


def read_ledger(ledger: Path) -> list[Entry]:
    """Submissions in order of their first line, later lines merged into it.

    Raises
    ------
    DataError : a line is not an entry
    """
    found: dict[str, Entry] = {}
    if not ledger.is_file():
        return []
    for number, line in enumerate(_lines(ledger), 1):
        if not line.strip() or _is_torn(line):
            continue
        entry = _entry(ledger, number, line)
        first = found.setdefault(entry.table, entry)
        known = {
            name: value
            for name in ("cv", "public", "private", "note", "ref", "status")
            if (value := getattr(entry, name)) not in (None, "")
        }
        found[entry.table] = replace(first, **known)
    return list(found.values())


def submitted_on(entries: list[Entry], day: str) -> int:
    """Submissions of one day (UTC, ISO 8601)."""
    return sum(entry.time.startswith(day) for entry in entries)


def best(entries: list[Entry], by: str) -> Entry | None:
    """Entry with the highest score of a kind: cv, public or private."""
    assert by in {field.name for field in fields(Entry)}
    scored = [entry for entry in entries if getattr(entry, by) is not None]
    return max(scored, key=lambda entry: float(getattr(entry, by)), default=None)
