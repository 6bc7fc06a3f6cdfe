"""Runs the cells of a notebook and measures what they take. Standard library only.

It runs inside a rehearsal, by path, with the Python of the image: nothing of this package is
installed when it starts. Lines that begin with `!` go to the shell, all other code shares one
namespace, as in Jupyter; a failing command does not stop the notebook, a failing cell does.
"""

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from pathlib import Path
from typing import Any

_SECONDS_BETWEEN_LOOKS = 0.5
_KEPT = ("submission.csv", "submission.zip", "output/predict.json", "output/budget.json",
         "output/report.html", "logs/events.jsonl")  # fmt: skip


def parents() -> dict[int, int]:
    """Parent by process id, of all processes that can be seen."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                # The name of a command may hold blanks and brackets; it ends at the last bracket.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                found[int(entry.name)] = int(fields[1])
    return found


def family() -> list[int]:
    """The process itself and all its descendants."""
    parent = parents()
    members = [os.getpid()]
    for member in members:
        members += [pid for pid, above in parent.items() if above == member]
    return members


def memory_of(pid: int) -> int:
    """Memory of a process in byte, shared pages divided among those who share them."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def size_of(folder: Path) -> int:
    """Size of all files below a folder, byte."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total


class Watch(threading.Thread):
    """Samples memory and disk, and ends the rehearsal where Kaggle would."""

    def __init__(self, spec: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.spec, self.memory, self.disk = spec, 0, 0
        self.start_time, self.stopped, self.killed = time.monotonic(), "", 0

    def run(self) -> None:
        """Look until the process ends."""
        while not self.stopped:
            self.look()
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def look(self) -> None:
        """One sample."""
        members = family()
        self.memory = max(self.memory, sum(memory_of(pid) for pid in members))
        self.disk = max(self.disk, size_of(Path(self.spec["working"])))
        passed = time.monotonic() - self.start_time
        limits = {
            f"memory passed {self.spec['memory_gb']} GB": self.memory / 1e9
            - self.spec["memory_gb"],
            f"disk passed {self.spec['disk_gb']} GB": self.disk / 1e9 - self.spec["disk_gb"],
            f"the clock passed {self.spec['seconds']:.0f} s": passed - self.spec["seconds"],
        }
        self.stopped = next((text for text, excess in limits.items() if excess > 0), "")
        if self.stopped:
            for pid in members[1:]:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
        elif self.spec["kill_worker"] and not self.killed:
            self.kill_a_worker(members)

    def kill_a_worker(self, members: list[int]) -> None:
        """Kill one worker process of a survey, as an out-of-memory killer would."""
        for pid in members:
            with contextlib.suppress(OSError):
                busy = b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
                if busy and memory_of(pid) > 1e8:
                    os.kill(pid, signal.SIGKILL)
                    self.killed = pid
                    return


def probe(spec: dict[str, Any]) -> dict[str, Any]:
    """What the surroundings enforce, found out by trying."""
    target = Path(spec["input"]) / ".write-test"
    try:
        target.write_text("")
        target.unlink()
        writable = True
    except OSError:
        writable = False
    return {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "input_writable": writable,
        "working_gb": shutil.disk_usage(spec["working"]).total / 1e9,
        "cpus": len(os.sched_getaffinity(0)),
    }


def shell(line: str) -> None:
    """Run one `!` line; what it says goes where the cell's output goes."""
    process = subprocess.Popen(
        line, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for said in process.stdout:
        sys.stdout.write(said)
    if process.wait() != 0:
        sys.stdout.write(f"exit status {process.returncode}\n")


def as_python(source: str) -> str:
    """Cell source with `!` lines as calls."""
    lines = (
        f"{' ' * (len(line) - len(line.lstrip()))}_shell({line.lstrip()[1:]!r})"
        if line.lstrip().startswith("!")
        else line
        for line in source.splitlines()
    )
    return "\n".join(lines)


def stand_in_for_ipython() -> None:
    """Let cells import IPython's display where there is no IPython."""
    try:
        import IPython.display  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        package, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
        display.__dict__["HTML"] = lambda text: f"HTML of {len(text)} characters"
        display.__dict__["display"] = lambda value: sys.stdout.write(f"{value}\n")
        sys.modules["IPython"], sys.modules["IPython.display"] = package, display


def processor_seconds() -> float:
    """Processor time of this process and of all its children that have ended."""
    usage = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in usage)


def run_cell(
    cell: dict[str, Any], spec: dict[str, Any], namespace: dict[str, Any]
) -> dict[str, Any]:
    """Run one cell; return its times, whether it ended well, and what it said."""
    source = "".join(cell["source"])
    for old, new in spec["replaced"]:
        source = source.replace(old, new)
    said, start, used = io.StringIO(), time.monotonic(), processor_seconds()
    error = ""
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(as_python(source), cell["id"], "exec"), namespace)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - a cell may fail in any way
            error = f"{type(problem).__name__}: {problem}"
    return {
        "id": cell["id"],
        "seconds": time.monotonic() - start,
        "processor_seconds": processor_seconds() - used,
        "error": error,
        "output": said.getvalue()[-20000:],
    }


def main(spec_path: Path) -> None:
    """Run a notebook as the specification says; leave `result.json` beside it."""
    spec = json.loads(spec_path.read_text())
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: spec["cpus"]])
    os.environ.update(spec["environment"])
    working, results = Path(spec["working"]), Path(spec["results"])
    os.chdir(working)
    stand_in_for_ipython()
    watch = Watch(spec)
    watch.start()
    namespace: dict[str, Any] = {"__name__": "__main__", "_shell": shell}
    cells: list[dict[str, Any]] = []
    for cell in json.loads(Path(spec["notebook"]).read_text())["cells"]:
        if cell["cell_type"] == "code" and not watch.stopped and not any(c["error"] for c in cells):
            (results / "cell.txt").write_text(cell["id"])
            cells.append(run_cell(cell, spec, namespace))
    watch.look()
    for name in _KEPT:
        if (working / name).is_file():
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(working / name, results / name)
    result = {
        "cells": cells,
        "seconds": time.monotonic() - watch.start_time,
        "memory_gb": watch.memory / 1e9,
        "disk_gb": watch.disk / 1e9,
        "stopped": watch.stopped,
        "killed_worker": watch.killed,
        "probe": probe(spec),
    }
    (results / "result.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
