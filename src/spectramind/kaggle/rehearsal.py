"""The dress rehearsal: the notebook as Kaggle would run it, first on the planet that is visible,
then on hidden ones; with everything measured that Kaggle limits.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from spectramind.conf.schema.kaggle import KaggleConfig
from spectramind.conf.schema.rehearsal import Fault
from spectramind.errors import DataError
from spectramind.kaggle.extrapolation import Measured, Projection, projected
from spectramind.kaggle.faults import chosen_planets, harm, harmed_limits
from spectramind.kaggle.heartbeat import Heartbeat, heartbeat
from spectramind.kaggle.image import Installed, environment_at, make_image, running
from spectramind.kaggle.image_profile import PROFILES, image_environment
from spectramind.kaggle.metadata import DATASET_FILE, NOTEBOOK_FILE
from spectramind.kaggle.rehearsal_plan import Plan
from spectramind.kaggle.sandbox import (
    NOT_ENFORCED,
    Limits,
    Mode,
    image_python,
    isolated,
    memory_cgroup,
)
from spectramind.kaggle.staged_input import SAMPLE, TestPlanet, hidden_planets, stage_input
from spectramind.submission.validator import validate_submission

_GRACE_SECONDS = 60.0
CELL = "cell.txt"
_INSIDE = Path("/kaggle")


@dataclass(frozen=True)
class Rehearsal:
    """How a rehearsal went.

    enforced      what was found out to hold inside, by trying
    lost          one line a loss: fallbacks with their reasons, work left out
    problems      why it did not pass; empty when it did
    cells         wall seconds of each cell of the hidden run
    memory_gb     most memory of all processes together, shared pages counted once
    """

    mode: Mode
    enforced: tuple[str, ...]
    not_enforced: tuple[str, ...]
    planets: int
    visits: int
    cells: dict[str, float]
    memory_gb: float
    disk_gb: float
    projection: Projection
    lost: tuple[str, ...]
    problems: tuple[str, ...]


def rehearse(plan: Plan, names: KaggleConfig) -> Rehearsal:
    """Run the notebook in `plan.made` on the survey's test planets.

    Raises
    ------
    DataError : the survey has no test frames, or there is no bundle or notebook
    """
    with heartbeat(plan.tell) as beat:
        return _rehearsed(plan, names, beat)


def _rehearsed(plan: Plan, names: KaggleConfig, beat: Heartbeat) -> Rehearsal:
    beat.doing(f"rehearsal in the image {plan.image or 'of this environment'}")
    hidden = hidden_planets(plan.survey)
    stage = _Stage(plan, names, _libraries(plan, beat))
    small = None
    if plan.public:
        first = [TestPlanet(hidden[0], hidden[0])]
        beat.doing("notebook on the visible planet", stage.cell("public"))
        result = _run(stage, "public", first, plan.limits, ())
        small = _measured(stage.competition("public"), result)
    planets = chosen_planets(hidden, plan.faults)
    limits = harmed_limits(plan.limits, len(planets), plan.faults)
    beat.doing(f"notebook on {len(planets)} hidden planets", stage.cell("hidden"))
    result = _run(stage, "hidden", planets, limits, plan.faults)
    measured = _measured(stage.competition("hidden"), result)
    results = plan.scratch / "hidden" / "results"
    valid, lost = _verdict(results, stage.competition("hidden"))
    projection = projected(small, measured, result["probe"]["cpus"])
    return Rehearsal(
        mode=plan.mode,
        enforced=_enforced(plan.mode, result["probe"], limits),
        not_enforced=NOT_ENFORCED[plan.mode],
        planets=len(planets),
        visits=measured.visits,
        cells=dict(measured.seconds),
        memory_gb=result["memory_gb"],
        disk_gb=result["disk_gb"],
        projection=projection,
        lost=lost,
        problems=(*valid, *_problems(result, projection, plan)),
    )


@dataclass(frozen=True)
class _Stage:
    """What all runs of a rehearsal share: plan, names, and where libraries come from."""

    plan: Plan
    names: KaggleConfig
    libraries: Installed

    def mount(self, run: str, kind: int, slug: str) -> Path:
        """Where the image shows a competition (kind 0) or a dataset (1), seen from outside."""
        profile = PROFILES.get(self.plan.image or "")
        pattern = profile.mounts[kind] if profile else "{slug}"
        below = pattern.format(slug=slug, owner=self.names.owner)
        return self.plan.scratch / run / "input" / below

    def competition(self, run: str) -> Path:
        """The competition's data of a run."""
        return self.mount(run, 0, self.names.competition)

    def cell(self, run: str) -> Path:
        """File in which the runner names the cell that it is at."""
        return self.plan.scratch / run / "results" / CELL


def _libraries(plan: Plan, beat: Heartbeat) -> Installed:
    if plan.image is None:
        return running()
    beat.doing(f"libraries of the image {plan.image}; the first time takes minutes")
    python = image_environment(plan.image, plan.torch, plan.images)
    return environment_at(python, PROFILES[plan.image].python)


def _run(
    stage: _Stage,
    run: str,
    planets: Sequence[TestPlanet],
    limits: Limits,
    faults: tuple[Fault, ...],
) -> dict[str, Any]:
    """One run of the notebook in a fresh image; what its runner found."""
    plan, scratch = stage.plan, stage.plan.scratch / run
    shutil.rmtree(scratch, ignore_errors=True)
    for name in ("input", "results", "working", "image"):
        (scratch / name).mkdir(parents=True)
    inside = _INSIDE if plan.mode == "namespaces" else scratch
    seen_as = inside / "survey" if plan.mode == "namespaces" else plan.survey.absolute()
    competition = stage.competition(run)
    stage_input(competition, plan.survey, planets, seen_as)
    harm(competition, planets, faults)
    _attach(stage, run)
    make_image(scratch / "image", stage.libraries)
    shutil.copyfile(plan.made / NOTEBOOK_FILE, scratch / "results" / NOTEBOOK_FILE)
    source = files("spectramind.kaggle").joinpath("cell_runner.py").read_bytes()
    (scratch / "results" / "cell_runner.py").write_bytes(source)
    spec = {
        "notebook": str(inside / "results" / NOTEBOOK_FILE),
        "working": str(inside / "working"),
        "input": str(inside / "input"),
        "results": str(inside / "results"),
        "replaced": [] if plan.mode == "namespaces" else [["/kaggle/", f"{scratch}/"]],
        "cpus": limits.cpus,
        "memory_gb": limits.memory_gb,
        "disk_gb": limits.disk_gb,
        "seconds": limits.seconds,
        "kill_worker": Fault.kill in faults,
        "environment": {
            "PATH": f"{inside}/image/bin:/usr/local/bin:/usr/bin:/bin",
            "SPECTRAMIND_BUDGET_HOURS": repr(limits.seconds / 3600),
            "SPECTRAMIND_DISK_GB": repr(limits.disk_gb),
        },
    }
    (scratch / "results" / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    runner = [image_python(inside / "image"), f"{inside}/results/cell_runner.py"]
    command = [*runner, f"{inside}/results/spec.json"]
    _execute(command, plan, scratch, limits)
    return _result(scratch / "results")


def _attach(stage: _Stage, run: str) -> None:
    """Put the datasets where Kaggle mounts them; their metadata files stay behind, as there."""
    made = stage.plan.made
    for slug in stage.names.datasets:
        if not (made / slug).is_dir():
            remedy = "make it with `spectramind kaggle bundle` and `kaggle notebook` first"
            raise DataError(made / slug, "a dataset folder", "no such folder", remedy)
        target = stage.mount(run, 1, slug)
        shutil.copytree(made / slug, target, ignore=shutil.ignore_patterns(DATASET_FILE))


def _execute(command: list[str], plan: Plan, scratch: Path, limits: Limits) -> None:
    """Run the runner to its end, or to the end of its session."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SPECTRA"))}
    with memory_cgroup(limits.memory_gb) as cgroup:
        if plan.mode == "namespaces":
            command = isolated(command, scratch, plan.survey.absolute(), limits, cgroup)
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False,
                timeout=limits.seconds + _GRACE_SECONDS,
            )  # fmt: skip
            said = done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            said = "the session's clock ran out before the runner could say so"
    (scratch / "results" / "runner.log").write_text(said, encoding="utf-8")


def _result(results: Path) -> dict[str, Any]:
    """What the runner left; the last line that it said where it left nothing."""
    path = results / "result.json"
    if not path.is_file():
        said = (results / "runner.log").read_text(encoding="utf-8").strip().splitlines()
        last = said[-1] if said else "nothing"
        raise DataError(path, "the result of the notebook", last, f"see {results}/runner.log")
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def _measured(staged: Path, result: dict[str, Any]) -> Measured:
    return Measured(
        visits=len(list(staged.glob("test/*/AIRS-CH0_signal*.parquet"))),
        seconds={cell["id"]: cell["seconds"] for cell in result["cells"]},
        processor_seconds={cell["id"]: cell["processor_seconds"] for cell in result["cells"]},
        disk_gb=result["disk_gb"],
    )


def _verdict(results: Path, staged: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why the table would be rejected, and what was lost on the way to it."""
    table, summary = results / "submission.csv", results / "output" / "predict.json"
    if not table.is_file():
        return ("there is no submission.csv",), ()
    said = json.loads(summary.read_text(encoding="utf-8")) if summary.is_file() else {}
    fallbacks = {int(planet): text for planet, text in said.get("fallbacks", {}).items()}
    report = validate_submission(table, staged / SAMPLE, fallbacks=fallbacks.keys())
    lost = [f"planet {planet}: {text}" for planet, text in fallbacks.items()]
    lost += said.get("losses", ()) if said else ["predict did not end: the safe table stands"]
    errors = (problem.message for problem in report.problems if problem.severity == "error")
    return tuple(errors), tuple(lost)


def _enforced(mode: Mode, probe: dict[str, Any], limits: Limits) -> tuple[str, ...]:
    """What the runner found to hold; what it could do although it should not is a fault of ours.

    Raises
    ------
    DataError : the namespaces leak
    """
    found = [f"cpus: {probe['cpus']}", f"memory: watched, {limits.memory_gb} GB"]
    if mode == "namespaces":
        if set(probe["interfaces"]) - {"lo"} or probe["input_writable"]:
            remedy = "rehearse on another machine, or with rehearsal.namespaces=false"
            raise DataError("namespaces", "no network, read-only input", str(probe), remedy)
        found += ["network: none", "input: read-only", f"disk: {probe['working_gb']:.3g} GB"]
    return tuple(found)


def _problems(result: dict[str, Any], projection: Projection, plan: Plan) -> tuple[str, ...]:
    full = Limits()
    problems = [f"cell {cell['id']}: {cell['error']}" for cell in result["cells"] if cell["error"]]
    if result["stopped"]:
        problems.append(f"stopped: {result['stopped']}")
    if plan.faults or plan.limits.seconds < full.seconds:
        return tuple(problems)  # a harmed or shortened run says nothing about the full one
    if projection.hours > full.seconds / 3600:
        problems.append(f"projected time {projection.hours:.1f} h of {full.seconds / 3600:.0f}")
    if projection.disk_gb > full.disk_gb:
        problems.append(f"projected disk {projection.disk_gb:.1f} GB of {full.disk_gb:.0f}")
    return tuple(problems)
