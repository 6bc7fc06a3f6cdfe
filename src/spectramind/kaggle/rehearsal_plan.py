"""What is rehearsed, under which conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from spectramind.conf.schema.config import Config
from spectramind.conf.schema.rehearsal import Fault
from spectramind.kaggle.sandbox import Limits, Mode, possible_mode
from spectramind.pipeline.places import required


@dataclass(frozen=True)
class Plan:
    """What is rehearsed, and under which conditions.

    survey   survey of frames whose test planets are the hidden ones
    made     folder with the three datasets and the notebook
    scratch  folder to work in; it needs room for the image and, in plain mode, the products
    public   run on the first test planet alone before
    image    profile of Kaggle's image; None takes the running environment's libraries
    torch    whether the profile's torch is installed too
    images   folder that keeps installed profiles
    tell     receives what is being done
    """

    survey: Path
    made: Path
    scratch: Path
    limits: Limits
    mode: Mode
    faults: tuple[Fault, ...] = ()
    public: bool = True
    image: str | None = None
    torch: bool = False
    images: Path = Path.home() / ".cache" / "spectramind" / "images"
    tell: Callable[[str], None] = field(default=lambda _: None, compare=False)


def plan_of(config: Config, scratch: Path, tell: Callable[[str], None] = lambda _: None) -> Plan:
    """The rehearsal that a configuration asks for.

    Raises
    ------
    DataError : `paths.input` or `paths.out` is not given
    """
    asked, session = config.rehearsal, config.runtime
    return Plan(
        survey=required(config.paths.input, "paths.input"),
        made=required(config.paths.out, "paths.out"),
        scratch=scratch.absolute(),
        limits=Limits(
            cpus=asked.cpus, disk_gb=session.disk_gb, seconds=3600 * session.budget_hours
        ),
        mode=possible_mode() if asked.namespaces else "plain",
        faults=asked.faults,
        public=asked.public,
        image=None if asked.image == "running" else asked.image,
        torch=asked.torch,
        images=asked.images or Plan.images,
        tell=tell,
    )
