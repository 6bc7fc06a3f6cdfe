"""A Kaggle of our own: a folder for the site, and the fake client on PATH."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FAKE = Path(__file__).with_name("fake_kaggle.py")


@dataclass(frozen=True)
class Site:
    """The site behind the fake client."""

    root: Path

    def log_in(self, user: str | None) -> None:
        (self.root / "account").unlink(missing_ok=True)
        if user:
            (self.root / "account").write_text(user)

    def faults(self, **faults: Any) -> None:
        (self.root / "faults.json").write_text(json.dumps(faults))

    def calls(self) -> list[list[str]]:
        """Calls since the last time that this was asked."""
        log = self.root / "calls.jsonl"
        lines = log.read_text().splitlines() if log.is_file() else []
        log.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]


def kaggle_site(root: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site in a new folder, its client first on PATH, someone logged in."""
    root.mkdir(parents=True)
    binary = root / "bin" / "kaggle"
    binary.parent.mkdir()
    binary.write_text(f'#!/bin/sh\nexec {sys.executable} -S {FAKE} "$@"\n')
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{binary.parent}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_KAGGLE", str(root))
    site = Site(root)
    site.log_in("someone")
    return site
