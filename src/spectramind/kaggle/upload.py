"""The upload commands: printed, and run only on request with a token, which no text shows."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from spectramind.errors import ConfigurationError, DataError

_VARIABLES = ("KAGGLE_KEY", "KAGGLE_API_TOKEN")


def dataset_commands(folders: Sequence[Path], message: str) -> tuple[tuple[str, ...], ...]:
    """Commands that upload a new version of each dataset folder."""
    return tuple(
        ("kaggle", "datasets", "version", "-p", str(folder), "-m", message) for folder in folders
    )


def kernel_command(folder: Path) -> tuple[str, ...]:
    """Command that uploads the notebook in `folder`."""
    return "kaggle", "kernels", "push", "-p", str(folder)


def shown(command: Sequence[str]) -> str:
    """A command as one types it."""
    return shlex.join(command)


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Tokens that must not be shown."""
    return tuple(environment[name] for name in _VARIABLES if environment.get(name))


def _has_token(environment: Mapping[str, str]) -> bool:
    home = Path(environment.get("KAGGLE_CONFIG_DIR", Path.home() / ".kaggle"))
    return bool(_secrets(environment)) or (home / "kaggle.json").is_file()


def push(command: Sequence[str]) -> str:
    """Run one upload command; return what it said, tokens blotted out.

    Raises
    ------
    ConfigurationError : there is no token
    DataError : the command is not there, or fails
    """
    environment = dict(os.environ)
    if not _has_token(environment):
        raise ConfigurationError(
            "--push needs a token: set KAGGLE_USERNAME and KAGGLE_KEY, or write kaggle.json"
        )
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        remedy = "install the `kaggle` command line"
        raise DataError(command[0], "a command", "no such command", remedy) from None
    said = done.stdout + done.stderr
    for secret in _secrets(environment):
        said = said.replace(secret, "***")
    if done.returncode != 0:
        last = (said.strip().splitlines() or ["no message"])[-1]
        raise DataError(shown(command), "an upload", last, "correct it and push again")
    return said.strip()
