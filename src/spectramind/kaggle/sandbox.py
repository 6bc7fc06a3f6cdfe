"""Where a rehearsal runs: in namespaces of its own, or plainly, saying what is not enforced."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

Mode = Literal["namespaces", "plain"]

NOT_ENFORCED: dict[Mode, tuple[str, ...]] = {
    "namespaces": (),
    "plain": (
        "network: it is there, nothing keeps the notebook from using it",
        "input: it can be written to",
        "disk: looked at twice a second, not bounded",
        "paths: /kaggle in the notebook's text is replaced by a scratch folder",
    ),
}

_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Limits:
    """What Kaggle grants, or a scaled copy of it.

    seconds  length of the session
    """

    cpus: int = 4
    memory_gb: float = 29.0
    disk_gb: float = 20.0
    seconds: float = 9 * 3600.0


def _unshare() -> list[str]:
    """Command that opens the namespaces; an ordinary user needs one for users as well."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    return command if os.geteuid() == 0 else [*command, "--map-root-user"]


def possible_mode() -> Mode:
    """The strictest mode that works here, found out by trying."""
    probe = [*_unshare(), "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    try:
        done = subprocess.run(probe, capture_output=True, check=False)
    except FileNotFoundError:
        return "plain"
    return "namespaces" if done.returncode == 0 else "plain"


@contextmanager
def memory_cgroup(limit_gb: float) -> Iterator[Path | None]:
    """A control group with a memory limit, where one may be made; None elsewhere."""
    for parent, limit in ((_CGROUPS / "memory", "memory.limit_in_bytes"), (_CGROUPS, "memory.max")):
        group = parent / f"spectramind-rehearsal-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(int(limit_gb * 1e9)))
        except OSError:
            with suppress(OSError):
                group.rmdir()
            continue
        try:
            yield group
        finally:
            with suppress(OSError):
                group.rmdir()
        return
    yield None


def isolated(
    command: Sequence[str], scratch: Path, survey: Path, limits: Limits, cgroup: Path | None
) -> list[str]:
    """`command` as it is run in namespaces; paths in it are those inside."""
    script = str(files("spectramind.kaggle").joinpath("sandbox.sh"))
    places = [str(cgroup or ""), str(int(limits.disk_gb * 1e9)), str(scratch), str(survey)]
    return [*_unshare(), "sh", script, *places, *command]


def image_python(image: Path) -> str:
    """Python of an image folder."""
    return str(image / "bin" / "python")
