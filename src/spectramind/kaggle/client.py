"""Kaggle's own command line, as a process: what it is asked, what it said, tokens blotted out.

Source of what it says and of its exit codes: the client's source, version 2.2. It ends with 0
although it reports `Dataset creation error` or `Kernel push error`: what it said decides.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spectramind.errors import ConfigurationError, DataError

_SECRETS = ("KAGGLE_KEY", "KAGGLE_API_TOKEN")
_ABSENT = re.compile(r"\b(403|404)\b (Client Error|- )|not found", re.IGNORECASE)
_LIMITED = re.compile(r"\b429\b|rate limited|too many requests", re.IGNORECASE)
_UNKNOWN = re.compile(r"unrecognized arguments|invalid choice")
_NO_TOKEN = (
    "Kaggle's client finds no valid token; run `kaggle auth login`, or save a token of "
    "https://www.kaggle.com/settings/api in ~/.kaggle/access_token or KAGGLE_API_TOKEN; "
    "the old pair in kaggle.json, or KAGGLE_USERNAME and KAGGLE_KEY, is taken too"
)
_WAITS = (5.0, 15.0, 45.0, 90.0)
"""Seconds before a command that met the rate limit is given again."""


@dataclass(frozen=True)
class Said:
    """What a command answered.

    out, err   its two streams, without tokens
    """

    command: str
    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The line that tells most: the first of an error, whose later lines are advice."""
        for text in (self.err, self.out):
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if lines:
                return lines[-1] if lines[0].startswith("Traceback") else lines[0]
        return "no message"

    @property
    def absent(self) -> bool:
        """Whether it failed since what was asked for is not there, or not for this account."""
        return self.status != 0 and bool(_ABSENT.search(self.err))

    def failed(self, expected: str, remedy: str) -> DataError:
        """The error of a command that did not do what was expected."""
        if _UNKNOWN.search(self.err):
            remedy = "update the client: pip install --upgrade kaggle (2.2 or later)"
        return DataError(self.command, expected, self.last, remedy)


@dataclass(frozen=True)
class Client:
    """The `kaggle` command.

    dry    commands that change something on Kaggle are told, not run
    tell   receives one line a command
    sleep  waits; another one in tests
    """

    dry: bool = False
    tell: Callable[[str], None] = field(default=lambda _: None)
    sleep: Callable[[float], None] = time.sleep

    def read(self, *arguments: str | Path) -> Said:
        """Run a command that changes nothing on Kaggle.

        Raises
        ------
        ConfigurationError : the client finds no token
        DataError : there is no client, or it does not start
        """
        return self._patiently([str(argument) for argument in arguments])

    def change(self, *arguments: str | Path) -> Said | None:
        """Run a command that changes something on Kaggle; in a dry run only tell it, answer None.

        Raises
        ------
        ConfigurationError : the client finds no token
        DataError : there is no client, or it does not start
        """
        words = [str(argument) for argument in arguments]
        self.tell(f"{'would run' if self.dry else 'run'}  {shown(words)}")
        return None if self.dry else self._patiently(words)

    def _patiently(self, words: Sequence[str]) -> Said:
        for wait in _WAITS:
            said = _once(words)
            if said.status == 0 or not _LIMITED.search(said.err + said.out):
                return said
            self.tell(f"wait  {wait:.0f} s, Kaggle limits the rate: {shown(words)}")
            self.sleep(wait)
        return _once(words)


def shown(words: Sequence[str]) -> str:
    """A command as one types it."""
    return shlex.join(("kaggle", *words))


def _once(words: Sequence[str]) -> Said:
    executable = shutil.which("kaggle")
    if executable is None:
        remedy = "install Kaggle's client: pip install kaggle"
        raise DataError("kaggle", "Kaggle's command line", "no such command", remedy)
    done = subprocess.run(
        [executable, *words], capture_output=True, text=True, errors="replace", check=False
    )
    out, err = _blotted(done.stdout), _blotted(done.stderr)
    if done.returncode != 0 and "Authentication required" in out + err:
        raise ConfigurationError(_NO_TOKEN)
    if done.returncode != 0 and (missing := re.search(r"No module named '?([\w.]+)", err)):
        # 2.2.5 beside python-dateutil 4 does not start for want of `six`.
        remedy = f"install it beside the client: pip install {missing[1]}"
        raise DataError("kaggle", "a client that starts", f"no module {missing[1]}", remedy)
    return Said(shown(words), done.returncode, out, err)


def _blotted(text: str) -> str:
    """`text` without tokens of the environment."""
    for name in _SECRETS:
        if secret := os.environ.get(name):
            text = text.replace(secret, "***")
    return text
