"""What may go wrong on Kaggle, done on purpose to a staged input or to a session."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spectramind.conf.schema.rehearsal import Fault
from spectramind.kaggle.sandbox import Limits
from spectramind.kaggle.staged_input import TestPlanet
from spectramind.pipeline.budget import reserved_bytes

_FIRST_NEW_ID = 9_000_000
_DISK_SLACK_BYTES = 2e6


def chosen_planets(hidden: Sequence[int], faults: Sequence[Fault]) -> list[TestPlanet]:
    """Planets of the hidden run: shuffled, doubled under new ids, or renamed in another order."""
    planets = [TestPlanet(planet, planet) for planet in hidden]
    if Fault.twice in faults:
        # Frames of one planet twice would be one spectrum twice, which no survey holds.
        partners = [*hidden[1:], hidden[0]]
        planets += [
            TestPlanet(_FIRST_NEW_ID + k, own, other)
            for k, (own, other) in enumerate(zip(hidden, partners, strict=True))
        ]
    if Fault.order in faults:
        # Ids that nobody has seen, falling where the survey's rise.
        planets = [replace(p, name=2 * _FIRST_NEW_ID - k) for k, p in enumerate(planets)]
    random.Random(0).shuffle(planets)
    return planets


def harm(folder: Path, planets: Sequence[TestPlanet], faults: Sequence[Fault]) -> None:
    """Damage files of a staged input: a missing signal, a torn parquet file."""
    test = folder / "test"
    if Fault.missing in faults:
        sorted((test / str(planets[0].name)).glob("FGS1_signal*.parquet"))[0].unlink()
    if Fault.corrupt in faults:
        signal = sorted((test / str(planets[-1].name)).glob("AIRS-CH0_signal*.parquet"))[0]
        signal.unlink()
        signal.write_bytes(b"PAR1" + bytes(5000))


def harmed_limits(limits: Limits, planets: int, faults: Sequence[Fault]) -> Limits:
    """Limits with a disk that holds little more than the tables need."""
    if Fault.disk in faults:
        return replace(limits, disk_gb=(1.02 * reserved_bytes(planets) + _DISK_SLACK_BYTES) / 1e9)
    return limits
