"""Which data a run met: the survey's tables, and what DVC says of the outputs beside it."""

from __future__ import annotations

from pathlib import Path

from spectramind.provenance.digest import fingerprint

LOCK = "dvc.lock"
_TABLES = (".csv", ".parquet", ".nc")


def tables_digest(survey: Path | None) -> str | None:
    """Fingerprint of the files directly in a survey's folder, never of its frames."""
    if survey is None or not survey.is_dir():
        return None
    tables = (path for path in survey.iterdir() if path.suffix in _TABLES and path.is_file())
    return fingerprint(sorted(tables))


def locked_digests(folder: Path) -> dict[str, str]:
    """Digest of every output in the `dvc.lock` of `folder`, by path; empty without one.

    A lock that DVC is just writing, or that no parser understands, counts as none: it is a note
    beside the run, never a reason to stop it.
    """
    import yaml

    try:
        lock = yaml.safe_load((folder / LOCK).read_text(encoding="utf-8"))
        outputs = [out for stage in lock["stages"].values() for out in stage.get("outs", ())]
        return {str(out["path"]): str(out["md5"]) for out in outputs}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        return {}
